"""A card in use: paying in a shop or on the Internet, taking cash. The day's limits hold, and cashback is given.

Money of a purchase goes to clearing, for the merchant has another bank; cash comes from the vault.
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from sandbox.bank import cashback, customers, ledger, limits, numbers, rules
from sandbox.failures import Refused
from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_purchase (
    purchase_id TEXT PRIMARY KEY,
    card_id TEXT NOT NULL REFERENCES bank_card,
    kind TEXT NOT NULL CHECK (kind IN ('purchases', 'online', 'cash')),
    category TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (typeof(amount_minor) = 'integer' AND amount_minor > 0),
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bank_purchase_of_card ON bank_purchase (card_id, at);
"""

Where = Literal["shop", "online", "cash"]
LIMIT: dict[Where, limits.Kind] = {"shop": "purchases", "online": "online", "cash": "cash"}


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is bought where; of cash, ``merchant`` is the machine."""

    card_id: str
    where: Where
    merchant: str
    category: str
    amount_minor: int


def pay(db: Database, wish: Purchase, now: datetime) -> str:
    """The id of the purchase, which is its postings' reference, too.

    :raises NotFound: for an unknown card.
    :raises Refused: `card_locked`, `limit_exceeded` or `insufficient_funds`, the first that holds.
    """
    card = customers.card(db, wish.card_id)
    _judge(db, card, wish, now)
    purchase_id, cash = numbers.new_id("pur"), wish.where == "cash"
    to = ledger.internal("cash" if cash else "clearing", card["currency"])
    kind, text = ("cash", f"Cash: {wish.merchant}") if cash else ("purchase", f"Purchase: {wish.merchant}")
    posting = ledger.Posting(purchase_id, kind, card["account"], to, wish.amount_minor, card["currency"], text)
    ledger.post(db, posting, now)
    category = "cash" if cash else wish.category
    db.execute(
        "INSERT INTO bank_purchase VALUES (?, ?, ?, ?, ?, ?)",
        (purchase_id, wish.card_id, LIMIT[wish.where], category, wish.amount_minor, now.isoformat()),
    )
    if not cash:
        cashback.give(db, card, purchase_id, category, wish.amount_minor, now)
    return purchase_id


def _judge(db: Database, card: Row, wish: Purchase, now: datetime) -> None:
    if card["status"] != "active":
        raise Refused("The card is locked.", "card_locked")
    kind = LIMIT[wish.where]
    if _spent_today(db, wish.card_id, kind, now) + wish.amount_minor > limits.one(db, wish.card_id, kind).now_minor:
        raise Refused("More than the card's limit for a day.", "limit_exceeded")
    if card["balance_minor"] < wish.amount_minor:
        raise Refused("The balance does not cover it.", "insufficient_funds")


def _spent_today(db: Database, card_id: str, kind: limits.Kind, now: datetime) -> int:
    midnight = datetime.combine(now.astimezone(rules.ZONE).date(), time(), rules.ZONE)
    rows = db.execute("SELECT amount_minor, at FROM bank_purchase WHERE card_id = ? AND kind = ?", (card_id, kind))
    return sum(row["amount_minor"] for row in rows if datetime.fromisoformat(row["at"]) >= midnight)


def category_of(db: Database, purchase_id: str) -> str:
    """The category of a purchase."""
    row = db.execute("SELECT category FROM bank_purchase WHERE purchase_id = ?", (purchase_id,)).fetchone()
    return str(row["category"]) if row else "other"
