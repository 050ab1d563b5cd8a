"""Sandbox mode: saving a file of the content publishes it, or says what is wrong while the last good version serves.

Changes are found by looking at the files' times; a file that is still being written settles first.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import structlog

from bot.metrics import alert
from bot.store import StoreDown
from bot.versions.files import checked, paths_of, raw_of, text_of
from bot.versions.live import LOST, Live
from bot.versions.proof import hashes_of, prove
from bot.versions.records import SANDBOX, BadDraft
from bot.versions.store import VersionStore
from flows.loader import ContentError
from flows.model import Brand
from flows.problems import Problem, as_object, as_text
from flows.versioning import hash_of_files

LOOK_S = 0.4
SAVED = "saved in sandbox mode"
Stamp: TypeAlias = tuple[tuple[str, int, int], ...]

log = structlog.get_logger("bot.versions")


def _hash(raw: Mapping[str, bytes]) -> str:
    """The hash that these files have as a version; of files that are no text, none."""
    try:
        return hash_of_files(text_of(raw))
    except BadDraft:
        return ""


class Watcher:
    """Keeps the published version equal to a folder. ``say`` prints for the person at the terminal."""

    def __init__(self, folder: Path, store: VersionStore, live: Live, brand: Brand, say: Callable[[str], None]) -> None:
        self._folder, self._store, self._live, self._brand, self._say = folder, store, live, brand, say
        self._problems: tuple[Problem, ...] = ()
        self._trouble = ""
        self._stamp: Stamp = ()

    def problems(self) -> dict[str, object]:
        """What is wrong with the folder as it is saved now, and which version serves meanwhile."""
        return {
            "version": self._live.number,
            "trouble": self._trouble,
            "problems": [as_object(problem) for problem in self._problems],
        }

    async def open(self) -> None:
        """Publish the folder as it is, so that there is something to serve. Raises what the database raises."""
        self._stamp = self._stamped()
        with suppress(ContentError):  # what served before cannot be read by this release; the folder takes its place
            await self._live.refresh()
        await self._publish()

    async def run(self) -> None:
        """Until cancelled."""
        before = self._stamp
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                now = self._stamped()
                if now != self._stamp and now == before:  # it has settled
                    await self._publish()
                    self._stamp = now
                before = now
            except (*LOST, StoreDown) as error:
                log.warning("store_unreachable", reason=type(error).__name__)
            except Exception as error:  # one strange file must not end the watching
                alert("watching_failed", type(error).__name__)
                self._stamp = self._stamped()

    async def _publish(self) -> None:
        """Publish the folder if it is clean and not what is live; otherwise say what is wrong with it."""
        try:
            raw = raw_of(self._folder)
            if self._live.serves(_hash(raw)):
                self._mended()
                return
            proof = await asyncio.to_thread(prove, raw, self._brand, None)
        except (ContentError, FileNotFoundError) as error:  # an editor may have put a file elsewhere for a moment
            self._wrong((), str(error))
            return
        if not proof.clean:
            texts = [as_text(problem, proof.sources) for problem in proof.problems if problem.severity == "error"]
            self._wrong(proof.problems, "\n\n".join(texts))
            return
        try:
            files = text_of(raw)
            checked(files)
        except BadDraft as error:
            self._wrong((), str(error))
            return
        published = await self._store.publish_saved(files, hashes_of(files, proof.library), SANDBOX, SAVED)
        await self._live.refresh()
        self._problems, self._trouble = (), ""
        if published is not None and published > 1:
            self._say(f"The flows are published as version {published}.")

    def _mended(self) -> None:
        if self._trouble:
            self._say(f"The flows are as in version {self._live.number} again.")
        self._problems, self._trouble = (), ""

    def _wrong(self, problems: tuple[Problem, ...], trouble: str) -> None:
        self._problems, self._trouble = problems, trouble
        serving = self._live.number
        goes_on = f"Version {serving} goes on serving." if serving is not None else "There is nothing to serve yet."
        self._say(f"\nThe flows cannot be published:\n\n{trouble}\n\n{goes_on}\n")

    def _stamped(self) -> Stamp:
        found = []
        for path in paths_of(self._folder):
            try:
                about = path.stat()
            except FileNotFoundError:
                continue
            found.append((str(path), about.st_mtime_ns, about.st_size))
        return tuple(found)
