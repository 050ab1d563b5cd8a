"""How fast a bot may write: token buckets a chat and a bot. Over the limit is 429 with the seconds to wait."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.telegram.failures import too_many
from sandbox.telegram.limits import BOT_BURST, BOT_RATE_PER_S, CHAT_BURST, CHAT_RATE_PER_S

BUCKETS_MAX = 50_000


@dataclass(slots=True)
class Bucket:
    rate_per_s: float
    left: float
    at: float


class Pace:
    """Counts what a bot sends. `enforced` may be switched off for load tests."""

    def __init__(self, clock: Callable[[], float], enforced: bool = True) -> None:
        self._clock = clock
        self.enforced = enforced
        self._buckets: dict[tuple[int, int], Bucket] = {}

    def take(self, bot: int, chat: int) -> None:
        """Raises Refused 429; a refused message takes nothing."""
        if not self.enforced:
            return
        both = (
            self._bucket((bot, chat), CHAT_RATE_PER_S, CHAT_BURST),
            self._bucket((bot, 0), BOT_RATE_PER_S, BOT_BURST),
        )
        wait_s = max((1 - bucket.left) / bucket.rate_per_s for bucket in both)
        if wait_s > 0:
            raise too_many(math.ceil(wait_s))
        for bucket in both:
            bucket.left -= 1

    def _bucket(self, key: tuple[int, int], rate_per_s: float, burst: int) -> Bucket:
        now = self._clock()
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.clear()
        bucket = self._buckets.setdefault(key, Bucket(rate_per_s, burst, now))
        bucket.left = min(burst, bucket.left + (now - bucket.at) * bucket.rate_per_s)
        bucket.at = now
        return bucket
