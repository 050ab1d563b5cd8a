"""What the end of one payment means for its schedule: told, tried once more, or the third refusal in a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core_adapters.operations.states import NOTHING_MOVED, State
from core_adapters.recurring.plan import FIRST

Outcome = Literal["ok", "unknown", "again", "later", "locked", "limit", "declined", "paused"]

REFUSALS_MAX = 3  # then the schedule rests: whoever has not paid for three dates wants to know, not to be told again
# A refusal that another day may change, and how the customer hears of it. Everything else is final for its date.
AGAIN: Mapping[str, Outcome] = {"insufficient_funds": "again", "unavailable": "later", "card_locked": "locked"}


@dataclass(frozen=True, slots=True)
class Case:
    """A payment of a schedule that has moved to ``state``. ``active``: the schedule is on, and tomorrow is its own."""

    state: State
    error: str | None
    attempt: int
    active: bool
    free_tomorrow: bool
    refusals: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is told, how many dates in a row have come to nothing, and what becomes of the schedule."""

    outcome: Outcome
    refusals: int
    retry: bool = False
    pause: bool = False


def judge(case: Case) -> Judgement | None:
    """None for a state that changes nothing for the customer.

    A second try is another operation, and is made only when the first is over and is known to have moved nothing.
    """
    if case.state is State.POSTED:
        return Judgement("ok", 0)
    if case.state is State.UNKNOWN:
        return Judgement("unknown", case.refusals)
    if case.state not in NOTHING_MOVED:
        return None
    error = case.error or ""
    if case.active and case.free_tomorrow and case.attempt == FIRST and error in AGAIN:
        return Judgement(AGAIN[error], case.refusals, retry=True)
    if case.active and case.refusals + 1 >= REFUSALS_MAX:
        return Judgement("paused", case.refusals + 1, pause=True)
    return Judgement("limit" if error == "limit_exceeded" else "declined", case.refusals + 1)
