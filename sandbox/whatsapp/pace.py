"""How fast a business may write: token buckets a number, and a number with a person."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.whatsapp.failures import refused
from sandbox.whatsapp.limits import PAIR_BURST, PAIR_PER_S, THROUGHPUT_PER_S

BUCKETS_MAX = 50_000


@dataclass(slots=True)
class Bucket:
    rate_per_s: float
    left: float
    at: float


class Pace:
    """Counts what a business sends. `enforced` may be switched off for load tests."""

    def __init__(self, clock: Callable[[], float], enforced: bool = True) -> None:
        self._clock = clock
        self.enforced = enforced
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def take(self, number: str, to: str) -> None:
        """Raises GraphRefused 130429 or 131056; a refused message takes nothing."""
        if not self.enforced:
            return
        whole = self._bucket((number, ""), THROUGHPUT_PER_S, THROUGHPUT_PER_S)
        pair = self._bucket((number, to), PAIR_PER_S, PAIR_BURST)
        if whole.left < 1:
            raise refused(130429, "Message failed to send because there were too many messages sent in a short time.")
        if pair.left < 1:
            raise refused(131056, "Too many messages sent from this number to the same recipient in a short time.")
        whole.left -= 1
        pair.left -= 1

    def _bucket(self, key: tuple[str, str], rate_per_s: float, burst: float) -> Bucket:
        now = self._clock()
        if len(self._buckets) > BUCKETS_MAX:
            self._buckets.clear()
        bucket = self._buckets.setdefault(key, Bucket(rate_per_s, burst, now))
        bucket.left = min(burst, bucket.left + (now - bucket.at) * bucket.rate_per_s)
        bucket.at = now
        return bucket
