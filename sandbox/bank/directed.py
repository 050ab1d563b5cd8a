"""Transfers without a card's number: to a customer of the bank by phone, and between two cards of one customer.

A phone leads to the oldest card of its owner that can take the money. The payer is told a name such as `Oksana K.`
beforehand and sends it along: where the phone has become somebody else's, nothing is sent. Between own cards no fee is
taken and no daily limit holds. The first answer to a reference is the answer for good, as for any transfer.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sandbox.bank import customers, transfers
from sandbox.bank.transfers import Judged
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_directed (
    reference TEXT PRIMARY KEY,
    way TEXT NOT NULL CHECK (way IN ('phone', 'own')),
    target TEXT NOT NULL,
    payee TEXT NOT NULL
);
"""
Way = Literal["phone", "own"]


@dataclass(frozen=True, slots=True)
class Directed:
    """What is to be sent, and where: ``target`` is a phone or a card's id, ``payee`` the name that the payer saw."""

    from_card_id: str
    way: Way
    target: str
    amount_minor: int
    currency: str
    payee: str = ""

    def __repr__(self) -> str:
        return f"Directed({self.from_card_id}, {self.way}, {self.amount_minor} {self.currency})"


def masked(name: str) -> str:
    """A name as others may see it: ``Oksana K.``."""
    first, *rest = name.split()
    return f"{first} {rest[-1][0]}." if rest else first


def payee_of(db: Database, order: Directed) -> str:
    """The name to be shown for a phone. :raises Refused: `recipient_unknown`."""
    return masked(_owner(db, order.target)["name"])


def judge(db: Database, order: Directed, now: datetime) -> Judged:
    """Decide without doing.

    :raises Refused: `recipient_unknown`, `own_phone`, `recipient_changed`, `same_card`, `recipient_blocked`, or what
        a transfer is refused for. :raises NotFound: when the paying card is not known.
    """
    return _judge(db, order, _card(db, order), now)


def execute(db: Database, reference: str, order: Directed, now: datetime) -> tuple[Row, bool]:
    """Do it once: the transfer under this reference, `posted` or `refused`, and whether it is new.

    :raises Conflict: when the reference stands for another order. :raises NotFound: for an unknown paying card.
    """
    known = db.execute("SELECT * FROM bank_directed WHERE reference = ?", (reference,)).fetchone()
    if known is not None:
        return _the_same(db, known, order), False
    try:
        card: Row | None = _card(db, order)
        refusal = None
    except Refused as refused:
        card, refusal = None, refused

    def judged(_: Database, __: transfers.Order, at: datetime) -> Judged:
        if refusal is not None or card is None:
            raise refusal or Refused("There is no card for it.", "recipient_blocked")
        return _judge(db, order, card, at)

    number = card["number"] if card is not None else ""
    plain = transfers.Order(order.from_card_id, number, order.amount_minor, order.currency)
    row, new = transfers.execute(db, reference, plain, now, judged)
    if not new:
        raise Conflict("This reference was used for another transfer; nothing was done now.")
    db.execute("INSERT INTO bank_directed VALUES (?, ?, ?, ?)", (reference, order.way, order.target, order.payee))
    return row, True


def _the_same(db: Database, known: Row, order: Directed) -> Row:
    row = transfers.by_reference(db, known["reference"])
    kept = Directed(
        row["from_card_id"], known["way"], known["target"], row["amount_minor"], row["currency"], known["payee"]
    )
    if kept != order:
        raise Conflict("This reference was used for another transfer; nothing was done now.")
    return row


def _judge(db: Database, order: Directed, card: Row, now: datetime) -> Judged:
    if order.way == "phone":
        plain = transfers.Order(order.from_card_id, card["number"], order.amount_minor, order.currency)
        return transfers.judge(db, plain, now)
    payer = transfers.paying_card(db, order.from_card_id, order.currency)
    if payer["balance_minor"] < order.amount_minor:
        raise Refused("The balance does not cover the amount.", "insufficient_funds")
    return Judged(payer["account"], card["account"], 0)


def _card(db: Database, order: Directed) -> Row:
    """The card that takes the money."""
    payer = customers.card(db, order.from_card_id)
    return _of_phone(db, order, payer) if order.way == "phone" else _own(db, order, payer)


def _of_phone(db: Database, order: Directed, payer: Row) -> Row:
    owner = _owner(db, order.target)
    if owner["customer_id"] == payer["customer_id"]:
        raise Refused("The phone is the payer's own.", "own_phone")
    if order.payee and order.payee != masked(owner["name"]):
        raise Refused("The phone is somebody else's than the payer was told.", "recipient_changed")
    for card in customers.cards_of(db, owner["customer_id"]):
        if card["status"] == "active" and card["currency"] == order.currency:
            return card
    raise Refused("The recipient has no card that can take it.", "recipient_blocked")


def _own(db: Database, order: Directed, payer: Row) -> Row:
    card = customers.card(db, order.target)
    if card["customer_id"] != payer["customer_id"]:
        raise NotFound("There is no such card.")
    if card["card_id"] == payer["card_id"]:
        raise Refused("The two cards are one.", "same_card")
    if card["status"] != "active":
        raise Refused("The receiving card is locked.", "recipient_blocked")
    if card["currency"] != order.currency:
        raise Refused(f"The receiving card is in {card['currency']}.", "currency_mismatch")
    return card


def _owner(db: Database, phone: str) -> Row:
    try:
        return customers.by_phone(db, phone)
    except NotFound:
        raise Refused("No customer of the bank has this phone.", "recipient_unknown") from None
