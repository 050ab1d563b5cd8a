"""Payments of a merchant, by his reference: opened, paid on the page, reserved at the card's bank, then captured.

    opened -> authenticating -> authorised -> captured -> refunded
       |            |                |-> voided
       |            |                +-> expired    nobody captured it in time
       |            +-> declined                    or back to opened, while tries are left
       +-> expired | declined

A capture, a void and a refund carry a reference each: the first time it is done, again it is the same answer.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.acquirer.cards import CODE, Card
from sandbox.bank import credits
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.news import News
from sandbox.store import Database, Row

NEWS = News("acquirer")
SCHEMA = """
CREATE TABLE IF NOT EXISTS acquirer_payment (
    payment_id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    amount_minor INTEGER NOT NULL CHECK (typeof(amount_minor) = 'integer' AND amount_minor > 0),
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    return_url TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('opened', 'authenticating', 'authorised', 'captured', 'voided', 'refunded',
        'declined', 'expired')),
    code TEXT CHECK (code IS NOT NULL OR status <> 'declined'),
    last4 TEXT CHECK (length(last4) = 4),
    scheme TEXT,
    behaviour TEXT,
    challenge TEXT UNIQUE CHECK ((status = 'authenticating') = (challenge IS NOT NULL)),
    wrong_codes INTEGER NOT NULL DEFAULT 0,
    tries_left INTEGER NOT NULL CHECK (tries_left >= 0),
    due_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS acquirer_payment_due ON acquirer_payment (due_at)
    WHERE status IN ('opened', 'authenticating', 'authorised');
CREATE TABLE IF NOT EXISTS acquirer_move (
    reference TEXT PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES acquirer_payment,
    kind TEXT NOT NULL CHECK (kind IN ('capture', 'void', 'refund')),
    at TEXT NOT NULL,
    UNIQUE (payment_id, kind)
);
"""
RESERVED_FOR = timedelta(days=7)  # how long the card's bank keeps an amount that nobody captures
AMOUNT_MAX_MINOR = 100_000_00
WRONG_CODES_MAX = 3
DUE = "FROM acquirer_payment WHERE due_at <= ? AND status IN ('opened', 'authenticating', 'authorised')"
ENDS = {"capture": "captured", "void": "voided", "refund": "refunded"}
BEGINS = {"capture": "authorised", "void": "authorised", "refund": "captured"}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a merchant wants paid. ``tries``: so many cards may be refused before the payment is."""

    reference: str
    amount_minor: int
    currency: str
    description: str
    return_url: str
    lifetime_s: int
    tries: int


def begin(db: Database, opening: Opening, now: datetime) -> tuple[Row, bool]:
    """The payment under this reference, and whether it is new.

    :raises Conflict: when the reference stands for another payment. :raises Refused: `too_much`.
    """
    known = _found(db, "reference", opening.reference)
    if known is not None:
        same = (opening.amount_minor, opening.currency, opening.description, opening.return_url)
        if (known["amount_minor"], known["currency"], known["description"], known["return_url"]) != same:
            raise Conflict("This reference was used for another payment; nothing was done now.")
        return known, False
    if opening.amount_minor > AMOUNT_MAX_MINOR:
        raise Refused("More than one payment by card may be.", "too_much")
    due = now + timedelta(seconds=opening.lifetime_s)
    db.execute(
        "INSERT INTO acquirer_payment (payment_id, reference, amount_minor, currency, description, return_url, status,"
        " tries_left, due_at) VALUES (?, ?, ?, ?, ?, ?, 'opened', ?, ?)",
        (
            secrets.token_urlsafe(18), opening.reference, opening.amount_minor, opening.currency, opening.description,
            opening.return_url, opening.tries, due.isoformat(),
        ),
    )  # fmt: skip
    return by_reference(db, opening.reference), True


def pay(db: Database, payment_id: str, card: Card, now: datetime) -> Row:
    """The payer has given a card; a payment that is not open stays as it is. :raises NotFound: for an unknown one."""
    expire(db, now)
    payment = by_id(db, payment_id)
    if payment["status"] != "opened":
        return payment
    db.execute(
        "UPDATE acquirer_payment SET last4 = ?, scheme = ?, behaviour = ?, code = NULL WHERE payment_id = ?",
        (card.last4, card.scheme, card.behaviour, payment_id),
    )
    if card.behaviour == "declined":
        return _decline(db, payment, "declined_by_bank", now)
    if card.behaviour == "frictionless":
        return _authorise(db, payment, now)
    db.execute(
        "UPDATE acquirer_payment SET status = 'authenticating', challenge = ?, wrong_codes = 0 WHERE payment_id = ?",
        (secrets.token_urlsafe(18), payment_id),
    )
    return by_id(db, payment_id)


def answer(db: Database, challenge: str, code: str, now: datetime) -> Row:
    """The payer has typed the code of the card's bank. :raises NotFound: when nobody is asked for it any more."""
    expire(db, now)
    payment = by_challenge(db, challenge)
    if not secrets.compare_digest(code.encode(), CODE.encode()):
        wrong = payment["wrong_codes"] + 1
        if wrong >= WRONG_CODES_MAX:
            return _decline(db, payment, "wrong_code", now)
        db.execute("UPDATE acquirer_payment SET wrong_codes = ? WHERE payment_id = ?", (wrong, payment["payment_id"]))
        return by_id(db, payment["payment_id"])
    if payment["behaviour"] == "insufficient_funds":
        return _decline(db, payment, "insufficient_funds", now)
    return _authorise(db, payment, now)


def cancel(db: Database, payment_id: str, now: datetime) -> Row:
    """The payer goes back. What has only one try ends with it; what may be tried again stays open."""
    payment = by_id(db, payment_id)
    if payment["status"] == "authenticating" or (payment["status"] == "opened" and payment["tries_left"] == 1):
        return _decline(db, payment, "cancelled", now)
    return payment


def move(db: Database, reference: str, kind: str, of: str, now: datetime) -> Row:
    """Capture, void or refund the payment `of`, whole, once under a reference.

    :raises Conflict: when the reference stands for something else. :raises NotFound: for an unknown payment.
    :raises Refused: `not_authorised` or `not_captured` in another state.
    """
    expire(db, now)
    payment = by_reference(db, of)
    known = db.execute("SELECT payment_id, kind FROM acquirer_move WHERE reference = ?", (reference,)).fetchone()
    if known is not None:
        if (known["payment_id"], known["kind"]) != (payment["payment_id"], kind):
            raise Conflict("This reference was used for something else; nothing was done now.")
        return payment
    if payment["status"] != BEGINS[kind]:
        raise Refused(f"A payment that is {payment['status']} cannot be {ENDS[kind]}.", f"not_{BEGINS[kind]}")
    db.execute(
        "INSERT INTO acquirer_move VALUES (?, ?, ?, ?)", (reference, payment["payment_id"], kind, now.isoformat())
    )
    if kind != "void":
        credits.settle(db, payment["payment_id"], payment["amount_minor"], payment["currency"], kind == "refund", now)
    return _become(db, payment, ENDS[kind], now)


def expire(db: Database, now: datetime) -> None:
    """End what nobody has paid or captured in time."""
    for payment in db.execute(f"SELECT * {DUE}", (now.isoformat(),)).fetchall():
        _become(db, payment, "expired", now)


def is_due(db: Database, now: datetime) -> bool:
    """Whether something is to be ended."""
    return db.execute(f"SELECT 1 {DUE} LIMIT 1", (now.isoformat(),)).fetchone() is not None


def by_id(db: Database, payment_id: str) -> Row:
    """:raises NotFound: for an id that is not known."""
    return _must_exist(_found(db, "payment_id", payment_id))


def by_reference(db: Database, reference: str) -> Row:
    """:raises NotFound: when no payment has this reference."""
    return _must_exist(_found(db, "reference", reference))


def by_challenge(db: Database, challenge: str) -> Row:
    """:raises NotFound: when the bank of no card waits for this answer."""
    return _must_exist(_found(db, "challenge", challenge))


def listed(db: Database) -> list[Row]:
    """All payments, the newest first."""
    return db.execute("SELECT * FROM acquirer_payment ORDER BY rowid DESC LIMIT 1000").fetchall()


def moves(db: Database, payment_id: str) -> list[str]:
    """What was done with a payment, in order."""
    rows = db.execute("SELECT kind FROM acquirer_move WHERE payment_id = ? ORDER BY rowid", (payment_id,))
    return [row["kind"] for row in rows]


def _authorise(db: Database, payment: Row, now: datetime) -> Row:
    until = (now + RESERVED_FOR).isoformat()
    db.execute("UPDATE acquirer_payment SET due_at = ? WHERE payment_id = ?", (until, payment["payment_id"]))
    return _become(db, payment, "authorised", now)


def _decline(db: Database, payment: Row, code: str, now: datetime) -> Row:
    """One try is over; the payment with its last."""
    left = max(0, payment["tries_left"] - 1)
    db.execute(
        "UPDATE acquirer_payment SET status = 'opened', challenge = NULL, code = ?, tries_left = ?"
        " WHERE payment_id = ?",
        (code, left, payment["payment_id"]),
    )
    return by_id(db, payment["payment_id"]) if left else _become(db, payment, "declined", now)


def _become(db: Database, payment: Row, status: str, now: datetime) -> Row:
    db.execute(
        "UPDATE acquirer_payment SET status = ?, challenge = NULL WHERE payment_id = ?",
        (status, payment["payment_id"]),
    )
    told = {"payment_id": payment["payment_id"], "reference": payment["reference"]}
    NEWS.emit(db, f"payment.{status}", told, now)
    return by_id(db, payment["payment_id"])


def _found(db: Database, column: str, value: str) -> Row | None:
    row: Row | None = db.execute(f"SELECT * FROM acquirer_payment WHERE {column} = ?", (value,)).fetchone()  # noqa: S608 # nosec B608 # a column of ours
    return row


def _must_exist(row: Row | None) -> Row:
    if row is None:
        raise NotFound("There is no such payment.", "payment_unknown")
    return row
