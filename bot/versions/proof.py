"""Proves a version: reads it, checks it against the live one, plays its tests. For a thread: it takes CPU."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.versions.estate import capabilities, templates
from bot.versions.files import laid_out
from flows.checks import check
from flows.loader import ContentError, load_library
from flows.model import Brand, Library
from flows.problems import Problem, has_errors, in_order
from flows.testing import read_tests, run
from flows.versioning import Hashes, hash_of_files, hashes


@dataclass(frozen=True, slots=True)
class Proof:
    """What the checks said. ``library`` is there when it can be read, even if errors keep it from being published."""

    library: Library | None
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]

    @property
    def clean(self) -> bool:
        """Whether nothing blocks."""
        return self.library is not None and not has_errors(self.problems)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an approver has to tick, each with its place."""
        return tuple(f"{p.at}: {p.code}: {p.what}" for p in self.problems if p.severity == "warning")


@dataclass(frozen=True, slots=True)
class Played:
    """How the tests went. ``failures`` begin with the place."""

    passed: int
    failures: tuple[str, ...]

    @property
    def green(self) -> bool:
        """Whether there are tests and none failed."""
        return self.passed > 0 and not self.failures


def prove(files: Mapping[str, str] | Mapping[str, bytes], brand: Brand, published: Library | None) -> Proof:
    """Check the files; ``published`` is the version that customers have.

    Raises:
        flows.loader.ContentError: they are no content folder.
    """
    with laid_out(files) as folder:
        checked = check(folder, brand, channels=capabilities(), templates=templates(), before=published)
        library = checked.library or load_library(folder, brand).library
    return Proof(library, checked.problems, checked.sources)


def hashes_of(files: Mapping[str, str], library: Library | None) -> Hashes:
    """The hashes of a draft; one that cannot be read has a hash of its files alone."""
    return hashes(library, files) if library is not None else Hashes(hash_of_files(files), "", "")


def play(files: Mapping[str, str], library: Library) -> Played:
    """Play the tests of the version, each on the channel of its fixture."""
    with laid_out(files) as folder:
        tests, wrong, _ = read_tests(folder, library, channels=capabilities(), templates=templates())
    if wrong:
        return Played(0, tuple(f"{problem.at}: {problem.code}: {problem.what}" for problem in in_order(wrong)))
    report = run(library, tests, capabilities())
    return Played(report.passed, tuple(failure.as_text() for failure in report.failures))


def compiled(files: Mapping[str, str], brand: Brand, logic: str) -> Library:
    """A published version as the engine runs it; its ``version`` is the hash of its logic.

    It was checked when it was published, so it is only read here.

    Raises:
        flows.loader.ContentError: this release cannot read it.
    """
    with laid_out(files) as folder:
        loaded = load_library(folder, brand)
    if loaded.library is None:
        first = next(problem for problem in loaded.problems if problem.severity == "error")
        raise ContentError(f"{first.at}: {first.code}: {first.what}")
    return replace(loaded.library, version=logic)
