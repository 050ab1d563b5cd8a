"""PINs and passwords, kept by the bank alone and as hashes: set once a reference, checked with three tries.

What is typed arrives as a letter that only the bank can open (`letters`). The first answer to a reference is the answer
for good. After three wrong passwords the next fifteen minutes take none, not even the right one.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import scrypt
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sandbox.bank import customers, letters, numbers
from sandbox.failures import Conflict, NotFound
from sandbox.store import Database, Row

TRIES = 3
LOCKED_FOR = timedelta(minutes=15)
PASSWORD_CHARS_MIN = 10
SALT_BYTES = 16

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key_id TEXT NOT NULL,
    private BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS bank_credential (
    kind TEXT NOT NULL CHECK (kind IN ('pin', 'password')),
    subject TEXT NOT NULL,
    salt BLOB NOT NULL,
    mark BLOB NOT NULL,
    tries_left INTEGER NOT NULL CHECK (tries_left >= 0),
    locked_until TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE TABLE IF NOT EXISTS bank_credential_order (
    reference TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('set', 'refused')),
    code TEXT CHECK ((status = 'refused') = (code IS NOT NULL)),
    at TEXT NOT NULL
);
"""

Kind = Literal["pin", "password"]
Verdict = Literal["right", "wrong", "locked", "none"]
Standing = Literal["ready", "locked", "none"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be set, for whom: a card's PIN, or a customer's password. ``subject`` is the card or the customer."""

    kind: Kind
    reference: str
    subject: str
    letter: str

    @property
    def bound(self) -> str:
        """What its letter must have been written for."""
        return f"{self.kind}|{self.reference}|{self.subject}"


def key(db: Database) -> tuple[str, X25519PrivateKey]:
    """The bank's key and its name, made when there is none."""
    db.execute(
        "INSERT OR IGNORE INTO bank_key VALUES (1, ?, ?)",
        (numbers.new_id("key"), X25519PrivateKey.generate().private_bytes_raw()),
    )
    row = db.execute("SELECT * FROM bank_key").fetchone()
    return str(row["key_id"]), X25519PrivateKey.from_private_bytes(row["private"])


def put(db: Database, wanted: Wanted, now: datetime) -> tuple[Row, bool]:
    """Set a PIN or a password: what became of the reference, and whether it is new.

    :raises Conflict: when the reference stands for something else. :raises NotFound: for an unknown card or customer.
    :raises BadInput: for a letter that cannot be opened.
    """
    known = _found(db, wanted.reference)
    if known is not None:
        if (known["kind"], known["subject"]) != (wanted.kind, wanted.subject):
            raise Conflict("This reference was used for another secret; nothing was done now.")
        return known, False
    own = _digits_of(db, wanted)
    _, private = key(db)
    code = _why_not(wanted.kind, secret := letters.opened(private, wanted.letter, wanted.bound), own)
    if code is None:
        _keep(db, wanted, secret, now)
    db.execute(
        "INSERT INTO bank_credential_order VALUES (?, ?, ?, ?, ?, ?)",
        (wanted.reference, wanted.kind, wanted.subject, "refused" if code else "set", code, now.isoformat()),
    )
    return by_reference(db, wanted.kind, wanted.reference), True


def check(db: Database, customer_id: str, reference: str, letter: str, now: datetime) -> tuple[Verdict, int]:
    """Whether a password is the customer's, and how many tries are left.

    :raises NotFound: for an unknown customer. :raises BadInput: for a letter that cannot be opened.
    """
    customers.by_id(db, customer_id)
    _, private = key(db)
    secret = letters.opened(private, letter, f"password_check|{reference}|{customer_id}")
    row = _kept(db, "password", customer_id)
    if row is None:
        return "none", 0
    if _is_locked(row, now):
        return "locked", 0
    tries = TRIES if row["locked_until"] is not None else row["tries_left"]
    if hmac.compare_digest(_mark(secret, row["salt"]), row["mark"]):
        _count(db, customer_id, TRIES, None)
        return "right", TRIES
    left = tries - 1
    _count(db, customer_id, left, None if left else now + LOCKED_FOR)
    return ("wrong" if left else "locked"), left


def state_of_password(db: Database, customer_id: str, now: datetime) -> Standing:
    """Whether a customer has a password, and whether it may be tried now.

    :raises NotFound: for an unknown customer.
    """
    customers.by_id(db, customer_id)
    row = _kept(db, "password", customer_id)
    if row is None:
        return "none"
    return "locked" if _is_locked(row, now) else "ready"


def by_reference(db: Database, kind: Kind, reference: str) -> Row:
    """:raises NotFound: when nothing of the kind has this reference."""
    row = _found(db, reference)
    if row is None or row["kind"] != kind:
        raise NotFound(f"No {kind} was set under this reference.")
    return row


def _found(db: Database, reference: str) -> Row | None:
    row: Row | None = db.execute("SELECT * FROM bank_credential_order WHERE reference = ?", (reference,)).fetchone()
    return row


def _kept(db: Database, kind: Kind, subject: str) -> Row | None:
    row: Row | None = db.execute(
        "SELECT * FROM bank_credential WHERE kind = ? AND subject = ?", (kind, subject)
    ).fetchone()
    return row


def _is_locked(row: Row, now: datetime) -> bool:
    return row["locked_until"] is not None and datetime.fromisoformat(row["locked_until"]) > now


def _digits_of(db: Database, wanted: Wanted) -> str:
    """The last four digits of the card that a PIN is for, which must not be its PIN."""
    if wanted.kind == "pin":
        return str(customers.card(db, wanted.subject)["number"][-4:])
    customers.by_id(db, wanted.subject)
    return ""


def _why_not(kind: Kind, secret: str, own: str) -> str | None:
    if kind == "pin":
        return None if len(secret) == 4 and secret.isascii() and secret.isdigit() and secret != own else "weak"
    return None if len(secret) >= PASSWORD_CHARS_MIN else "weak"


def _keep(db: Database, wanted: Wanted, secret: str, now: datetime) -> None:
    salt = secrets.token_bytes(SALT_BYTES)
    db.execute(
        "INSERT OR REPLACE INTO bank_credential VALUES (?, ?, ?, ?, ?, NULL, ?)",
        (wanted.kind, wanted.subject, salt, _mark(secret, salt), TRIES, now.isoformat()),
    )


def _count(db: Database, customer_id: str, left: int, locked_until: datetime | None) -> None:
    db.execute(
        "UPDATE bank_credential SET tries_left = ?, locked_until = ? WHERE kind = 'password' AND subject = ?",
        (left, locked_until and locked_until.isoformat(), customer_id),
    )


def _mark(secret: str, salt: bytes) -> bytes:
    return scrypt(secret.encode(), salt=salt, n=2**12, r=8, p=1)
