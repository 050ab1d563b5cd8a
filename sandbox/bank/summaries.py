"""What has happened on a card, and what a customer spends on: read from the postings, changed by nothing here."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sandbox.bank import customers, ledger, purchases, rates, rules, words
from sandbox.failures import BadInput
from sandbox.store import Database, Row

Span = Literal["latest", "this_month", "last_month"]
LATEST = 10
# Categories by kind of posting; a purchase knows its own, a bill is its biller's.
CATEGORY = {"transfer": "transfers", "fee": "fees", "bill_fee": "fees", "plastic_fee": "fees", "cash": "cash"}
BACK = "_back"  # behind the kind of what was given back


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included, by the bank's clock."""

    first: date
    last: date

    def hold(self, at: str) -> bool:
        """Whether a moment lies in them."""
        return self.first <= _day(at) <= self.last


@dataclass(frozen=True, slots=True)
class Statement:
    """A card's operations in these days, the newest first. ``entries`` have the balance after each."""

    card: Row
    days: Days
    opening_minor: int
    closing_minor: int
    entries: tuple[ledger.Entry, ...]

    @property
    def income_minor(self) -> int:
        return sum(entry.amount_minor for entry in self.entries if entry.amount_minor > 0)

    @property
    def spent_minor(self) -> int:
        return -sum(entry.amount_minor for entry in self.entries if entry.amount_minor < 0)


def _day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(rules.ZONE).date()


def days_of(span: Span, now: datetime) -> Days:
    """The days that a span means today; `latest` has no days of its own and means all."""
    today = now.astimezone(rules.ZONE).date()
    if span == "latest":
        return Days(date.min, today)
    first = today.replace(day=1)
    if span == "this_month":
        return Days(first, today)
    before = first - timedelta(days=1)
    return Days(before.replace(day=1), before)


def statement(db: Database, card_id: str, days: Days, most: int | None = None) -> Statement:
    """:raises NotFound: for an unknown card. :raises BadInput: for days that end before they begin."""
    if days.last < days.first:
        raise BadInput("to: not before 'from'")
    card = customers.card(db, card_id)
    entries = ledger.statement(db, card["account"])
    within = [entry for entry in entries if days.hold(entry.at)]
    if most is not None and within:
        within = within[-most:]
        days = Days(_day(within[0].at), days.last)
    if not within:
        closing = _balance_before(entries, days.first)
        return Statement(card, days, closing, closing, ())
    opening = within[0].balance_minor - within[0].amount_minor
    return Statement(card, days, opening, within[-1].balance_minor, tuple(reversed(within)))


def _balance_before(entries: list[ledger.Entry], first: date) -> int:
    if first == date.min:
        return 0
    before = Days(date.min, first - timedelta(days=1))
    return next((entry.balance_minor for entry in reversed(entries) if before.hold(entry.at)), 0)


def shown(found: Statement, language: words.Language) -> dict[str, object]:
    """A statement as the bank tells it."""
    entries = [
        {
            "at": datetime.fromisoformat(entry.at).astimezone(rules.ZONE).isoformat(timespec="seconds"),
            "text": words.line(entry.kind, entry.text, entry.amount_minor, language),
            "amount_minor": entry.amount_minor,
            "balance_minor": entry.balance_minor,
        }
        for entry in found.entries
    ]
    return {
        "card_id": found.card["card_id"], "last4": found.card["number"][-4:], "currency": found.card["currency"],
        "account": found.card["account"], "holder": found.card["holder"],
        "first": found.days.first.isoformat(), "last": found.days.last.isoformat(),
        "opening_minor": found.opening_minor, "closing_minor": found.closing_minor,
        "income_minor": found.income_minor, "spent_minor": found.spent_minor, "entries": entries,
    }  # fmt: skip


def spending(db: Database, customer_id: str, days: Days, now: datetime) -> Counter[str]:
    """What left all cards of a customer by category, in minor units of hryvnias; between own cards nothing does.

    :raises NotFound: for an unknown customer.
    """
    if days.last < days.first:
        raise BadInput("to: not before 'from'")
    accounts = {card["account"]: card["currency"] for card in customers.cards_of(db, customer_id)}
    sums: Counter[str] = Counter()
    for account, currency in accounts.items():
        rows = db.execute("SELECT * FROM bank_posting WHERE ? IN (debit, credit)", (account,)).fetchall()
        for row in rows:
            if days.hold(row["at"]) and not (row["debit"] in accounts and row["credit"] in accounts):
                counted = _counted(db, row, account)
                sums[counted[0]] += rates.in_hryvnias(abs(counted[1]), currency, now) * (1 if counted[1] > 0 else -1)
    return Counter({name: minor for name, minor in sums.items() if minor > 0})


def _counted(db: Database, row: Row, account: str) -> tuple[str, int]:
    """The category of a posting, and how much it adds; what was given back takes away, other income is none."""
    kind, out = row["kind"], row["debit"] == account
    back = not out and kind.endswith(BACK)
    if not out and not back:
        return "other", 0
    kind = kind.removesuffix(BACK)
    if kind == "purchase":
        name = purchases.category_of(db, row["ref"])
    elif kind == "bill":
        name = row["text"].rpartition(": ")[2].partition("-")[0]
    else:
        name = CATEGORY.get(kind, "other")
    return name if name in words.CATEGORIES else "other", row["amount_minor"] * (-1 if back else 1)
