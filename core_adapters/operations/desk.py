"""The way in for operations: takes them, and has them sent at once."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from core_adapters.operations.accepting import Accepted, Accepting
from core_adapters.operations.checking import ACTION, Checking
from core_adapters.operations.records import Operation
from core_adapters.operations.sending import Performers, send
from core_adapters.operations.statements import Stating
from core_adapters.operations.states import State
from core_adapters.operations.store import Store
from flows.effects import StartOperation

STOP_S_MAX = 5.0  # how long a stopping process waits for calls that are out; what is left is recovered later


@dataclass(slots=True)
class Desk:
    """Operations from outside. ``started`` is false in a process that only answers and leaves sending to others.

    ``books`` is the core's side of a day, for the reconciliation.
    """

    store: Store
    accepting: Accepting
    performers: Performers
    started: bool = False
    books: Stating | None = None
    _calls: set[asyncio.Task[object]] = field(default_factory=set)

    @property
    def names(self) -> frozenset[str]:
        """What staff may stop: each action, and each core with all its actions."""
        return frozenset(self.performers) | frozenset(self.accepting.performer_of)

    async def start(self, start: StartOperation, conversation: UUID) -> Accepted:
        """Take an operation in and send it; the second asking answers the state. Raises Conflict, NotTaken."""
        if start.action == ACTION:
            return await Checking(self.accepting).accept(start, conversation)
        accepted = await self.accepting.accept(start, conversation)
        if accepted.fresh and accepted.state is State.APPROVED and self.started:
            self._soon(start.op_id)
        return accepted

    async def find(self, op_id: UUID) -> Operation:
        """The operation with this id. Raises NoSuchOperation."""
        return await self.store.find(op_id)

    async def stop(self) -> None:
        """Let the calls that are out come back, for a while."""
        self.started = False
        if self._calls:
            _, late = await asyncio.wait(self._calls, timeout=STOP_S_MAX)
            for call in late:
                call.cancel()

    async def settled(self) -> None:
        """Wait until no call is out."""
        while self._calls:
            await asyncio.wait(self._calls)

    async def see_through(self, op_id: UUID, wait_s: float) -> State:
        """Send an operation in this very process, whatever its role, and say where it stands after so long at most."""
        await asyncio.wait({self._soon(op_id)}, timeout=wait_s)
        return (await self.find(op_id)).state

    def _soon(self, op_id: UUID) -> asyncio.Task[object]:
        call: asyncio.Task[object] = asyncio.create_task(self._send(op_id))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return call

    async def _send(self, op_id: UUID) -> None:
        operation = await self.store.get(op_id)
        if operation is not None and operation.state is State.APPROVED:
            await send(self.store, self.performers, operation)
