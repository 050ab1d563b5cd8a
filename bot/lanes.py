"""Work in order: one lane a conversation, one item of a lane at a time, all lanes at once.

A lane exists while it has work. The same shape serves both directions: turns of a conversation, messages of a chat.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

Item = TypeVar("Item")


class Lanes(Generic[Item]):
    """Runs ``work(conversation, item)`` for every item that is put, in order within a conversation.

    ``work`` deals with its own failures: one that escapes ends the lane's item, is reported to the loop's exception
    handler, and the lane goes on. ``idle`` is told when a lane has run dry.
    """

    def __init__(
        self, work: Callable[[UUID, Item], Awaitable[None]], idle: Callable[[UUID], None] | None = None
    ) -> None:
        self._work = work
        self._idle = idle
        self._items: dict[UUID, deque[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._awaited: dict[UUID, asyncio.Event] = {}
        self._stopped = False

    def put(self, conversation: UUID, item: Item) -> None:
        """Queue an item at the end of its conversation's lane."""
        if self._stopped:
            return
        items = self._items.get(conversation)
        if items is not None:
            items.append(item)
            if conversation in self._awaited:
                self._awaited[conversation].set()
            return
        self._items[conversation] = deque((item,))
        task = asyncio.create_task(self._run(conversation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def waiting(self, conversation: UUID) -> int:
        """How many items stand behind the one at work."""
        return len(self._items.get(conversation, ()))

    async def following(self, conversation: UUID, timeout_s: float) -> Item | None:
        """For the item at work: take the next one of its lane, waiting for it to come; None when none does."""
        items = self._items[conversation]
        if not items:
            arrived = self._awaited[conversation] = asyncio.Event()
            try:
                async with asyncio.timeout(timeout_s):
                    await arrived.wait()
            except TimeoutError:
                return None
            finally:
                del self._awaited[conversation]
        return items.popleft()

    def put_back(self, conversation: UUID, taken: Sequence[Item]) -> None:
        """For the item at work: what it has taken from its lane goes back to the front."""
        self._items[conversation].extendleft(reversed(taken))

    async def drain(self, timeout_s: float | None = None) -> None:
        """Wait until every lane has run dry, or as long as ``timeout_s``."""
        deadline = None if timeout_s is None else asyncio.get_running_loop().time() + timeout_s
        while self._tasks:
            left = None if deadline is None else deadline - asyncio.get_running_loop().time()
            if left is not None and left <= 0:
                return
            await asyncio.wait(self._tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self, timeout_s: float = 0) -> None:
        """Take no more, give what is under way ``timeout_s`` seconds, then cancel it."""
        await self.drain(timeout_s)
        self._stopped = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, conversation: UUID) -> None:
        items = self._items[conversation]
        try:
            while items:
                try:
                    await self._work(conversation, items.popleft())
                except Exception as error:  # a fault of `work` must not silence the conversation
                    context = {"message": "a lane's work failed", "exception": error}
                    asyncio.get_running_loop().call_exception_handler(context)
        finally:
            del self._items[conversation]
            if self._idle is not None:
                self._idle(conversation)
