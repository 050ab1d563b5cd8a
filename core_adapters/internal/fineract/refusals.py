"""What Fineract's refusals mean. Of its errors only the codes are read; its sentences name people and are dropped.

A refused command is rolled back and its refusal is kept under its key, so that a later attempt hears it again.
"""

from collections.abc import Iterable, Mapping

from core_adapters.failures import BankFailure, Declined, Missing, TurnedAway, Unclear
from core_adapters.http import MAYBE_AT_WORK

# The two words at the top of a document that say: the command was understood and will not be done.
RULE_BROKEN = "validation.msg.domain.rule.violation"
NOT_VALID = "validation.msg.validation.errors.exist"
FINAL = {403: RULE_BROKEN, 400: NOT_VALID}
UNNAMED = "refused"
CODES_MAX = 20

# In the catalogue's words; what is not listed is `unavailable`. The payer's account was seen active and open for
# payments before the transfer was sent, so a block or a closed account that is met after that is the recipient's.
TRANSFER_CODES: Mapping[str, str] = {
    "error.msg.savingsaccount.transaction.insufficient.account.balance": "insufficient_funds",
    "error.msg.savingsaccount.transaction.insufficient.account.balance.withdraw": "insufficient_funds",
    "error.msg.savings.account.credit.transaction.not.allowed": "recipient_blocked",
    "error.msg.saving.account.blocked.transaction.not.allowed": "recipient_blocked",
    "error.msg.savingsaccount.transaction.account.is.not.active": "recipient_blocked",
    "error.msg.accounttransfer.different.currencies": "recipient_blocked",
}


def failure(status: int, document: Mapping[str, object] | None) -> BankFailure:
    """What an answer that is no success says about the request."""
    codes = _codes(document)
    if document is not None and status in FINAL and document.get("userMessageGlobalisationCode") == FINAL[status]:
        return Declined(next((code for code in codes if code in TRANSFER_CODES), next(iter(codes), UNNAMED)))
    if status == 404:
        return Missing("HTTP 404")
    if 400 <= status < 500 and status not in MAYBE_AT_WORK:
        return TurnedAway(f"HTTP {status}")
    # 425 by its code and 409 by its documentation: a request with this key is still at work.
    return Unclear(f"HTTP {status}")


def of_a_transfer(refusal: Declined) -> Declined:
    """The refusal in the catalogue's words."""
    return Declined(TRANSFER_CODES.get(refusal.code, "unavailable"))


def _codes(document: Mapping[str, object] | None) -> list[str]:
    errors = document.get("errors") if document else None
    rows: Iterable[object] = errors[:CODES_MAX] if isinstance(errors, list) else ()
    codes = [row.get("userMessageGlobalisationCode") for row in rows if isinstance(row, dict)]
    return [code for code in codes if isinstance(code, str)]
