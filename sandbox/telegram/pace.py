"""How fast a bot may write: token buckets a chat and a bot. Over the limit is 429 with the seconds to wait."""

import math
from collections.abc import Callable

from sandbox.phones.pace import Buckets
from sandbox.telegram.failures import too_many
from sandbox.telegram.limits import BOT_BURST, BOT_RATE_PER_S, CHAT_BURST, CHAT_RATE_PER_S


class Pace:
    """Counts what a bot sends. `enforced` may be switched off for load tests."""

    def __init__(self, clock: Callable[[], float], enforced: bool = True) -> None:
        self._buckets, self.enforced = Buckets(clock), enforced

    def take(self, bot: int, chat: int) -> None:
        """Raises Refused 429; a refused message takes nothing."""
        if not self.enforced:
            return
        both = (
            self._buckets.filled((bot, chat), CHAT_RATE_PER_S, CHAT_BURST),
            self._buckets.filled((bot, 0), BOT_RATE_PER_S, BOT_BURST),
        )
        wait_s = max((1 - bucket.left) / bucket.rate_per_s for bucket in both)
        if wait_s > 0:
            raise too_many(math.ceil(wait_s))
        for bucket in both:
            bucket.left -= 1
