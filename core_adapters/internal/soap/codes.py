"""The core's error codes, as its contract lists them, and what they mean in the catalogue's words.

A code that is not listed is no answer: only what the contract calls a refusal is one.
"""

from collections.abc import Mapping, Sequence

from core_adapters.failures import BankFailure, Declined, Missing, TurnedAway, Unclear

NOT_TAKEN = frozenset({"TB-GEN-01", "TB-GEN-04", "TB-GEN-05"})  # unreadable, another user, no login
UNKNOWN = "TB-GEN-02"
TRANSFER: Mapping[str, str] = {
    "TB-PAY-01": "insufficient_funds",
    "TB-PAY-02": "limit_exceeded",
    "TB-PAY-03": "recipient_blocked",
    "TB-PAY-04": "recipient_blocked",
    "TB-PAY-05": "recipient_blocked",
    "TB-PAY-06": "card_locked",
}
CARD: Mapping[str, str] = {"TB-CRD-01": "duplicate", "TB-CRD-02": "refused"}
DECLINES: Mapping[str, str] = {**TRANSFER, **CARD}


def failure(codes: Sequence[str]) -> BankFailure:
    """What a FAILURE with these codes is. One code in doubt puts all of it in doubt."""
    failures = [_of(code) for code in codes] or [Unclear("a failure without a code")]
    return next((each for each in failures if isinstance(each, Unclear)), failures[0])


def _of(code: str) -> BankFailure:
    if code in DECLINES:
        return Declined(DECLINES[code])
    if code == UNKNOWN:
        return Missing(code)
    return TurnedAway(code) if code in NOT_TAKEN else Unclear(code)
