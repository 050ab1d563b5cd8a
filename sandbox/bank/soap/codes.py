"""The SOAP face's error codes: one for each way the bank says no. `core.wsdl` lists what they mean."""

from sandbox.failures import BadInput, Conflict, Failure, NotFound

UNREADABLE, UNKNOWN, REUSED, OTHER_USER, NO_LOGIN = (f"TB-GEN-0{n}" for n in range(1, 6))
BROKEN = "TB-SYS-01"
FEE_TAKEN = "TB-WRN-01"

OF_REFUSAL = {
    "insufficient_funds": "TB-PAY-01",
    "limit_exceeded": "TB-PAY-02",
    "recipient_blocked": "TB-PAY-03",
    "recipient_unknown": "TB-PAY-04",
    "same_card": "TB-PAY-04",
    "currency_mismatch": "TB-PAY-05",
    "card_locked": "TB-PAY-06",
    "already_reversed": "TB-PAY-07",
    "not_reversible": "TB-PAY-08",
    "duplicate": "TB-CRD-01",
    "refused": "TB-CRD-02",
}
_OF_FAILURE: dict[type[Failure], str] = {BadInput: UNREADABLE, NotFound: UNKNOWN, Conflict: REUSED}


def of(failure: Failure) -> str:
    """The code of a failure; one that has none of its own is the core's."""
    return _OF_FAILURE.get(type(failure)) or OF_REFUSAL.get(failure.code, BROKEN)
