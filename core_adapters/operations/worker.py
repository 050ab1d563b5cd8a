"""The background of the money path: sends what was left, recovers what was cut off, asks about what is in doubt."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from core_adapters.operations import awaiting, expiring
from core_adapters.operations.enquiring import enquire
from core_adapters.operations.records import Operation
from core_adapters.operations.sending import Performers, recover, send
from core_adapters.operations.states import State
from core_adapters.operations.store import Store

ROUND_S = 1.0
log = structlog.get_logger()

Job = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Worker:
    """Its jobs, each in a loop of its own, so that a slow bank does not keep recovery or the audit waiting.

    Any number of processes may run them; a row is taken by one of them at a time. ``more`` are the jobs of those who
    begin operations by themselves or look after what has ended.
    """

    store: Store
    performers: Performers
    more: Sequence[Job] = ()
    _wakes: list[asyncio.Event] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin; the first round is at once."""
        for job in (self._recover, self._expire, self._send, self._enquire, self._look, self._link, *self.more):
            wake = asyncio.Event()
            self._wakes.append(wake)
            self._tasks.append(asyncio.create_task(_loop(job, wake)))

    def wake(self) -> None:
        """There is something to do: do not wait for the next round."""
        for wake in self._wakes:
            wake.set()

    async def stop(self) -> None:
        """End. What was under way is taken up by the next process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._wakes.clear()

    async def round(self) -> None:
        """Everything that is due now, once."""
        await self._recover()
        await self._expire()
        await asyncio.gather(self._send(), self._enquire(), self._look())
        for job in self.more:
            await job()
        await self._link()

    async def _recover(self) -> None:
        await recover(self.store)

    async def _expire(self) -> None:
        await expiring.expire(self.store)

    async def _send(self) -> None:
        await self._each(State.APPROVED, lambda operation: send(self.store, self.performers, operation))

    async def _enquire(self) -> None:
        await self._each(State.UNKNOWN, lambda operation: enquire(self.store, self.performers, operation))

    async def _look(self) -> None:
        await awaiting.look(self.store, self.performers)

    async def _link(self) -> None:
        await self.store.audit.link(self.store.pool)

    async def _each(self, state: State, work: Callable[[Operation], Awaitable[object]]) -> None:
        """Work on every due operation of a state; one that fails does not stop the others."""
        due = await self.store.take_due(state)
        _say_failures(due, await asyncio.gather(*map(work, due), return_exceptions=True))


async def _loop(job: Job, wake: asyncio.Event) -> None:
    while True:
        try:
            await job()
        except Exception as problem:  # the loop must outlive whatever one round meets; the next one tries again
            log.error("money_round_failed", error=type(problem).__name__)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ROUND_S):
                await wake.wait()
        wake.clear()


def _say_failures(due: Sequence[Operation], results: Sequence[object]) -> None:
    for operation, result in zip(due, results, strict=True):
        if isinstance(result, BaseException):
            log.error("operation_not_moved", op_id=str(operation.op_id), error=type(result).__name__)
