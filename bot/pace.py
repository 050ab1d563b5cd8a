"""How fast an account may send: a token bucket each, and a stop while a platform has asked for one."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Pace(Protocol):
    """One in the process; one on Redis where several processes share an account."""

    async def ready(self, channel: str, account: str) -> None:
        """Returns when the account may send one message."""
        ...

    def hold(self, channel: str, account: str, seconds: float) -> None:
        """Nothing of this account goes out for so long."""
        ...


@dataclass(slots=True)
class _Bucket:
    """``free_at`` is when the next message may leave. A quiet account saves up ``burst`` messages."""

    rate: float
    burst: float
    free_at: float = 0.0
    held_until: float = 0.0

    def wait_s(self, now: float) -> float:
        """Take the next place; how long it is away."""
        start = max(self.free_at, now - (self.burst - 1) / self.rate)
        self.free_at = start + 1 / self.rate
        return max(0.0, start - now)


class LocalPace:
    """Buckets of this process. ``rates`` are messages a second by channel."""

    def __init__(self, rates: Mapping[str, float], default: float = 25.0) -> None:
        self._rates = rates
        self._default = default
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    async def ready(self, channel: str, account: str) -> None:
        bucket = self._bucket(channel, account)
        wait_s = bucket.wait_s(time.monotonic())
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        while (held_s := bucket.held_until - time.monotonic()) > 0:  # noqa: ASYNC110 - the time may move, nobody tells
            await asyncio.sleep(held_s)

    def hold(self, channel: str, account: str, seconds: float) -> None:
        bucket = self._bucket(channel, account)
        bucket.held_until = max(bucket.held_until, time.monotonic() + seconds)

    def _bucket(self, channel: str, account: str) -> _Bucket:
        key = (channel, account)
        if key not in self._buckets:
            rate = self._rates.get(channel, self._default)
            self._buckets[key] = _Bucket(rate, burst=max(1.0, rate))
        return self._buckets[key]
