"""The content as this process serves it: the live version, and those under which conversations began.

A session names the logic that it runs under (``Library.version``), so a wording-only version takes the place of the
one before it under the same name. Everything a turn does here is a look-up in memory; a version that this process
has not met yet is asked for as a fact, fetched, and the turn worked out again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

import asyncpg
import structlog

from bot.metrics import alert
from bot.store import StoreDown
from bot.versions.proof import compiled
from bot.versions.records import VersionFailure
from bot.versions.standing import Standing, standing
from bot.versions.store import CHANNEL, VersionStore, seq_of
from flows.facts import Fact
from flows.loader import ContentError
from flows.migrating import in_progress, migrated
from flows.model import Brand, Library
from flows.session import Session
from flows.versioning import hash_of_files

KEPT_MAX = 24  # compiled versions, a few megabytes each; an older one is fetched again when its conversation goes on
POLL_S = 5.0  # on the connection that listens; a notification comes at once, this is for one that was lost
LOOK_S = 30.0  # on a connection of its own, for the time without a listener
LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
HOW_TO_PUBLISH = (
    "No version of the conversations is published, so there is nothing to say to customers. Publish one:\n"
    "  teller flows draft flows/content --as ANNA --why 'the first version'\n"
    "  teller flows approve 1 --as BOB --why 'I have read it'      (another person)\n"
    "  teller flows publish 1 --as ANNA --why 'opening day'"
)

log = structlog.get_logger("bot.versions")


class NothingPublished(Exception):
    """There is no live version; the text says how to publish one."""


@dataclass(frozen=True, slots=True)
class _Served:
    """What a compiled library was made of."""

    number: int
    library: Library


class Live:
    """The versions of this process. ``open`` before use; ``run`` keeps it up to date."""

    def __init__(self, store: VersionStore, brand: Brand, *, sandbox: bool, poll_s: float = POLL_S) -> None:
        self._store, self._brand, self._sandbox, self._poll_s = store, brand, sandbox, poll_s
        self._known: OrderedDict[str, _Served] = OrderedDict()
        self._broken: set[str] = set()
        self._changed: list[Callable[[Library], None]] = []
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._standing = Standing(-1, None, (), frozenset(), frozenset(), {}, {})
        self._gone_logic: frozenset[str] = frozenset()
        self._live: Library | None = None
        self._files_hash = ""

    @property
    def library(self) -> Library:
        """What a new conversation runs under."""
        assert self._live is not None, "opened before use"
        return self._live

    @property
    def number(self) -> int | None:
        """The number of the version that is served here to whoever begins now."""
        return self._known[self._live.version].number if self._live is not None else None

    def serves(self, digest: str) -> bool:
        """Whether exactly the files with this hash are what is live here."""
        return self._live is not None and digest == self._files_hash

    def on_change(self, hear: Callable[[Library], None]) -> None:
        """Call ``hear`` with each new live library."""
        self._changed.append(hear)

    async def open(self) -> None:
        """Read the live version.

        Raises:
            NothingPublished: there is none.
            flows.loader.ContentError: this release cannot read it.
        """
        await self.refresh()
        if self._live is None:
            raise NothingPublished(HOW_TO_PUBLISH)

    def place(self, session: Session) -> tuple[Library, Session] | None:
        """What the session runs under, and the session, moved if its flows migrate; None: ``fetch`` it first.

        A session whose version is gone gets the live one, and the engine tells the customer.
        """
        live, logic = self.library, session.version
        if not logic or logic == live.version:
            return live, session
        served = self._known.get(logic)
        if served is None:
            return None if logic in self._standing.wording and logic not in self._broken else (live, session)
        withdrawn = logic in self._gone_logic
        moved = migrated(session, served.library, live, forced=withdrawn)
        if moved is not None:
            return live, moved
        if withdrawn and not in_progress(session):
            return live, session
        return served.library, session

    async def fetch(self, logic: str) -> Fact:
        """Read a version that an open conversation runs under. Raises StoreDown."""
        try:
            async with self._one_at_a_time:
                await self._keep(logic)
        except LOST as error:
            raise StoreDown(type(error).__name__) from error
        return {"found": logic in self._known}

    async def refresh(self) -> None:
        """Look for news in the database and serve them."""
        async with self._one_at_a_time:
            if await self._store.seq() == self._standing.seq:
                return
            heads, events = await self._store.read()
            for damage in self._store.damage(events):
                alert("flow_audit_damaged", damage)
            found = standing(events, heads, sandbox=self._sandbox)
            logic = heads[found.live].logic if found.live is not None else ""
            gone = {heads[number].logic for number in found.withdrawn} - {
                heads[number].logic for number in found.served if number not in found.withdrawn
            }
            await self._take(found, logic, frozenset(gone))
            self._files_hash = heads[found.live].hash if found.live is not None else ""

    async def run(self) -> None:
        """Until cancelled: listen, and look now and then all the same."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._look())

    async def _take(self, found: Standing, logic: str, gone: frozenset[str]) -> None:
        """Serve a new standing. The old one stays while the new one cannot be read."""
        old, self._standing = self._standing, found
        old_gone, self._gone_logic = self._gone_logic, gone
        try:
            for known in [*self._known]:
                await self._keep(known)
            if logic:
                await self._keep(logic)
        except LOST:
            self._standing, self._gone_logic = old, old_gone
            raise
        if not logic:
            return
        if logic not in self._known:
            if self._live is None:
                raise ContentError(f"version {found.live} cannot be read by this release; see the log")
            alert("version_unreadable", f"version {found.live} cannot be read; the one before it goes on serving")
            return
        live = self._known[logic].library
        if live is not self._live:
            self._live = live
            log.info("version_live", version=found.live)
            for hear in self._changed:
                hear(live)

    async def _keep(self, logic: str) -> None:
        """Have the library of this logic in memory, with the newest words and with what is withdrawn now."""
        number = self._standing.wording.get(logic)
        if number is None:
            return
        served = self._known.get(logic)
        if served is None or served.number != number:
            library = await self._compiled(number, logic)
            if library is None:
                return
            served = _Served(number, library)
            self._broken.discard(logic)
        flows = frozenset(served.library.flows)
        off = flows if logic in self._gone_logic else flows & self._standing.withdrawn_flows
        if served.library.withdrawn != off:
            served = _Served(number, replace(served.library, withdrawn=off))
        self._known[logic] = served
        self._known.move_to_end(logic)
        while len(self._known) > KEPT_MAX:
            oldest = next(known for known in self._known if self._live is None or known != self._live.version)
            del self._known[oldest]

    async def _compiled(self, number: int, logic: str) -> Library | None:
        try:
            version = await self._store.version(number)
            if hash_of_files(version.files) != version.head.hash:
                raise ContentError("its files are not those that were approved")
            return await asyncio.to_thread(compiled, version.files, self._brand, logic)
        except (ContentError, VersionFailure) as error:
            self._broken.add(logic)
            alert("version_unreadable", f"version {number}: {error}")
            return None

    async def _look(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.refresh()
            except LOST as error:
                log.warning("store_unreachable", reason=type(error).__name__)
            except Exception as error:  # whatever it is, what is served goes on being served
                alert("versions_unread", type(error).__name__)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _listen(self) -> None:
        while True:
            try:
                await self._heard()
            except LOST as error:
                log.warning("listener_lost", reason=type(error).__name__)
            await asyncio.sleep(1)

    async def _heard(self) -> None:
        connection = await self._store.connect()
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
            self._wake.set()
            while not connection.is_closed():
                await asyncio.sleep(self._poll_s)
                if await seq_of(connection) != self._standing.seq:
                    self._wake.set()
        finally:
            connection.terminate()
