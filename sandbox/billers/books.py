"""What the billers keep: accounts with what is due, meter readings, and payments by the payer's reference.

The accounts are made up from their numbers, so that any number may be tried; one that ends in 0000 is nobody's, and one
that ends in 4040 can be looked at, but takes no money. The first answer to a reference, a refusal too, is the answer
for good.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sandbox.bank import numbers
from sandbox.billers.register import CURRENCY, Provider
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS biller_payment (
    payment_id TEXT PRIMARY KEY,
    partner TEXT NOT NULL,
    reference TEXT NOT NULL,
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (typeof(amount_minor) = 'integer' AND amount_minor > 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('paid', 'refused')),
    code TEXT CHECK ((status = 'refused') = (code IS NOT NULL)),
    at TEXT NOT NULL,
    UNIQUE (partner, reference)
);
CREATE TABLE IF NOT EXISTS biller_reading (
    partner TEXT NOT NULL,
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    reading INTEGER NOT NULL,
    PRIMARY KEY (partner, provider, account)
);
"""
NOBODYS, CLOSED = "0000", "4040"
LEAST_DUE_MINOR, DUE_SPREAD_MINOR = 50_00, 400_00
FIRST_READING = 100  # what every meter showed when its account was opened
UNIT_MINOR = 264  # one unit of what a meter counts
PAYMENT_MAX_MINOR = 1_000_000_00
INITIALS = "ABCDEGIKLMNOPRST"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a payer may see it: initials, never the name."""

    provider: Provider
    number: str
    owner: str
    due_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What is to be paid in, under the payer's reference."""

    reference: str
    provider: Provider
    account: str
    amount_minor: int
    currency: str


def account(db: Database, provider: Provider, number: str) -> Account:
    """:raises NotFound: when it is nobody's."""
    if not re.fullmatch(provider.account, number, re.ASCII) or number.endswith(NOBODYS):
        raise NotFound("There is no such account.", "account_unknown")
    seed = int(sha256(f"{provider.biller} {number}".encode()).hexdigest()[:8], 16)
    owner = f"{INITIALS[seed % 16]}. {INITIALS[seed // 16 % 16]}."
    billed = LEAST_DUE_MINOR + seed % DUE_SPREAD_MINOR if provider.monthly else 0
    used = _reading(db, provider, number) - FIRST_READING
    return Account(provider, number, owner, max(0, billed + used * UNIT_MINOR - _paid(db, provider, number)))


def read_meter(db: Database, provider: Provider, number: str, reading: int) -> Account:
    """Take a reading in; the account as it is then.

    :raises NotFound: when it is nobody's. :raises Refused: `no_meter`, or `reading_too_low` for less than last time.
    """
    account(db, provider, number)
    if provider.asks_for != "meter":
        raise Refused("This provider counts without a meter.", "no_meter")
    if reading < _reading(db, provider, number):
        raise Refused("The last reading was higher.", "reading_too_low")
    db.execute(
        "INSERT OR REPLACE INTO biller_reading VALUES (?, ?, ?, ?)", (provider.partner, provider.id, number, reading)
    )
    return account(db, provider, number)


def pay(db: Database, payment: Payment, now: datetime) -> tuple[Row, bool]:
    """The payment under this reference, `paid` or `refused`, and whether it is new.

    :raises Conflict: when the reference stands for another payment.
    """
    partner = payment.provider.partner
    known = _found(db, partner, payment.reference)
    if known is not None:
        _must_be_same(known, payment)
        return known, False
    code = _refusal(db, payment)
    db.execute(
        "INSERT INTO biller_payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            numbers.new_id("pay"), partner, payment.reference, payment.provider.id, payment.account,
            payment.amount_minor, payment.currency, "paid" if code is None else "refused", code, now.isoformat(),
        ),
    )  # fmt: skip
    return by_reference(db, partner, payment.reference), True


def by_reference(db: Database, partner: str, reference: str) -> Row:
    """:raises NotFound: when no payment has this reference."""
    row = _found(db, partner, reference)
    if row is None:
        raise NotFound("No payment has this reference.", "payment_unknown")
    return row


def listed(db: Database) -> list[Row]:
    """All payments of all partners, the newest first."""
    return db.execute("SELECT * FROM biller_payment ORDER BY rowid DESC LIMIT 1000").fetchall()


def shown(row: Row) -> dict[str, str | int]:
    """A payment as its partner tells it; `code` says why it was refused."""
    keys = ("payment_id", "reference", "provider", "account", "amount_minor", "currency", "status")
    told: dict[str, str | int] = {key: row[key] for key in keys}
    return told if row["code"] is None else told | {"code": row["code"]}


def _refusal(db: Database, payment: Payment) -> str | None:
    if payment.currency != CURRENCY:
        return "currency_unknown"
    if payment.amount_minor > PAYMENT_MAX_MINOR:
        return "too_much"
    try:
        account(db, payment.provider, payment.account)
    except NotFound as missing:
        return missing.code
    return "account_closed" if payment.account.endswith(CLOSED) else None


def _must_be_same(known: Row, payment: Payment) -> None:
    kept = (known["provider"], known["account"], known["amount_minor"], known["currency"])
    if kept != (payment.provider.id, payment.account, payment.amount_minor, payment.currency):
        raise Conflict("This reference was used for another payment; nothing was done now.")


def _reading(db: Database, provider: Provider, number: str) -> int:
    place = (provider.partner, provider.id, number)
    row = db.execute(
        "SELECT reading FROM biller_reading WHERE partner = ? AND provider = ? AND account = ?", place
    ).fetchone()
    return FIRST_READING if row is None else int(row["reading"])


def _paid(db: Database, provider: Provider, number: str) -> int:
    row = db.execute(
        "SELECT coalesce(sum(amount_minor), 0) AS total FROM biller_payment"
        " WHERE partner = ? AND provider = ? AND account = ? AND status = 'paid'",
        (provider.partner, provider.id, number),
    ).fetchone()
    return int(row["total"])


def _found(db: Database, partner: str, reference: str) -> Row | None:
    row: Row | None = db.execute(
        "SELECT * FROM biller_payment WHERE partner = ? AND reference = ?", (partner, reference)
    ).fetchone()
    return row
