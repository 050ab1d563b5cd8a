"""Reversals: the opposite of a posted transfer, its fee included, booked once. A reversal is no transfer, so that it
cannot be reversed itself."""

import sqlite3
from datetime import datetime

from sandbox.bank import ledger, numbers
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_reversal (
    reversal_id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    transfer_id TEXT NOT NULL UNIQUE REFERENCES bank_transfer,
    at TEXT NOT NULL
);
"""


def reverse(db: Database, reference: str, transfer_id: str, now: datetime) -> Row:
    """Book the opposite: the reversal under this reference.

    :raises Conflict: when the reference stands for another reversal. :raises NotFound: for an unknown transfer.
    :raises Refused: `already_reversed` under another reference, `not_reversible` for a transfer that was refused,
        `insufficient_funds` when the payee has spent the money.
    """
    known = _found(db, "reference", reference)
    if known is not None:
        if known["transfer_id"] != transfer_id:
            raise Conflict("This reference was used for another reversal; nothing was done now.")
        return known
    transfer = transfer_by_id(db, transfer_id)
    if transfer["status"] != "posted":
        raise Refused("The transfer was refused; there is nothing to reverse.", "not_reversible")
    if of_transfer(db, transfer_id) is not None:
        raise Refused("The transfer is reversed already.", "already_reversed")
    _book(db, reference, transfer["reference"], now)
    db.execute(
        "INSERT INTO bank_reversal VALUES (?, ?, ?, ?)",
        (numbers.new_id("rev"), reference, transfer_id, now.isoformat()),
    )
    return _must_exist(_found(db, "reference", reference))


def _book(db: Database, reference: str, transfer_reference: str, now: datetime) -> None:
    """Both legs or, where the payee's balance does not cover it, neither."""
    legs = db.execute(
        "SELECT * FROM bank_posting WHERE ref = ? AND kind IN ('transfer', 'fee') ORDER BY id", (transfer_reference,)
    ).fetchall()
    for leg in legs:
        back = ledger.Posting(
            reference, "reversal", leg["credit"], leg["debit"], leg["amount_minor"], leg["currency"],
            f"Reversal: {leg['text']}",
        )  # fmt: skip
        try:
            ledger.post(db, back, now)
        except sqlite3.IntegrityError:
            raise Refused("The payee's balance does not cover the amount.", "insufficient_funds") from None


def of_transfer(db: Database, transfer_id: str) -> Row | None:
    """The reversal of a transfer, if there is one."""
    return _found(db, "transfer_id", transfer_id)


def transfer_by_id(db: Database, transfer_id: str) -> Row:
    """:raises NotFound: for an id that is not known."""
    row: Row | None = db.execute("SELECT * FROM bank_transfer WHERE transfer_id = ?", (transfer_id,)).fetchone()
    if row is None:
        raise NotFound("There is no such transfer.")
    return row


def _found(db: Database, column: str, value: str) -> Row | None:
    row: Row | None = db.execute(f"SELECT * FROM bank_reversal WHERE {column} = ?", (value,)).fetchone()  # noqa: S608 # nosec B608 # a column of ours
    return row


def _must_exist(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such reversal.")
    return row
