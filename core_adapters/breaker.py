"""Keeps away from a service that is ill: after ILL_MAX of the last RECENT calls it rests, then one call finds out.

          ILL_MAX of RECENT within WINDOW_S                  PAUSE_S are over
    WELL ---------------------------------------> RESTING ---------------------> TRIAL
     ^                                               ^                             | one call at a time
     +----------------- it went well ----------------|-----------------------------+
                                                     +-------- it went ill --------+

Ill is a connection that cannot be made, a silence, a cut and a 5xx. A no, a 4xx and an answer that does not fit its
schema come from a service that is awake. What is `let_through` is never kept waiting: an enquiry after an operation in
doubt, which has a schedule of its own, and an order that has become SENDING. Both serve as a trial at any moment.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import structlog
from prometheus_client import Counter, Gauge

from core_adapters.failures import Unavailable

ILL_MAX = 5
RECENT = 10  # half of the calls: a busy core that loses one in a hundred is well, one that only answers lookups is not
WINDOW_S = 30.0  # five failures of a quiet day are not an illness
PAUSE_S = 10.0  # a core that restarts is back in less; a customer who tries again is let through
SLOW_S = 3.0  # who waits for so long and gives up has met a silence
RESTING = Gauge("teller_service_resting", "1 while a service is left alone because it was ill.", ["service"])
SPARED = Counter("teller_calls_spared", "Calls that were not made, because the service rests.", ["service"])
log = structlog.get_logger()

Health = Literal["well", "ill", "unknown"]
_let_through: ContextVar[bool] = ContextVar("let_through", default=False)


class Resting(Unavailable):
    """The service is left alone for another ``seconds``. Nothing was sent."""

    def __init__(self, service: str, seconds: float) -> None:
        super().__init__(f"{service} was ill and rests for another {seconds:.1f} s")
        self.seconds = seconds


@runtime_checkable
class CanRest(Protocol):
    """A performer that can tell beforehand that it would send nothing now."""

    def rest_s(self) -> float:
        """Seconds until an order may be sent; 0: now."""
        ...


@contextmanager
def let_through() -> Iterator[None]:
    """Calls inside are made even while their service rests."""
    mark = _let_through.set(True)
    try:
        yield
    finally:
        _let_through.reset(mark)


@dataclass(slots=True)
class Call:
    """One call under way. ``health`` is what it has shown of the service; ``era`` the rest it began in."""

    era: int
    began_at: float
    is_trial: bool
    health: Health = "unknown"


class Breaker:
    """One service, in this process. ``clock`` counts seconds."""

    def __init__(self, service: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._recent: deque[tuple[float, bool]] = deque(maxlen=RECENT)  # when, and whether it was ill
        self._rests_until: float | None = None
        self._trial: Call | None = None
        self._offered_until = 0.0
        self._era = 0  # counts the changes; what a call that began before one shows is old news

    def name_if_nameless(self, service: str) -> None:
        """What logs and metrics call the service; it holds no secret."""
        self._service = self._service or service

    @contextmanager
    def call(self) -> Iterator[Call]:
        """A call to the service; set its ``health``. Raises Resting instead of making it."""
        call = self._admitted()
        try:
            yield call
        except BaseException:
            if call.health == "unknown" and self._clock() >= call.began_at + SLOW_S:
                call.health = "ill"
            raise
        finally:
            self._ended(call)

    def rest_s(self) -> float:
        """Seconds until an order may be sent; 0: now.

        When the rest is over, one asker is told 0 and the others wait for what that one finds out.
        """
        if self._rests_until is None:
            return 0.0
        now = self._clock()
        offered = min(self._offered_until - now, SLOW_S)
        waits = max(self._left(now), offered)
        if waits > 0 or self._trial is not None:
            return max(waits, 1.0)
        self._offered_until = now + SLOW_S
        return 0.0

    def _left(self, now: float) -> float:
        """Seconds of rest to come. A clock that was set back does not make the rest longer."""
        if self._rests_until is None:
            return 0.0
        self._rests_until = min(self._rests_until, now + PAUSE_S)
        return max(self._rests_until - now, 0.0)

    def _admitted(self) -> Call:
        now = self._clock()
        left = self._left(now)
        is_trial = self._rests_until is not None
        if is_trial and not _let_through.get() and (left > 0 or self._trial is not None):
            SPARED.labels(self._service).inc()
            raise Resting(self._service, left)
        call = Call(self._era, now, is_trial)
        if is_trial and self._trial is None:
            self._trial = call
        return call

    def _ended(self, call: Call) -> None:
        if self._trial is call:
            self._trial = None
        if call.era != self._era:
            return
        if call.health == "well":
            self._is_well()
        elif call.health == "ill":
            self._is_ill(call.is_trial)

    def _is_well(self) -> None:
        self._recent.append((self._clock(), False))
        if self._rests_until is not None:
            self._rests_until = None
            self._change("service_well_again", 0)

    def _is_ill(self, was_trial: bool) -> None:
        now = self._clock()
        self._recent.append((now, True))
        ill = sum(was_ill and at > now - WINDOW_S for at, was_ill in self._recent)
        if was_trial or ill >= ILL_MAX:
            self._rests_until = now + PAUSE_S
            self._change("service_rests", 1)

    def _change(self, event: str, resting: int) -> None:
        self._era += 1
        self._recent.clear()
        self._trial = None
        self._offered_until = 0.0
        RESTING.labels(self._service).set(resting)
        log.warning(event, service=self._service)
