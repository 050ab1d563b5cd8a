"""The ledger: every movement is one posting with a debit and a credit account. Nothing else changes a balance.

A customer's balance is what the bank owes him: credits raise it, debits lower it. The balances of all accounts of one
currency sum to zero at every moment.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal

from sandbox.bank import card_news
from sandbox.bank.rules import CURRENCIES
from sandbox.failures import NotFound
from sandbox.store import Database, Row

Internal = Literal["cash", "fees", "clearing", "equity"]
INTERNAL: dict[Internal, str] = {
    "cash": "Vault cash",
    "fees": "Fees earned",
    "clearing": "Clearing with other banks",
    "equity": "Equity of the sandbox bank",
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement to be booked. `ref` ties together the postings of one deal."""

    ref: str
    kind: str
    debit: str
    credit: str
    amount_minor: int
    currency: str
    text: str


def internal(name: Internal, currency: str) -> str:
    """The bank's own account: `clearing-UAH`."""
    return f"{name}-{currency}"


def open_books(db: Database) -> None:
    """Open the bank's own accounts, where they are not yet."""
    for currency in CURRENCIES:
        for name, holder in INTERNAL.items():
            db.execute(
                "INSERT OR IGNORE INTO bank_account (account, kind, holder, currency) VALUES (?, 'internal', ?, ?)",
                (internal(name, currency), holder, currency),
            )


def post(db: Database, posting: Posting, at: datetime) -> None:
    """Book it, and tell of it where it is a customer's card that has less or more.

    :raises sqlite3.IntegrityError: when it would overdraw a customer or mix currencies. Check before; this is the
        last line of defence, and nothing of the transaction stays.
    """
    booked = db.execute(
        "INSERT INTO bank_posting (ref, kind, debit, credit, amount_minor, currency, text, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            posting.ref,
            posting.kind,
            posting.debit,
            posting.credit,
            posting.amount_minor,
            posting.currency,
            posting.text,
            at.isoformat(),
        ),
    )
    card_news.emit(db, int(booked.lastrowid or 0), at)


def balance_minor(db: Database, account: str) -> int:
    """:raises NotFound: for an account the bank does not keep."""
    row = db.execute("SELECT balance_minor FROM bank_account WHERE account = ?", (account,)).fetchone()
    if row is None:
        raise NotFound("There is no such account.")
    return int(row["balance_minor"])


def totals(db: Database) -> dict[str, int]:
    """The sum of all balances by currency: zeros, or the bank is broken."""
    rows = db.execute("SELECT currency, sum(balance_minor) AS total FROM bank_account GROUP BY currency")
    return {row["currency"]: row["total"] for row in rows}


def audit(db: Database) -> list[str]:
    """Derive every balance from the postings and name the accounts where the kept one differs."""
    rows = db.execute(
        "SELECT account, balance_minor AS kept,"
        " (SELECT coalesce(sum(amount_minor), 0) FROM bank_posting WHERE credit = account)"
        " - (SELECT coalesce(sum(amount_minor), 0) FROM bank_posting WHERE debit = account) AS derived"
        " FROM bank_account"
    )
    return [row["account"] for row in rows if row["kept"] != row["derived"]]


def postings(db: Database, ref: str | None, limit: int) -> list[Row]:
    """The latest first; those of one deal when `ref` is given."""
    return db.execute(
        "SELECT * FROM bank_posting WHERE ? IS NULL OR ref = ? ORDER BY id DESC LIMIT ?", (ref, ref, limit)
    ).fetchall()


def postings_of_day(db: Database, day: date, after: int, limit: int) -> list[Row]:
    """The postings of a UTC day whose id is above ``after``, in order."""
    return db.execute(
        "SELECT * FROM bank_posting WHERE substr(at, 1, 10) = ? AND id > ? ORDER BY id LIMIT ?",
        (day.isoformat(), after, limit),
    ).fetchall()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement; `amount_minor` is negative for money that went out."""

    ref: str
    kind: str
    amount_minor: int
    balance_minor: int
    text: str
    at: str

    @property
    def day(self) -> date:
        """The UTC day it was booked on."""
        return datetime.fromisoformat(self.at).date()

    def shown(self) -> dict[str, str | int]:
        """As the statement prints it."""
        return asdict(self)


def statement(db: Database, account: str) -> list[Entry]:
    """All entries of an account, the oldest first, each with the balance after it.

    :raises NotFound: for an account the bank does not keep.
    """
    balance_minor(db, account)
    rows = db.execute(
        "SELECT *, CASE credit WHEN ? THEN amount_minor ELSE -amount_minor END AS signed"
        " FROM bank_posting WHERE ? IN (debit, credit) ORDER BY id",
        (account, account),
    )
    entries, balance = [], 0
    for row in rows:
        balance += row["signed"]
        entries.append(Entry(row["ref"], row["kind"], row["signed"], balance, row["text"], row["at"]))
    return entries
