"""The worker's side of the streams: takes what is handed to its partitions, and says when it is done.

An entry names a row of the inbox; the row is read, and leased to this process, in Postgres. It is acknowledged when the
row is done, by whomever: so what a dead worker had taken and not ended goes to who has its partition next.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.metrics import HANDED
from bot.relay_redis import GROUP, STREAM, Holding, redis_at, row_of
from bot.store import Accepted, Claimed, Handed, Inbox, StoreDown

LEASE_S = 5.0  # after so long without a word from a worker its partitions are another's
BEAT_S = 1.0
BLOCK_MS = 500
READ_S = 2.0  # longer than a read may block
AGAIN_S = 1.0
MOST = 100

Resume = Callable[[Claimed, Accepted], Awaitable[None]]

log = structlog.get_logger("bot.relay")


class Taking:
    """All that is handed to this worker. ``ended`` hears of rows that are done."""

    def __init__(self, redis: Redis, inbox: Inbox, resume: Resume, lease_s: float = LEASE_S) -> None:
        self._redis, self._inbox, self._resume = redis, inbox, resume
        self._me = secrets.token_hex(8)
        self._holding = Holding(redis, self._me, lease_s)
        self._lease_s = lease_s
        self._mine: frozenset[int] = frozenset()
        self._entries: dict[UUID, tuple[int, bytes]] = {}
        self._done: list[tuple[int, bytes]] = []
        self._acknowledge = asyncio.Event()
        self._is_down = False

    @classmethod
    def at(cls, url: str, inbox: Inbox, resume: Resume) -> "Taking":
        """Raises SettingsWrong."""
        return cls(redis_at(url, READ_S), inbox, resume)

    @property
    def mine(self) -> frozenset[int]:
        """The partitions of this worker."""
        return self._mine

    def ended(self, inbox: UUID) -> None:
        """The row is done, or another's."""
        if (entry := self._entries.pop(inbox, None)) is not None:
            self._done.append(entry)
            self._acknowledge.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._always(self._beat))
            group.create_task(self._always(self._read))
            group.create_task(self._always(self._say_done))

    async def leave(self) -> None:
        """Nothing more is taken, and others may have at once what nothing is under way in."""
        busy = {number for number, _ in self._entries.values()}
        await self._told(sorted(self._mine - busy))

    async def stop(self) -> None:
        """Leave the rest of the partitions to others; what is not done yet goes with them."""
        await self._told(sorted(self._mine))
        await self.close()

    async def close(self) -> None:
        """Without a word: what is ours is others' when the leases end."""
        await self._redis.aclose()

    async def _told(self, partitions: Sequence[int]) -> None:
        with suppress(Exception):  # without a word they wait for the lease
            await self._say_done_now()
            await self._holding.leave(partitions)

    async def _always(self, work: Callable[[], Awaitable[None]]) -> None:
        """The loop must outlive Redis, Postgres and whatever one round meets."""
        while True:
            try:
                await work()
            except StoreDown:
                await asyncio.sleep(AGAIN_S)
            except Exception as failure:
                self._lost(failure)
                await asyncio.sleep(AGAIN_S)

    async def _beat(self) -> None:
        """Hold what is ours, take what is free, give back what is more than the share."""
        share, mine = await self._holding.renew()
        self._back()
        extra = sorted(mine)[share:]
        busy = {number for number, _ in self._entries.values()}
        free = [number for number in extra if number not in busy]
        await self._holding.let_go(free)
        kept = mine - set(free)
        for number in sorted(kept - self._mine):
            await self._take_over(number)
        self._mine = kept
        await asyncio.sleep(min(BEAT_S, self._lease_s / 3))

    async def _take_over(self, number: int) -> None:
        """Begin with a partition: first what its last owner has left."""
        stream, start = STREAM % number, b"0-0"
        with suppress(ResponseError):  # there is the group already
            await self._redis.xgroup_create(stream, GROUP, id="0", mkstream=True)
        while True:
            start, entries, *_ = await self._redis.xautoclaim(stream, GROUP, self._me, 0, start, count=MOST)
            await self._take(number, entries, again=True)
            if start == b"0-0":
                return

    async def _read(self) -> None:
        streams: Any = {STREAM % number: ">" for number in sorted(self._mine)}
        if not streams:
            await asyncio.sleep(BEAT_S / 4)
            return
        try:
            found: Any = await self._redis.xreadgroup(GROUP, self._me, streams, count=MOST, block=BLOCK_MS)
        except ResponseError as failure:
            if not str(failure).startswith("NOGROUP"):
                raise
            log.warning("turns_forgotten", reason="Redis was flushed; the inbox has them all")
            self._mine = frozenset()  # with the next beat all is begun anew
            self._entries.clear()
            return
        for stream, entries in found or ():
            await self._take(_number_of(stream), entries)

    async def _take(self, number: int, entries: Sequence[tuple[bytes, Any]], again: bool = False) -> None:
        """Lease the rows in Postgres and begin their turns; those that are done already are acknowledged."""
        fresh = list[Handed]()
        for entry, fields in entries:
            row = row_of(fields)
            if row is None:
                self._done.append((number, entry))
            elif row.inbox not in self._entries:
                self._entries[row.inbox] = number, entry
                fresh.append(row)
        taken = await self._taken(fresh, again)
        for row in set(fresh) - {Handed(claimed.conversation, claimed.id) for claimed, _ in taken}:
            self.ended(row.inbox)
        HANDED.labels("again" if again else "taken").inc(len(taken))
        for claimed, accepted in taken:
            await self._resume(claimed, accepted)

    async def _taken(self, rows: Sequence[Handed], again: bool) -> Sequence[tuple[Claimed, Accepted]]:
        try:
            return await self._inbox.take(rows, again) if rows else ()
        except StoreDown:  # they stay with the inbox, and come from there when it is back
            for row in rows:
                self.ended(row.inbox)
            raise

    async def _say_done(self) -> None:
        await self._acknowledge.wait()
        self._acknowledge.clear()
        await self._say_done_now()

    async def _say_done_now(self) -> None:
        done, self._done = self._done, []
        by_stream = defaultdict(list)
        for number, entry in done:
            by_stream[STREAM % number].append(entry)
        if not by_stream:
            return
        pipeline = self._redis.pipeline(transaction=False)
        for stream, entries in by_stream.items():
            pipeline.xack(stream, GROUP, *entries)
            pipeline.xdel(stream, *entries)
        await pipeline.execute()

    def _lost(self, failure: Exception) -> None:
        self._mine = frozenset()
        if not self._is_down:
            self._is_down = True
            log.warning("relay_down", reason="the inbox is looked at instead", error=type(failure).__name__)

    def _back(self) -> None:
        if self._is_down:
            self._is_down = False
            log.info("relay_back")


def _number_of(stream: bytes) -> int:
    return int(stream.rpartition(b":")[2])
