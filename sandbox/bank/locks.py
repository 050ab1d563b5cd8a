"""Locks of cards. Whoever locked a card opens it again: the customer their own lock, the bank its own.

A locked card pays nobody and is paid by nobody; the money on it stays.
"""

from typing import Literal

from sandbox.bank import customers
from sandbox.failures import Refused
from sandbox.store import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_card_lock (
    card_id TEXT PRIMARY KEY REFERENCES bank_card,
    by TEXT NOT NULL CHECK (by IN ('customer', 'bank'))
);
"""

Locker = Literal["customer", "bank"]


def lock(db: Database, card_id: str, by: Locker) -> None:
    """Lock a card.

    :raises NotFound: for an unknown card. :raises Refused: `already_locked`, or `card_closed`.
    """
    status = customers.card(db, card_id)["status"]
    if status == "closed":
        raise Refused("The card is closed for good.", "card_closed")
    if status == "locked":
        raise Refused("The card is locked already.", "already_locked")
    db.execute("INSERT INTO bank_card_lock VALUES (?, ?)", (card_id, by))
    db.execute("UPDATE bank_card SET status = 'locked' WHERE card_id = ?", (card_id,))


def unlock(db: Database, card_id: str, by: Locker) -> None:
    """Take a lock off; a card that is open stays open.

    :raises NotFound: for an unknown card. :raises Refused: `card_closed`, or `locked_by_bank` when it is not theirs.
    """
    status = customers.card(db, card_id)["status"]
    if status == "closed":
        raise Refused("The card is closed for good.", "card_closed")
    if status == "locked" and locked_by(db, card_id) != by:
        raise Refused("Somebody else has locked the card.", "locked_by_bank")
    db.execute("DELETE FROM bank_card_lock WHERE card_id = ?", (card_id,))
    db.execute("UPDATE bank_card SET status = 'active' WHERE card_id = ?", (card_id,))


def locked_by(db: Database, card_id: str) -> Locker:
    """Who locked a locked card; the bank where nobody has written it down."""
    row = db.execute("SELECT by FROM bank_card_lock WHERE card_id = ?", (card_id,)).fetchone()
    return "customer" if row is not None and row["by"] == "customer" else "bank"


def of_customer(db: Database, customer_id: str) -> list[tuple[str, Locker]]:
    """The locked cards of a customer, and who locked each.

    :raises NotFound: for an unknown customer.
    """
    cards = customers.cards_of(db, customer_id)
    return [(card["card_id"], locked_by(db, card["card_id"])) for card in cards if card["status"] == "locked"]
