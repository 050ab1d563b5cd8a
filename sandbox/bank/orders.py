"""What customers order beside money: a lock, a limit, a plastic card. Each is done once under the caller's reference.

The first answer to a reference is the answer for good, a refusal too. What is told beside it (a number, how far a card
has come) stands in `told` and may grow.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.bank import numbers
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_order (
    order_id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    asked TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('done', 'refused')),
    code TEXT CHECK ((status = 'refused') = (code IS NOT NULL)),
    told TEXT NOT NULL,
    due_at TEXT,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS bank_order_due ON bank_order (due_at) WHERE due_at IS NOT NULL;
"""

Told = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered, under whose reference. ``asked`` is all that makes it another order."""

    reference: str
    kind: str
    asked: Mapping[str, str | int | bool]

    @property
    def written(self) -> str:
        """What was asked, comparable."""
        return json.dumps(dict(self.asked), sort_keys=True, ensure_ascii=False)


def once(db: Database, order: Order, do: Callable[[], Told], now: datetime) -> tuple[Row, bool]:
    """Do it, or say again what became of it; whether it is new.

    ``do`` judges before it changes anything, and raises Refused then.

    :raises Conflict: when the reference stands for another order.
    """
    known = _found(db, order.reference)
    if known is not None:
        if (known["kind"], known["asked"]) != (order.kind, order.written):
            raise Conflict("This reference was used for another order; nothing was done now.")
        return known, False
    told: Told = {}
    try:
        told, code = do(), None
    except Refused as refusal:
        code = refusal.code
    db.execute(
        "INSERT INTO bank_order VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?)",
        (
            numbers.new_id("ord"), order.reference, order.kind, order.written, "refused" if code else "done", code,
            json.dumps(dict(told), ensure_ascii=False), now.isoformat(),
        ),
    )  # fmt: skip
    return by_reference(db, order.reference), True


def by_reference(db: Database, reference: str) -> Row:
    """:raises NotFound: when nothing was ordered under this reference."""
    row = _found(db, reference)
    if row is None:
        raise NotFound("No order has this reference.")
    return row


def asked(row: Row) -> dict[str, str | int]:
    """What was ordered."""
    read: dict[str, str | int] = json.loads(row["asked"])
    return read


def told(row: Row) -> dict[str, str | int]:
    """What is told of it beside yes and no."""
    read: dict[str, str | int] = json.loads(row["told"])
    return read


def tell(db: Database, row: Row, more: Told, due_at: datetime | None = None) -> None:
    """Something more is known of an order; ``due_at`` is when the bank goes on with it."""
    written = json.dumps(told(row) | dict(more), ensure_ascii=False)
    due = None if due_at is None else due_at.isoformat()
    db.execute("UPDATE bank_order SET told = ?, due_at = ? WHERE order_id = ?", (written, due, row["order_id"]))


def due(db: Database, kind: str, now: datetime) -> list[Row]:
    """Orders of a kind that the bank goes on with now."""
    return db.execute(
        "SELECT * FROM bank_order WHERE kind = ? AND due_at <= ? ORDER BY due_at", (kind, now.isoformat())
    ).fetchall()


def next_due(db: Database) -> datetime | None:
    """When the bank goes on with the next one."""
    row = db.execute("SELECT min(due_at) AS due_at FROM bank_order").fetchone()
    return datetime.fromisoformat(row["due_at"]) if row["due_at"] else None


def shown(row: Row) -> dict[str, str | int]:
    """An order as the bank tells it; `code` says why it was refused."""
    keys = ("order_id", "reference", "kind", "status", "at")
    answer: dict[str, str | int] = {key: row[key] for key in keys} | told(row)
    return answer if row["code"] is None else answer | {"code": row["code"]}


def _found(db: Database, reference: str) -> Row | None:
    row: Row | None = db.execute("SELECT * FROM bank_order WHERE reference = ?", (reference,)).fetchone()
    return row
