"""The other versions of the content that tests publish in the middle of a conversation (``publish: <name>``).

tests/versions/<name>/ holds whole files, flows (<id>.flow.yml), slots.yml or system.yml, that take the place of the
content's own or stand beside them. Everything else is as in the content; a flow cannot be taken away.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from flows.checks import check
from flows.model import Library
from flows.ports import Capabilities
from flows.testing.script import Version
from flows.versioning import hashes

FOLDER = "versions"
TOP = ("slots.yml", "system.yml")


class Versions:
    """The versions that the tests of a content folder may publish, each read and checked once, when it is named."""

    def __init__(
        self,
        content: Path,
        library: Library,
        channels: tuple[Capabilities, ...],
        templates: Mapping[str, frozenset[str]] | None,
    ) -> None:
        self._content, self._library = content, library
        self._channels, self._templates = channels, templates
        self._read: dict[str, Version] = {}
        folder = content / "tests" / FOLDER
        self.names = sorted(path.name for path in folder.glob("*") if path.is_dir())

    def named(self, name: str) -> Version:
        """One of ``names``. What is wrong with it stands in ``faults``."""
        if name not in self._read:
            self._read[name] = self._version(name)
        return self._read[name]

    def _version(self, name: str) -> Version:
        folder = self._content / "tests" / FOLDER / name
        files = sorted(path for path in folder.glob("*") if not path.name.startswith("."))
        faults = tuple(f"'{path.name}' is no {', '.join(TOP)} or <id>.flow.yml" for path in files if not _known(path))
        if not files or faults:
            return Version(name, None, faults or ("its folder is empty",))
        checked = check(
            self._content, self._library.brand, channels=self._channels, templates=self._templates,
            before=self._library, over=folder,
        )  # fmt: skip
        errors = tuple(f"{p.at}: {p.code}: {p.what}" for p in checked.problems if p.severity == "error")
        library = checked.library
        return Version(name, self._as_version(library) if library is not None else None, errors)

    def _as_version(self, library: Library) -> Library:
        """Named by its logic, as customers' conversations name it: new words alone make no other version."""
        logic = hashes(library, {}).logic
        same = logic == hashes(self._library, {}).logic
        return replace(library, version=self._library.version if same else logic)


def _known(path: Path) -> bool:
    return path.is_file() and (path.name in TOP or path.name.endswith(".flow.yml"))
