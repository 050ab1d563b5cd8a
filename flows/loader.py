"""The front door to the content: ``load_brand`` and ``load_library``; ``read_content`` is what the checks begin with.

Content lies in a folder: ``slots.yml``, ``system.yml``, ``flows/*.flow.yml``, ``tests/*.test.yml``, and a
``catalogue/`` of its own if it does not use the package's. Places in problems are relative to that folder.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flows.loading.brand import BrandError, load_brand
from flows.loading.catalogue import read_catalogue
from flows.loading.draft import Draft, Reading
from flows.loading.fields import Fields, is_name
from flows.loading.flow_files import ENDING, check_dsl, read_flow
from flows.loading.responses import read_responses
from flows.loading.slots import read_slots
from flows.model import Brand, Catalogue, Flow, Library, Place, Response, Slot
from flows.problems import Problem, has_errors, in_order
from flows.source import Node, read

__all__ = ["BrandError", "ContentError", "Loaded", "library_of", "load_brand", "load_library", "read_content"]

CATALOGUE = Path(__file__).parent / "catalogue"


class ContentError(ValueError):
    """A folder is no content folder; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A library, unless something in it is wrong, and all that is wrong, sorted. ``sources`` are for quoting."""

    library: Library | None
    problems: tuple[Problem, ...]
    sources: dict[str, str]


def load_library(content: Path, brand: Brand, catalogue: Path | None = None) -> Loaded:
    """Read a content folder. This reads; ``flows.checks.check`` also proves that the flows hold together.

    Raises:
        ContentError: when the folder does not exist or has no slots.yml.
    """
    draft, problems = read_content(content, brand, catalogue)
    library = None if has_errors(problems) else library_of(draft)
    return Loaded(library, in_order(problems), dict(draft.sources))


def library_of(draft: Draft) -> Library:
    """The library of a draft without errors. Its version is the hash of every file it was read from."""
    digest = hashlib.sha256()
    for name, text in sorted(draft.sources.items()):
        digest.update(f"{name}\0{len(text)}\0{text}".encode())
    return Library(draft.flows, draft.slots, draft.system, draft.catalogue, draft.brand, digest.hexdigest())


def read_content(
    content: Path, brand: Brand, catalogue: Path | None = None, over: Path | None = None
) -> tuple[Draft, list[Problem]]:
    """As much as can be read, and every problem of reading.

    ``over`` is a folder somewhere in ``content`` with flows, slots.yml or system.yml, without folders of its own, that
    are read instead of those with the same name, or beside them.

    Raises:
        ContentError: when the folder does not exist or has no slots.yml.
    """
    if not content.is_dir():
        raise ContentError(f"there is no folder '{content}'; name a content folder with slots.yml and flows/")
    if not (content / "slots.yml").is_file():
        raise ContentError(f"'{content}' has no slots.yml, so it is not a content folder")
    return _Content(content, brand, catalogue, over).read()


class _Content:
    def __init__(self, folder: Path, brand: Brand, catalogue: Path | None, over: Path | None) -> None:
        own = folder / "catalogue"
        self._over = {path.name: path for path in sorted(over.glob("*.y*ml"))} if over is not None else {}
        self._folder, self._brand = folder, brand
        self._catalogue = catalogue or (own if own.is_dir() else CATALOGUE)
        self._reading, self._sources, self._blind = Reading(), dict[str, str](), False

    def read(self) -> tuple[Draft, list[Problem]]:
        catalogue = self._read_catalogue()
        slots = self._slots(catalogue)
        system = self._system()
        flows, unreadable = self._flows(slots)
        draft = Draft(
            flows, slots, system, catalogue, self._brand, self._reading.marks, self._sources,
            unreadable=frozenset(unreadable), falling=frozenset(self._reading.falling),
            gaps=frozenset(self._reading.gaps), blind=self._blind,
        )  # fmt: skip
        return draft, self._reading.problems

    def _node(self, path: Path, file: str) -> Node | None:
        laid_over = self._over.get(path.name)
        if laid_over is not None:
            return self._read(laid_over, laid_over.relative_to(self._folder).as_posix())
        return self._read(path, file)

    def _read(self, path: Path, file: str) -> Node | None:
        node, text, problems = read(path.read_bytes(), file)
        self._sources[file] = text
        self._reading.problems += problems
        return node

    def _top(self, path: Path, file: str, key: str) -> Node | None:
        node = self._node(path, file)
        if node is None:
            return None
        fields = Fields(self._reading, node, file, ("dsl", key), code="E201")
        check_dsl(fields)
        fields.require(key)
        return fields.table.get(key)

    def _read_catalogue(self) -> Catalogue:
        paths = sorted(self._catalogue.glob("*.yml"))
        nodes = [self._read(path, f"catalogue/{path.name}") for path in paths]
        self._blind = None in nodes
        return read_catalogue(self._reading, [node for node in nodes if node is not None])

    def _slots(self, catalogue: Catalogue) -> dict[str, Slot]:
        node = self._top(self._folder / "slots.yml", "slots.yml", "slots")
        self._blind = self._blind or node is None
        return read_slots(self._reading, node, catalogue.context)

    def _system(self) -> dict[str, Response]:
        path = self._folder / "system.yml"
        if not path.is_file() and path.name not in self._over:
            return {}
        return read_responses(self._reading, self._top(path, "system.yml", "responses"), "")

    def _flows(self, slots: dict[str, Slot]) -> tuple[dict[str, Flow], set[str]]:
        flows: dict[str, Flow] = {}
        unreadable: set[str] = set()
        own = {path.name: path for path in (self._folder / "flows").glob("*.y*ml")}
        flows_over = {name: path for name, path in self._over.items() if name.endswith(ENDING)}
        for _, path in sorted({**own, **flows_over}.items()):
            file, name = f"flows/{path.name}", path.name.removesuffix(ENDING)
            if not path.name.endswith(ENDING) or not is_name(name):
                self._misnamed(file)
                continue
            node = self._node(path, file)
            flow = read_flow(self._reading, node, name, slots) if node is not None else None
            if flow is None:
                unreadable.add(name)
            else:
                flows[name] = flow
        return flows, unreadable

    def _misnamed(self, file: str) -> None:
        what, why = f"'{file}' is not called like a flow", "nobody would read it"
        self._reading.add("E105", Place(file, 1, 1, 2), what, why, "call it flows/<flow id>.flow.yml")
