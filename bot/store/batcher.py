"""Micro-batching: while one statement is on its way, whatever else wants the same collects and goes together.

There is no waiting for company: an idle batcher runs a single item at once, a busy one grows its batches by itself.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from bot.store.link import BadRow, StoreDown

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Longer batches gain nothing any more and make everybody in them wait for the slowest.
BATCH_MAX = 128


class Batcher(Generic[Item, Answer]):
    """Gathers items for ``run``, which answers all of a batch in order.

    With a ``key``, no two items of the same key go into one batch; the later one waits for the next.
    When ``run`` raises BadRow, the batch is halved until the bad row stands alone, and only its submitter hears of
    it. Any other failure is everybody's: it says nothing about the rows.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        key: Callable[[Item], Hashable] | None = None,
    ) -> None:
        self._run = run
        self._key = key
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._running: asyncio.Task[None] | None = None

    def submit(self, item: Item) -> asyncio.Future[Answer]:
        """The answer to come. Raises (through the future) BadRow or StoreDown."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return answer

    async def close(self) -> None:
        """Let what is under way end, and run no more."""
        if self._running is not None:
            await asyncio.wait([self._running])

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._settle(self._take())
        finally:
            self._running = None
            if self._waiting:  # only after a cancellation: nobody is left to run these
                _fail(list(self._waiting), StoreDown("stopped"))
                self._waiting.clear()

    def _take(self) -> list[tuple[Item, asyncio.Future[Answer]]]:
        if self._key is None:
            return [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
        batch: list[tuple[Item, asyncio.Future[Answer]]] = []
        later: list[tuple[Item, asyncio.Future[Answer]]] = []
        seen: set[Hashable] = set()
        while self._waiting and len(batch) < BATCH_MAX:
            entry = self._waiting.popleft()
            key = self._key(entry[0])
            (later if key in seen else batch).append(entry)
            seen.add(key)
        self._waiting.extendleft(reversed(later))
        return batch

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._run([item for item, _ in batch])
        except BadRow as error:
            if len(batch) == 1:
                _fail(batch, error)
                return
            middle = len(batch) // 2
            await self._settle(batch[:middle])
            await self._settle(batch[middle:])
        except asyncio.CancelledError:
            _fail(batch, StoreDown("stopped"))
            raise
        except Exception as error:  # the submitters decide; a batcher that dies would hang them all
            _fail(batch, error)
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)


def _fail(batch: list[tuple[Item, asyncio.Future[Answer]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
