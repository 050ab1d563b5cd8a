"""What a saved turn wants done in the world, each thing by whom it concerns."""

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import structlog

from bot.metrics import alert
from bot.operations import Operations
from bot.outbox import Outbox
from bot.store import Mark, OutboxRow, OutboxStore, StoreDown, Taken
from flows.effects import DeleteInbound, HandOff, OpenForm, Send, StartOperation

log = structlog.get_logger("bot.perform")


class People(Protocol):
    """Where a chat goes that is given to people. The same row again is the same hand-off."""

    async def hand_off(self, row: OutboxRow, hand_off: HandOff) -> None:
        """May raise anything: it is tried again after the row's lease."""
        ...


class Performer:
    """Messages to the outbox, operations to their providers, chats to people."""

    def __init__(self, store: OutboxStore, outbox: Outbox, operations: Operations, people: People) -> None:
        self._store = store
        self._outbox = outbox
        self._operations = operations
        self._people = people
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, rows: Sequence[OutboxRow], ahead: frozenset[UUID] = frozenset()) -> None:
        """Begin with all of these, in order where order matters. Returns at once."""
        for row in rows:
            match row.effect:
                case Send() | DeleteInbound() | OpenForm():
                    self._outbox.put(row, ahead)
                case StartOperation():
                    self._operations.put(row)
                case HandOff():
                    task = asyncio.create_task(self._hand_off(row, row.effect))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)

    async def resume(self, taken: Taken) -> None:
        """Go on with a row that was taken up. Raises StoreDown."""
        if taken.row is None:
            alert("outbox_row_unreadable", "its body cannot be opened", row=str(taken.id))
            await self._store.mark(Mark(taken.id, "failed", error="its body cannot be opened"))
            return
        self.take([taken.row], taken.ahead)

    def held(self, longer_than_s: float) -> list[UUID]:
        """The rows in work for so long that their lease needs renewing."""
        return self._outbox.held(longer_than_s) + self._operations.held(longer_than_s)

    async def drain(self) -> None:
        """Wait until nothing is left to do."""
        await self._operations.drain()
        await self._outbox.drain()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self, timeout_s: float = 0) -> None:
        """Wait a while, then leave the rest to the next process."""
        await asyncio.gather(self._operations.stop(timeout_s), self._outbox.stop(timeout_s))
        for task in list(self._tasks):
            task.cancel()

    async def _hand_off(self, row: OutboxRow, hand_off: HandOff) -> None:
        try:
            await self._people.hand_off(row, hand_off)
            await self._store.mark(Mark(row.id, "done"))
        except StoreDown:
            log.warning("hand_off_not_recorded", conversation=str(row.conversation))
        except Exception as error:  # the row stays and comes back after its lease
            alert("hand_off_failed", type(error).__name__, conversation=str(row.conversation))
