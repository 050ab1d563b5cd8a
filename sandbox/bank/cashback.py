"""Cashback: each month a customer chooses two of the month's categories, once; purchases in them give a share back.

The share is 2 to 33 per cent, up to a limit a month each; it is paid out of the bank's equity with the purchase.
"""

from dataclasses import dataclass
from datetime import datetime

from sandbox.bank import customers, ledger, rules
from sandbox.failures import Refused
from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_cashback (
    customer_id TEXT NOT NULL REFERENCES bank_customer,
    month TEXT NOT NULL,
    category TEXT NOT NULL,
    percent INTEGER NOT NULL CHECK (percent BETWEEN 2 AND 33),
    limit_minor INTEGER NOT NULL,
    given_minor INTEGER NOT NULL DEFAULT 0 CHECK (given_minor BETWEEN 0 AND limit_minor),
    PRIMARY KEY (customer_id, month, category)
);
"""
# The share of each category in per cent, and the most that comes back in a month, in minor units of hryvnias.
SHARES = {
    "groceries": (2, 200_00), "cafes": (5, 200_00), "fuel": (3, 200_00), "pharmacy": (5, 150_00),
    "clothes": (7, 300_00), "books": (10, 150_00), "taxi": (10, 100_00), "cinema": (15, 150_00),
    "sports": (8, 200_00), "flowers": (20, 100_00), "pets": (12, 150_00), "travel": (33, 500_00),
}  # fmt: skip
OFFERED = 6  # of them each month


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the month."""

    id: str
    percent: int
    limit_minor: int


def month_of(now: datetime) -> str:
    """The bank's month: `2026-11`."""
    return f"{now.astimezone(rules.ZONE):%Y-%m}"


def categories(now: datetime) -> list[Category]:
    """What may be chosen this month: the list goes round, so that every category comes."""
    year, month = map(int, month_of(now).split("-"))
    names, first = sorted(SHARES), (year * 12 + month) * 5
    chosen = sorted({names[(first + step) % len(names)] for step in range(OFFERED)})
    return [Category(name, *SHARES[name]) for name in chosen]


def may_choose(db: Database, customer_id: str, now: datetime) -> None:
    """:raises NotFound: for an unknown customer. :raises Refused: `not_offered` without a card, `already_chosen`."""
    if not any(card["currency"] == rules.CARD_CURRENCY for card in customers.cards_of(db, customer_id)):
        raise Refused("There is no card that cashback could go to.", "not_offered")
    if _chosen(db, customer_id, now):
        raise Refused("This month's categories are chosen.", "already_chosen")


def choose(db: Database, customer_id: str, two: tuple[str, str], now: datetime) -> None:
    """Choose for the rest of the month.

    :raises NotFound, Refused: as `may_choose`; `category_unknown` for one that is not the month's, or twice the same.
    """
    may_choose(db, customer_id, now)
    offered = {one.id: one for one in categories(now)}
    if len(set(two)) != len(two) or not set(two) <= offered.keys():
        raise Refused("Two different categories of this month are chosen.", "category_unknown")
    for name in two:
        one = offered[name]
        db.execute(
            "INSERT INTO bank_cashback (customer_id, month, category, percent, limit_minor) VALUES (?, ?, ?, ?, ?)",
            (customer_id, month_of(now), name, one.percent, one.limit_minor),
        )


def give(db: Database, card: Row, ref: str, category: str, amount_minor: int, now: datetime) -> int:
    """Give back the share of a purchase, where its category is chosen; how much."""
    if card["currency"] != rules.CARD_CURRENCY:
        return 0
    row = next((one for one in _chosen(db, card["customer_id"], now) if one["category"] == category), None)
    if row is None:
        return 0
    share: int = min(amount_minor * row["percent"] // 100, row["limit_minor"] - row["given_minor"])
    if share <= 0:
        return 0
    equity = ledger.internal("equity", card["currency"])
    ledger.post(db, ledger.Posting(ref, "cashback", equity, card["account"], share, card["currency"], "Cashback"), now)
    db.execute(
        "UPDATE bank_cashback SET given_minor = given_minor + ? WHERE customer_id = ? AND month = ? AND category = ?",
        (share, card["customer_id"], row["month"], category),
    )
    return share


def _chosen(db: Database, customer_id: str, now: datetime) -> list[Row]:
    return db.execute(
        "SELECT * FROM bank_cashback WHERE customer_id = ? AND month = ?", (customer_id, month_of(now))
    ).fetchall()
