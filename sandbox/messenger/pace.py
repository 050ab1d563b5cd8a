"""How fast a Page may write: one bucket a Page, filled all the time. Over the limit is #613."""

from collections.abc import Callable

from sandbox.messenger.failures import too_fast
from sandbox.messenger.limits import PAGE_BURST, PAGE_RATE_PER_S
from sandbox.phones.pace import Buckets


class Pace:
    """Counts what a Page sends. `enforced` may be switched off for load tests."""

    def __init__(self, clock: Callable[[], float], enforced: bool = True) -> None:
        self._buckets, self.enforced = Buckets(clock), enforced

    def take(self, page: int) -> None:
        """Raises GraphRefused #613; a refused call takes nothing."""
        if not self.enforced:
            return
        bucket = self._buckets.filled(page, PAGE_RATE_PER_S, PAGE_BURST)
        if bucket.left < 1:
            raise too_fast(page)
        bucket.left -= 1
