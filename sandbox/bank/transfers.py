"""Transfers by card number: judged, booked and remembered by the caller's reference, a refusal too.

To a card of ours it is a movement between two accounts; to a card of another bank the money goes to clearing and a fee
is taken. The first answer to a reference is the answer for good.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.bank import customers, ledger, numbers, rules
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.store import Database, Row


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be sent. The number never shows in a repr."""

    from_card_id: str
    to_card_number: str
    amount_minor: int
    currency: str
    purpose: str = ""

    def __repr__(self) -> str:
        return f"Order({self.from_card_id} to •{self.to_card_number[-4:]}, {self.amount_minor} {self.currency})"


@dataclass(frozen=True, slots=True)
class Judged:
    """An order that may go: between which accounts, and for what fee."""

    debit: str
    credit: str
    fee_minor: int


Judging = Callable[[Database, Order, datetime], Judged]


def judge(db: Database, order: Order, now: datetime) -> Judged:
    """Decide without doing.

    :raises Refused: `card_locked`, `currency_mismatch`, `recipient_unknown`, `same_card`, `recipient_blocked`,
        `limit_exceeded` or `insufficient_funds`, the first that holds.
    :raises NotFound: when the paying card is not known.
    """
    payer = paying_card(db, order.from_card_id, order.currency)
    payee = _payee(db, order, payer)
    inside = payee is not None
    fee = rules.transfer_fee(order.amount_minor, order.currency, inside)
    if (
        _sent_today(db, payer, order.currency, now) + order.amount_minor
        > rules.currency(order.currency).day_limit_minor
    ):
        raise Refused("More than the card's daily limit.", "limit_exceeded")
    if payer["balance_minor"] < order.amount_minor + fee:
        raise Refused("The balance does not cover the amount and the fee.", "insufficient_funds")
    credit = payee["account"] if payee is not None else ledger.internal("clearing", order.currency)
    return Judged(payer["account"], credit, fee)


def paying_card(db: Database, card_id: str, currency: str) -> Row:
    """The card the money leaves. :raises Refused: `card_locked` or `currency_mismatch`. :raises NotFound: for none."""
    payer = customers.card(db, card_id)
    if payer["status"] != "active":
        raise Refused("The paying card is locked.", "card_locked")
    if payer["currency"] != currency:
        raise Refused(f"The paying card is in {payer['currency']}.", "currency_mismatch")
    return payer


def _payee(db: Database, order: Order, payer: Row) -> Row | None:
    """The card of ours that is to be paid; None for one of another bank."""
    number = order.to_card_number
    if not numbers.is_card_number(number):
        raise Refused("The recipient's number is not a card number.", "recipient_unknown")
    if numbers.is_blocked(number):
        raise Refused("The recipient's card is blocked.", "recipient_blocked")
    payee = customers.card_by_number(db, number)
    if payee is None:
        if numbers.scheme_of(number) is not None:
            raise Refused("The bank has no card with this number.", "recipient_unknown")
        return None
    if payee["card_id"] == payer["card_id"]:
        raise Refused("The recipient's card is the paying card.", "same_card")
    if payee["status"] != "active":
        raise Refused("The recipient's card is locked.", "recipient_blocked")
    if payee["currency"] != order.currency:
        raise Refused(f"The recipient's card is in {payee['currency']}.", "currency_mismatch")
    return payee


def _sent_today(db: Database, payer: Row, currency: str, now: datetime) -> int:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    row = db.execute(
        "SELECT coalesce(sum(amount_minor), 0) AS total FROM bank_transfer"
        " WHERE customer_id = ? AND at >= ? AND currency = ? AND status = 'posted'"
        " AND reference NOT IN (SELECT reference FROM bank_directed WHERE way = 'own')",
        (payer["customer_id"], midnight.isoformat(), currency),
    ).fetchone()
    return int(row["total"])


def execute(db: Database, reference: str, order: Order, now: datetime, judging: Judging = judge) -> tuple[Row, bool]:
    """Do it once: the transfer under this reference, `posted` or `refused`, and whether it is new.

    :raises Conflict: when the reference stands for another order. :raises NotFound: for an unknown paying card.
    """
    known = _found(db, reference)
    if known is not None:
        _must_be_same(known, order)
        return known, False
    payer = customers.card(db, order.from_card_id)
    try:
        judged = judging(db, order, now)
    except Refused as refusal:
        _remember(db, reference, order, payer, now, code=refusal.code)
    else:
        _book(db, reference, order, judged, now)
        _remember(db, reference, order, payer, now, fee_minor=judged.fee_minor)
    return by_reference(db, reference), True


def _must_be_same(known: Row, order: Order) -> None:
    kept = Order(
        known["from_card_id"], known["to_card_number"], known["amount_minor"], known["currency"], known["purpose"]
    )
    if kept != order:
        raise Conflict("This reference was used for another transfer; nothing was done now.")


def _book(db: Database, reference: str, order: Order, judged: Judged, now: datetime) -> None:
    text = f"Transfer to card •{order.to_card_number[-4:]}" + (f": {order.purpose}" if order.purpose else "")
    move = ledger.Posting(reference, "transfer", judged.debit, judged.credit, order.amount_minor, order.currency, text)
    ledger.post(db, move, now)
    if judged.fee_minor:
        fees = ledger.internal("fees", order.currency)
        fee = ledger.Posting(
            reference, "fee", judged.debit, fees, judged.fee_minor, order.currency, "Fee for a transfer to another bank"
        )
        ledger.post(db, fee, now)


def _remember(
    db: Database, reference: str, order: Order, payer: Row, now: datetime, fee_minor: int = 0, code: str | None = None
) -> None:
    db.execute(
        "INSERT INTO bank_transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            numbers.new_id("tra"),
            reference,
            payer["customer_id"],
            order.from_card_id,
            order.to_card_number,
            order.amount_minor,
            order.currency,
            order.purpose,
            "posted" if code is None else "refused",
            code,
            fee_minor,
            now.isoformat(),
        ),
    )


def by_reference(db: Database, reference: str) -> Row:
    """:raises NotFound: when no transfer has this reference."""
    row = _found(db, reference)
    if row is None:
        raise NotFound("No transfer has this reference.")
    return row


def _found(db: Database, reference: str) -> Row | None:
    row: Row | None = db.execute("SELECT * FROM bank_transfer WHERE reference = ?", (reference,)).fetchone()
    return row
