"""How fast somebody may write: token buckets, each filled all the time up to its burst."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

BUCKETS_MAX = 50_000


@dataclass(slots=True)
class Bucket:
    """`left` may be less than one: then nothing can be taken yet."""

    rate_per_s: float
    left: float
    at: float


class Buckets:
    """Finds a bucket by its key. Beyond BUCKETS_MAX all are forgotten, which only ever lets more through."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[Hashable, Bucket] = {}

    def filled(self, key: Hashable, rate_per_s: float, burst: float) -> Bucket:
        """The bucket as full as it is now; a new one is full."""
        now = self._clock()
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.clear()
        bucket = self._buckets.setdefault(key, Bucket(rate_per_s, burst, now))
        bucket.left = min(burst, bucket.left + (now - bucket.at) * bucket.rate_per_s)
        bucket.at = now
        return bucket
