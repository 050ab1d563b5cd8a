"""Nothing stays behind: leases of what we hold are renewed, rows that nobody holds are taken up.

Results from other rooms come the same way: they stand in the inbox unleased, and a notification makes us look at
once. Redis or a lost notification changes nothing but how soon.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from bot.metrics import INBOX_LAG_SECONDS, INBOX_WAITING, OUTBOX_LAG_SECONDS, OUTBOX_WAITING, alert
from bot.perform import Performer
from bot.store import Store, StoreDown
from bot.turn import Turns

CHANNEL = "teller_inbox"
SWEEP_S = 2.0
LISTEN_CHECK_S = 5.0
_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

log = structlog.get_logger("bot.recovery")


class Recovery:
    """The sweeper of this process."""

    def __init__(self, store: Store, turns: Turns, performer: Performer, sweep_s: float = SWEEP_S) -> None:
        self._store = store
        self._turns = turns
        self._performer = performer
        self._sweep_s = sweep_s
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep())
            group.create_task(self._listen())
            group.create_task(self._every(self._store.lease_s / 3, self._renew))
            group.create_task(self._every(self._sweep_s * 5, self._measure))

    async def once(self) -> None:
        """Take up what is there now. Raises StoreDown."""
        while claimed := await self._store.inbox.claim():
            for row in claimed:
                await self._turns.resume(row)
        while taken := await self._store.outbox.claim():
            for left in taken:
                await self._performer.resume(left)

    async def _sweep(self) -> None:
        while True:
            self._wake.clear()
            await self._guarded(self.once)
            try:
                async with asyncio.timeout(self._sweep_s):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _renew(self) -> None:
        """What has been held for a while is still ours."""
        age_s = self._store.lease_s / 4
        if inbox := self._turns.held(age_s):
            await self._store.inbox.renew(inbox)
        if outbox := self._performer.held(age_s):
            await self._store.outbox.renew(outbox)

    async def _measure(self) -> None:
        waiting, lag_s = await self._store.inbox.pending()
        INBOX_WAITING.set(waiting)
        INBOX_LAG_SECONDS.set(lag_s)
        waiting, lag_s = await self._store.outbox.lag()
        OUTBOX_WAITING.set(waiting)
        OUTBOX_LAG_SECONDS.set(lag_s)

    async def _every(self, pause_s: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(pause_s)
            await self._guarded(work)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Recovery itself must outlive everything: without it, what a dead process has left stays behind."""
        try:
            await work()
        except StoreDown as error:
            log.warning("store_unreachable", reason=str(error))
        except Exception as error:
            alert("recovery_failed", type(error).__name__)

    async def _listen(self) -> None:
        """Keep a connection that hears of results; the sweep covers the time without one."""
        while True:
            try:
                await self._heard()
            except _LOST as error:
                log.warning("listener_lost", reason=type(error).__name__)
            await asyncio.sleep(1)

    async def _heard(self) -> None:
        connection = await self._store.connect()
        try:
            await connection.add_listener(CHANNEL, lambda *_: self._wake.set())
            self._wake.set()  # something may have come while nobody listened
            while not connection.is_closed():
                await asyncio.sleep(LISTEN_CHECK_S)
                await connection.execute("select 1")  # a dead network shows only when something is sent
        finally:
            connection.terminate()
