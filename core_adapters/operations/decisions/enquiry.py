"""What to do with an operation whose outcome is unknown: wait, ask, send again, or give it to staff (law L5)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from core_adapters.failures import BankFailure, Declined
from core_adapters.operations.decisions.reply import Verdict
from core_adapters.operations.states import State
from core_adapters.ports import Capability, Posted

EMPTY_ENQUIRIES_MAX = 5  # a core that has not heard of it five times over will not, but a person decides
SENDS_MAX = 3
FIRST_PAUSE_S = 2.0
PAUSE_MAX_S = 600.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """An UNKNOWN operation: since when it was last sent, how often sent and asked for."""

    since_sent: timedelta
    sends: int
    enquiries: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again after ``seconds``."""

    seconds: float


Step = Literal["ask", "resend"] | Wait | Verdict
HOLD = Verdict(State.HOLD, "unknown_result")


def before_asking(capability: Capability, doubt: Doubt) -> Step:
    """What to do when the operation is due."""
    left = capability.settle_bound_s - doubt.since_sent.total_seconds()
    if left > 0:
        return Wait(left)
    if capability.may_ask:
        return "ask"
    if capability.may_resend and doubt.sends < SENDS_MAX:
        return "resend"
    return HOLD


def after_asking(capability: Capability, doubt: Doubt, answer: Posted | BankFailure | None) -> Step:
    """What the core's answer means; None is "no such reference"."""
    if isinstance(answer, Posted):
        return Verdict(State.POSTED)
    if isinstance(answer, Declined):
        return Verdict(State.REJECTED, answer.code)
    if isinstance(answer, BankFailure):
        return Wait(pause_s(doubt.enquiries))  # it did not say; that is no "not found"
    if capability.may_resend and doubt.sends < SENDS_MAX:
        return "resend"
    if doubt.enquiries + 1 >= EMPTY_ENQUIRIES_MAX:
        return HOLD
    return Wait(pause_s(doubt.enquiries))


def pause_s(asked: int) -> float:
    """Seconds before asking again: doubling, bounded."""
    return min(FIRST_PAUSE_S * 2.0 ** min(asked, 20), PAUSE_MAX_S)
