"""How fast a Page may write: one bucket a Page, filled all the time. Over the limit is #613."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.messenger.failures import too_fast
from sandbox.messenger.limits import PAGE_BURST, PAGE_RATE_PER_S


@dataclass(slots=True)
class Bucket:
    left: float
    at: float


class Pace:
    """Counts what a Page sends. `enforced` may be switched off for load tests."""

    def __init__(self, clock: Callable[[], float], enforced: bool = True) -> None:
        self._clock, self.enforced = clock, enforced
        self._buckets: dict[int, Bucket] = {}

    def take(self, page: int) -> None:
        """Raises GraphRefused #613; a refused call takes nothing."""
        if not self.enforced:
            return
        now = self._clock()
        bucket = self._buckets.setdefault(page, Bucket(PAGE_BURST, now))
        bucket.left = min(PAGE_BURST, bucket.left + (now - bucket.at) * PAGE_RATE_PER_S)
        bucket.at = now
        if bucket.left < 1:
            raise too_fast(page)
        bucket.left -= 1
