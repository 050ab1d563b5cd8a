"""Waking conversations: due timers become events. Every process looks; each timer fires once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from bot.store import StoreDown, TimerStore

# How long a timer may be late that was set by a process which has died; our own are known and fire on time.
POLL_S = 5.0

log = structlog.get_logger("bot.timers")


class Timers:
    """Fires what is due. ``fired`` is called when events have come into the inbox."""

    def __init__(self, store: TimerStore, fired: Callable[[], None], poll_s: float = POLL_S) -> None:
        self._store = store
        self._fired = fired
        self._poll_s = poll_s
        self._next: datetime | None = None
        self._sooner = asyncio.Event()

    def note(self, due: datetime) -> None:
        """A timer was set for then; called after it is saved."""
        if self._next is None or due < self._next:
            self._next = due
            self._sooner.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._sooner.clear()
            wait_s = await self._look()
            try:
                async with asyncio.timeout(wait_s):
                    await self._sooner.wait()
            except TimeoutError:
                self._next = None

    async def _look(self) -> float:
        """Fire what is due; seconds until it is worth looking again."""
        try:
            if await self._store.fire():
                self._fired()
            next_s = await self._store.next_due_s()
        except StoreDown as error:
            log.warning("timers_unreachable", reason=str(error))
            return 1.0
        known_s = None if self._next is None else (self._next - datetime.now(UTC)).total_seconds()
        waits = [s for s in (next_s, known_s, self._poll_s) if s is not None]
        return max(0.0, min(waits))
