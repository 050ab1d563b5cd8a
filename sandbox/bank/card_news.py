"""News of cards: every posting on an account that has a card is an operation of that card, told to whoever wants it.

An operation is named after its posting and its side: ``17-d`` took money off a card, ``17-c`` put some on one. The news
say no more than the name; whoever wants to know asks, and is told the amount and the balance that it left.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sandbox.bank import events
from sandbox.failures import NotFound
from sandbox.store import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_card_news (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    wanted INTEGER NOT NULL CHECK (wanted IN (0, 1))
);
"""
EVENT = "card.operation"
NAME = re.compile(r"([1-9][0-9]{0,17})-([dc])")
Kind = Literal["purchase", "cash", "in", "out", "fee", "refund"]
WITH_A_CARD: tuple[Kind, ...] = ("purchase", "cash")

TOUCHED = """
SELECT p.id, CASE c.account WHEN p.debit THEN 'd' ELSE 'c' END AS side
FROM bank_posting AS p JOIN bank_card AS c ON c.account IN (p.debit, p.credit)
WHERE p.id = ? AND EXISTS (SELECT 1 FROM bank_card_news WHERE wanted)
"""
FOUND = """
SELECT p.*, c.number, u.phone,
    (SELECT coalesce(sum(CASE credit WHEN c.account THEN amount_minor ELSE -amount_minor END), 0)
     FROM bank_posting WHERE id <= p.id AND c.account IN (debit, credit)) AS balance_minor
FROM bank_posting AS p
JOIN bank_card AS c ON c.account = CASE ? WHEN 'd' THEN p.debit ELSE p.credit END
JOIN bank_customer AS u USING (customer_id) WHERE p.id = ?
"""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that happened on a card; ``balance_minor`` is what it left, ``place`` the shop or the machine."""

    operation_id: str
    kind: Kind
    phone: str
    last4: str
    amount_minor: int
    balance_minor: int
    currency: str
    place: str
    reference: str
    at: str


def want(db: Database, wanted: bool) -> None:
    """From now on such news are made, or are not."""
    db.execute("INSERT OR REPLACE INTO bank_card_news VALUES (1, ?)", (wanted,))


def emit(db: Database, posting_id: int, now: datetime) -> None:
    """Tell of a posting, to each card that it touches; of the bank's own accounts nobody hears."""
    for row in db.execute(TOUCHED, (posting_id,)).fetchall():
        events.emit(db, EVENT, {"operation_id": f"{row['id']}-{row['side']}"}, now)


def find(db: Database, operation_id: str) -> Operation:
    """:raises NotFound: when no card has such an operation."""
    name = NAME.fullmatch(operation_id)
    row = db.execute(FOUND, (name[2], int(name[1]))).fetchone() if name else None
    if name is None or row is None:
        raise NotFound("There is no such operation on a card.")
    kind = _kind(row["kind"], name[2])
    place = row["text"].partition(": ")[2] if kind in WITH_A_CARD else ""
    return Operation(
        operation_id, kind, row["phone"], row["number"][-4:], row["amount_minor"], row["balance_minor"],
        row["currency"], place, row["ref"], row["at"],
    )  # fmt: skip


def _kind(kind: str, side: str) -> Kind:
    if kind.endswith("_back") or "revers" in kind:
        return "refund"
    if kind in WITH_A_CARD:
        return "purchase" if kind == "purchase" else "cash"
    if side == "c":
        return "in"
    return "fee" if kind.endswith("fee") else "out"
