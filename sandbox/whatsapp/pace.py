"""How fast a business may write: token buckets a number, and a number with a person."""

from collections.abc import Callable

from sandbox.phones.pace import Buckets
from sandbox.whatsapp.failures import refused
from sandbox.whatsapp.limits import PAIR_BURST, PAIR_PER_S, THROUGHPUT_PER_S


class Pace:
    """Counts what a business sends. `enforced` may be switched off for load tests."""

    def __init__(self, clock: Callable[[], float], enforced: bool = True) -> None:
        self._buckets, self.enforced = Buckets(clock), enforced

    def take(self, number: str, to: str) -> None:
        """Raises GraphRefused 130429 or 131056; a refused message takes nothing."""
        if not self.enforced:
            return
        whole = self._buckets.filled((number, ""), THROUGHPUT_PER_S, THROUGHPUT_PER_S)
        pair = self._buckets.filled((number, to), PAIR_PER_S, PAIR_BURST)
        if whole.left < 1:
            raise refused(130429, "Message failed to send because there were too many messages sent in a short time.")
        if pair.left < 1:
            raise refused(131056, "Too many messages sent from this number to the same recipient in a short time.")
        whole.left -= 1
        pair.left -= 1
