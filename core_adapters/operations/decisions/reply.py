"""What a call to the core, once it is over, makes of an operation that is SENDING."""

from dataclasses import dataclass

from core_adapters.failures import BankFailure, Declined, Refused, TurnedAway, Unavailable
from core_adapters.operations.states import State
from core_adapters.ports import Posted


@dataclass(frozen=True, slots=True)
class Verdict:
    """The next state, and the catalogue's error code where it is not a yes."""

    state: State
    error: str | None = None


def decide(seen: Posted | BankFailure, sent_before: bool) -> Verdict:
    """``sent_before``: an earlier attempt of the same operation may have landed.

    Then only the core's own yes or no counts: that this attempt did not reach it says nothing of the first.
    """
    if isinstance(seen, Posted):
        return Verdict(State.POSTED)
    if isinstance(seen, Declined):
        return Verdict(State.REJECTED, seen.code)
    if sent_before:
        return Verdict(State.UNKNOWN, "unknown_result")
    if isinstance(seen, Unavailable | Refused):
        return Verdict(State.VOID, "unavailable")
    if isinstance(seen, TurnedAway):
        return Verdict(State.REJECTED, "unavailable")
    return Verdict(State.UNKNOWN, "unknown_result")
