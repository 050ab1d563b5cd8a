"""The files of a version: read from a content folder, or laid out as one for the checks.

A version holds slots.yml, system.yml, flows/*.flow.yml, tests/*.test.yml and the files in tests/versions/<name> that
its tests publish, and nothing else: the catalogue of what the bank can do is the developers', and nobody can bring
another one along.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.versions.records import BadDraft

NAME = re.compile(
    r"(?:slots\.yml|system\.yml|(?:flows|tests(?:/versions/[A-Za-z0-9_\-]{1,80})?)/[A-Za-z0-9_.\-]{1,80}\.ya?ml)\Z"
)
FILES_MAX = 1000
CHARACTERS_MAX = 8_000_000  # 200 flows with tests have about 3 million
PATTERNS = (
    "slots.yml",
    "system.yml",
    "flows/*.yml",
    "flows/*.yaml",
    "tests/*.yml",
    "tests/*.yaml",
    "tests/versions/*/*.yml",
    "tests/versions/*/*.yaml",
)


def paths_of(folder: Path) -> list[Path]:
    """The files of a content folder that make a version, sorted."""
    return sorted(path for pattern in PATTERNS for path in folder.glob(pattern) if path.is_file())


def raw_of(folder: Path) -> dict[str, bytes]:
    """These files as they are. Raises OSError."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths_of(folder)}


def text_of(raw: Mapping[str, bytes]) -> dict[str, str]:
    """The files as text.

    Raises:
        BadDraft: a file is not UTF-8.
    """
    files = {}
    for name, data in raw.items():
        try:
            files[name] = data.decode()
        except UnicodeDecodeError:
            raise BadDraft(f"{name} is not UTF-8 text. Save it as UTF-8 in your editor.") from None
    return files


def checked(files: Mapping[str, str]) -> None:
    """Refuse what cannot be a version, all of it at once.

    Raises:
        BadDraft: names that have no place in a content folder, too much text, or no slots.yml.
    """
    problems = [
        f"'{name}' has no place in a content folder; take slots.yml, system.yml, flows/<id>.flow.yml or "
        "tests/<name>.test.yml"
        for name in files
        if not NAME.match(name) or ".." in name
    ]
    if "slots.yml" not in files:
        problems.append("slots.yml is missing; a version holds all files of the content folder")
    if len(files) > FILES_MAX or sum(map(len, files.values())) > CHARACTERS_MAX:
        problems.append(f"a version holds at most {FILES_MAX} files and {CHARACTERS_MAX} characters")
    problems += [f"'{name}' holds the character NUL; remove it" for name, text in files.items() if "\0" in text]
    if problems:
        raise BadDraft("; ".join(problems))


@contextmanager
def laid_out(files: Mapping[str, str] | Mapping[str, bytes]) -> Iterator[Path]:
    """A folder that holds the files for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="teller-flows-") as name:
        folder = Path(name)
        for part in ("flows", "tests"):
            (folder / part).mkdir()
        for file, content in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        yield folder
