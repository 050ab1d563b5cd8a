"""Top-ups from a card of another bank: a payment is opened, paid or declined on the bank's page, and settled once."""

import secrets
from datetime import datetime

from sandbox.bank import customers, events, ledger
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.store import Database, Row


def start(
    db: Database, reference: str, card_id: str, amount_minor: int, currency: str, now: datetime
) -> tuple[Row, bool]:
    """Open a payment: the one under this reference, and whether it is new.

    :raises Conflict: when the reference stands for another payment. :raises NotFound: for an unknown card.
    :raises Refused: `card_locked` or `currency_mismatch`.
    """
    known = _found(db, "reference", reference)
    if known is not None:
        if (known["card_id"], known["amount_minor"], known["currency"]) != (card_id, amount_minor, currency):
            raise Conflict("This reference was used for another top-up; nothing was done now.")
        return known, False
    card = customers.card(db, card_id)
    if card["status"] != "active":
        raise Refused("The card is locked.", "card_locked")
    if card["currency"] != currency:
        raise Refused(f"The card is in {card['currency']}.", "currency_mismatch")
    payment_id = secrets.token_urlsafe(16)  # whoever knows it may pay, so it cannot be guessed
    db.execute(
        "INSERT INTO bank_topup VALUES (?, ?, ?, ?, ?, 'open', ?)",
        (payment_id, reference, card_id, amount_minor, currency, now.isoformat()),
    )
    return by_id(db, payment_id), True


def settle(db: Database, payment_id: str, paid: bool, now: datetime) -> Row:
    """The payer has decided. A payment that is settled or declined stays as it is.

    :raises NotFound: for an unknown payment.
    """
    topup = by_id(db, payment_id)
    if topup["status"] != "open":
        return topup
    status = "settled" if paid else "declined"
    if paid:
        _credit(db, topup, now)
    db.execute("UPDATE bank_topup SET status = ? WHERE payment_id = ?", (status, payment_id))
    events.emit(db, f"topup.{status}", {"payment_id": payment_id, "reference": topup["reference"]}, now)
    return by_id(db, payment_id)


def _credit(db: Database, topup: Row, now: datetime) -> None:
    currency = topup["currency"]
    posting = ledger.Posting(
        topup["reference"],
        "topup",
        ledger.internal("clearing", currency),
        customers.card(db, topup["card_id"])["account"],
        topup["amount_minor"],
        currency,
        "Top-up from a card of another bank",
    )
    ledger.post(db, posting, now)


def by_id(db: Database, payment_id: str) -> Row:
    """:raises NotFound: for an id that is not known."""
    return _must_exist(_found(db, "payment_id", payment_id))


def by_reference(db: Database, reference: str) -> Row:
    """:raises NotFound: when no top-up has this reference."""
    return _must_exist(_found(db, "reference", reference))


def _found(db: Database, column: str, value: str) -> Row | None:
    row: Row | None = db.execute(f"SELECT * FROM bank_topup WHERE {column} = ?", (value,)).fetchone()  # noqa: S608 -- a column of ours
    return row


def _must_exist(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such top-up.")
    return row
