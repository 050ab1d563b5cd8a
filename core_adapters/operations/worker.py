"""The background of the money path: sends what was left, recovers what was cut off, asks about what is in doubt."""

import asyncio
import contextlib
from dataclasses import dataclass, field

import structlog

from core_adapters.operations import awaiting
from core_adapters.operations.enquiring import enquire
from core_adapters.operations.sending import Performers, recover, send
from core_adapters.operations.states import State
from core_adapters.operations.store import Store

ROUND_S = 1.0
log = structlog.get_logger()


@dataclass(slots=True)
class Worker:
    """Runs rounds until stopped. Any number of processes may; a row is taken by one of them at a time."""

    store: Store
    performers: Performers
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; the first round is at once."""
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """There is something to do: do not wait for the next round."""
        self._wake.set()

    async def stop(self) -> None:
        """End. What was under way is taken up by the next process."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def round(self) -> None:
        """Everything that is due now."""
        await recover(self.store)
        approved = await self.store.take_due(State.APPROVED)
        unknown = await self.store.take_due(State.UNKNOWN)
        await asyncio.gather(
            *(send(self.store, self.performers, operation) for operation in approved),
            *(enquire(self.store, self.performers, operation) for operation in unknown),
            awaiting.look(self.store, self.performers),
        )
        await self.store.audit.link(self.store.pool)

    async def _run(self) -> None:
        while True:
            try:
                await self.round()
            except Exception as problem:  # the loop must outlive whatever one round meets; the next one tries again
                log.error("money_round_failed", error=type(problem).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ROUND_S):
                    await self._wake.wait()
            self._wake.clear()
