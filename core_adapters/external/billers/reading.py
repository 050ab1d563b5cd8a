"""A partner's checked answers as values of ours, and the partners' codes in the catalogue's words."""

from collections.abc import Mapping
from typing import Any

from core_adapters.external.billers import schemas
from core_adapters.external.billers.partner import Account, Payment, Provider
from core_adapters.failures import Declined, Unclear
from core_adapters.validation import incoming, outgoing
from flows.money import Money

PROVIDERS_MAX = 100
# The partners' codes in the catalogue's words; what is not listed is `unavailable`.
CODES: Mapping[str, str] = {
    "account_unknown": "account_unknown",
    "provider_unknown": "account_unknown",
    "reading_too_low": "reading_too_low",
}


def in_our_words(code: str) -> Declined:
    """The refusal of a partner."""
    return Declined(CODES.get(code, "unavailable"))


def providers(rows: object) -> list[Provider]:
    """Raises Unclear for a row that does not fit, or too many."""
    if not isinstance(rows, list) or len(rows) > PROVIDERS_MAX:
        raise Unclear("the answer is no list of providers")
    fits = [incoming(row, schemas.LISTED) for row in rows]
    return [Provider(row["id"], row["name"]) for row in fits]


def account(document: object) -> Account:
    """Raises Unclear."""
    told: dict[str, Any] = incoming(document, schemas.SHOWN)
    due = Money(told["due_minor"], told["currency"])
    return Account(told["owner"], due, told["asks_for"], told.get("provider", ""))


def taken(document: object, payment: Payment) -> str:
    """The partner's id of a payment of ours. Raises Unclear, Declined."""
    told = incoming(document, schemas.TAKEN)
    ours = (payment.reference, payment.account, payment.amount.minor, payment.amount.currency)
    if (told["reference"], told["account"], told["amount_minor"], told["currency"]) != ours:
        raise Unclear("the answer is about another payment")
    if told["status"] == "refused":
        raise in_our_words(told.get("code", ""))
    return str(told["payment_id"])


def sent(payment: Payment) -> dict[str, Any]:
    """A payment as it goes out. Raises Refused."""
    body = {
        "reference": payment.reference,
        "provider": payment.provider,
        "account": payment.account,
        "amount_minor": payment.amount.minor,
        "currency": payment.amount.currency,
    }
    return outgoing(body, schemas.PAYMENT)
