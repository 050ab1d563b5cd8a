"""How fast one partner may call: a bucket a partner, so that whoever floods us is told to wait and nobody else is.

The buckets are of the partners in the registry and of nobody else, so their number is bounded. They are a process's
own; what all processes together take is counted by a ``Shared``, where there is one.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class TooFast(Exception):
    """Come again in ``retry_after_s``."""

    def __init__(self, retry_after_s: float = 1.0) -> None:
        super().__init__("too many calls")
        self.retry_after_s = max(1, math.ceil(retry_after_s))


@dataclass(frozen=True, slots=True)
class Rates:
    """What a partner may do in one process.

    ``arrivals_a_second`` is what is looked at before anything is proved, and so also what others may send in a
    partner's name; ``taken_a_second`` is what reaches the database. ``at_once`` bounds the bodies in memory.
    """

    arrivals_a_second: float = 500.0
    taken_a_second: float = 50.0
    burst_s: float = 2.0
    at_once: int = 16


class Shared(Protocol):
    """Counts what all processes take together."""

    async def wait_s(self, partner: str) -> float:
        """Take a place; or the seconds until there is one, and none is taken then."""
        ...


@dataclass(slots=True)
class Bucket:
    """``free_at`` is when the next call may come; whoever was quiet has saved up ``burst_s`` seconds of calls."""

    a_second: float
    burst_s: float
    free_at: float = 0.0

    def take(self, now: float) -> None:
        """Take one place. Raises TooFast, and then none is taken."""
        start = max(self.free_at, now - self.burst_s)
        if start > now:
            raise TooFast(start - now)
        self.free_at = start + 1 / self.a_second


@dataclass(slots=True)
class _Lane:
    arrivals: Bucket
    taken: Bucket
    inside: int = 0


@dataclass(slots=True)
class Pace:
    """The lanes of all partners."""

    rates: Rates = field(default_factory=Rates)
    monotonic: Callable[[], float] = time.monotonic
    _lanes: dict[str, _Lane] = field(default_factory=dict)

    def enter(self, partner: str) -> None:
        """One call begins. Raises TooFast; otherwise it must ``leave``."""
        lane = self._lane(partner)
        lane.arrivals.take(self.monotonic())
        if lane.inside >= self.rates.at_once:
            raise TooFast
        lane.inside += 1

    def leave(self, partner: str) -> None:
        """The call has ended."""
        self._lane(partner).inside -= 1

    def take(self, partner: str) -> None:
        """The call is proved to be the partner's and goes on to the database. Raises TooFast."""
        self._lane(partner).taken.take(self.monotonic())

    def _lane(self, partner: str) -> _Lane:
        if partner not in self._lanes:
            rates = self.rates
            self._lanes[partner] = _Lane(
                Bucket(rates.arrivals_a_second, rates.burst_s), Bucket(rates.taken_a_second, rates.burst_s)
            )
        return self._lanes[partner]
