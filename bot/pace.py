"""How fast an account may send: a token bucket each, and a stop while a platform has asked for one."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Pace(Protocol):
    """``LocalPace`` in the process; ``bot.pace_redis.RedisPace`` where several processes share an account."""

    async def ready(self, channel: str, account: str) -> None:
        """Returns when the account may send one message."""
        ...

    def hold(self, channel: str, account: str, seconds: float) -> None:
        """Nothing of this account goes out for so long; then what has waited goes out at the pace, not at once."""
        ...

    async def close(self) -> None:
        """End what is under way."""
        ...


def pace_at(redis_url: str, rates: Mapping[str, float]) -> Pace:
    """The pace of this process; shared with the others that name the same Redis, unless the address is empty.

    :raises SettingsWrong: when the address cannot be one of a Redis. Whether it answers is not asked here.
    """
    if not redis_url:
        return LocalPace(rates)
    from bot.pace_redis import RedisPace  # here, for its import takes time, and a laptop has no Redis

    return RedisPace.at(redis_url, rates)


@dataclass(slots=True)
class _Bucket:
    """``free_at`` is when the next message may leave. A quiet account saves up ``burst`` messages."""

    rate: float
    burst: float
    free_at: float = 0.0
    held_until: float = 0.0

    def ask(self, now: float, take: bool) -> tuple[float, bool]:
        """Take the next place, or look whether the one taken still holds: the seconds to wait, and whether we have one.

        A place that falls into a hold is lost; whoever had it takes another one afterwards.
        """
        if self.held_until > now:
            return self.held_until - now, False
        if not take:
            return 0.0, True
        start = max(self.free_at, now - (self.burst - 1) / self.rate)
        self.free_at = start + 1 / self.rate
        return max(0.0, start - now), True


class LocalPace:
    """Buckets of this process. ``rates`` are messages a second by channel."""

    def __init__(self, rates: Mapping[str, float], default: float = 25.0) -> None:
        self._rates = rates
        self._default = default
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    async def ready(self, channel: str, account: str) -> None:
        bucket = self._bucket(channel, account)
        wait_s, placed = bucket.ask(time.monotonic(), take=True)
        while wait_s > 0:
            await asyncio.sleep(wait_s)
            wait_s, placed = bucket.ask(time.monotonic(), take=not placed)

    def hold(self, channel: str, account: str, seconds: float) -> None:
        bucket = self._bucket(channel, account)
        bucket.held_until = max(bucket.held_until, time.monotonic() + seconds)

    async def close(self) -> None:
        """Nothing is under way."""

    def _bucket(self, channel: str, account: str) -> _Bucket:
        key = (channel, account)
        if key not in self._buckets:
            rate = self._rates.get(channel, self._default)
            self._buckets[key] = _Bucket(rate, burst=max(1.0, rate))
        return self._buckets[key]
