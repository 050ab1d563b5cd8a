"""Streams on Redis between the webhooks and the workers: one a partition, and a partition is one worker's at a time.

A conversation belongs to a partition for good, so its turns are one worker's, in order, and its session stays warm
there. A worker holds a partition by a key that it renews; when it dies, the key ends and another one takes the
partition with all that was handed over and is not done. What is done is acknowledged and gone.

Nothing that must last is here. Down, hung or flushed: the webhooks work themselves, as they do without Redis, and rows
that were under way are taken up from the inbox. It comes back by itself.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Self
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.metrics import HANDED
from bot.settings import SettingsWrong
from bot.store import Handed

PARTITIONS = 16  # the most workers that share the turns; a power of two, for nothing but ease
STREAM = "teller:turns:%d"
OWNER = "teller:owner:%d"
WORKERS = "teller:workers"
GROUP = "workers"
STREAM_MOST = 100_000  # a stream that nobody reads does not fill Redis
ANSWER_S = 0.5
LOOK_S = 0.5  # how old the news of who owns what may be
AGAIN_S = 1.0  # how long a Redis that failed is left alone

Row = tuple[UUID, UUID, Callable[[], None]]

log = structlog.get_logger("bot.relay")


def partition_of(conversation: UUID) -> int:
    """Its partition: the last bits, which are random in every version of a UUID that we use."""
    return conversation.int % PARTITIONS


def redis_at(url: str, answer_s: float = ANSWER_S) -> Redis:
    """Connects with the first command, not here.

    :raises SettingsWrong: when the address cannot be one of a Redis.
    """
    try:
        return Redis.from_url(
            url, socket_timeout=answer_s, socket_connect_timeout=ANSWER_S, retry=Retry(NoBackoff(), 1)
        )
    except ValueError:  # its text may hold the password
        raise SettingsWrong(["TELLER_REDIS_URL is not an address such as redis://host:6379/0."]) from None


class Giving:
    """The side of the webhooks. ``run`` keeps looking who is there."""

    def __init__(self, redis: Redis, look_s: float = LOOK_S) -> None:
        self._redis = redis
        self._look_s = look_s
        self._owned: frozenset[int] = frozenset()
        self._looked_at = 0.0
        self._rows: list[Row] = []
        self._sending: asyncio.Task[None] | None = None

    @classmethod
    def at(cls, url: str) -> Self:
        """Raises SettingsWrong."""
        return cls(redis_at(url))

    @property
    def reaches_all(self) -> bool:
        """Whether a worker stands ready for every conversation."""
        return len(self._owned) == PARTITIONS

    def reaches(self, conversation: UUID) -> bool:
        fresh = time.monotonic() - self._looked_at < 4 * self._look_s
        return fresh and partition_of(conversation) in self._owned

    def give(self, conversation: UUID, inbox: UUID, otherwise: Callable[[], None]) -> None:
        self._rows.append((conversation, inbox, otherwise))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                owners = await self._redis.mget([OWNER % number for number in range(PARTITIONS)])
                self._note(frozenset(number for number, owner in enumerate(owners) if owner))
            except Exception as failure:  # whatever is wrong with Redis, we work ourselves
                self._lost(failure)
                await asyncio.sleep(AGAIN_S)
            await asyncio.sleep(self._look_s)

    async def close(self) -> None:
        """Hand over what is under way."""
        if self._sending is not None:
            await asyncio.wait([self._sending])
        await self._redis.aclose()

    async def _send(self) -> None:
        """All that has gathered, again and again until nothing has."""
        while self._rows:
            rows, self._rows = self._rows, []
            try:
                pipeline = self._redis.pipeline(transaction=False)
                for conversation, inbox, _ in rows:
                    stream, row = STREAM % partition_of(conversation), conversation.bytes + inbox.bytes
                    pipeline.xadd(stream, {"row": row}, maxlen=STREAM_MOST, approximate=True)
                await pipeline.execute()
                HANDED.labels("given").inc(len(rows))
            except Exception as failure:
                self._lost(failure)
                HANDED.labels("kept").inc(len(rows))
                for _, _, otherwise in rows:  # some may have arrived: then the row is taken by whoever is first
                    otherwise()
        self._sending = None

    def _note(self, owned: frozenset[int]) -> None:
        if bool(owned) != bool(self._owned):
            log.info("turns_handed_over" if owned else "turns_kept", reason=f"workers hold {len(owned)} partitions")
        self._owned, self._looked_at = owned, time.monotonic()

    def _lost(self, failure: Exception) -> None:
        if self._owned:
            log.warning("turns_kept", reason="Redis does not answer", error=type(failure).__name__)
        self._owned = frozenset()


# Who lives, and which partitions are whose. A worker keeps what it has, up to its share, and takes what is free.
# It is told of what it holds beyond its share, and lets go of that itself once it is done with it.
HOLD = """
local me, lease, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZADD', KEYS[1], now + lease, me)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('PEXPIRE', KEYS[1], lease)
local share = math.ceil(count / redis.call('ZCARD', KEYS[1]))
local mine = {}
for number = 1, count do
    if redis.call('GET', KEYS[number + 1]) == me then
        redis.call('PEXPIRE', KEYS[number + 1], lease)
        table.insert(mine, number - 1)
    end
end
for number = 1, count do
    if #mine < share and redis.call('SET', KEYS[number + 1], me, 'PX', lease, 'NX') then
        table.insert(mine, number - 1)
    end
end
return {share, mine}
"""
LET_GO = """
for _, key in ipairs(KEYS) do
    if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
"""


class Holding:
    """Which partitions are this worker's."""

    def __init__(self, redis: Redis, me: str, lease_s: float) -> None:
        self._redis, self._me = redis, me
        self._lease_ms = round(lease_s * 1000)
        self._hold, self._let_go = redis.register_script(HOLD), redis.register_script(LET_GO)

    async def renew(self) -> tuple[int, frozenset[int]]:
        """The fair share, and what is ours now."""
        keys = [WORKERS, *(OWNER % number for number in range(PARTITIONS))]
        share, mine = await self._hold(keys=keys, args=[self._me, self._lease_ms, PARTITIONS])
        return int(share), frozenset(int(number) for number in mine)

    async def let_go(self, partitions: Sequence[int]) -> None:
        """Others may have these now."""
        if partitions:
            await self._let_go(keys=[OWNER % number for number in partitions], args=[self._me])

    async def leave(self, partitions: Sequence[int]) -> None:
        """This worker is going, so that the others' shares grow."""
        await self._redis.zrem(WORKERS, self._me)
        await self.let_go(partitions)


def row_of(fields: Any) -> Handed | None:
    """The row an entry names; None for one that is not ours."""
    raw = fields.get(b"row", b"") if fields else b""
    return Handed(UUID(bytes=raw[:16]), UUID(bytes=raw[16:])) if len(raw) == 32 else None
