"""Money that the acquirer brings: credited to a card under the caller's reference, and settled when it was captured.

The acquirer has an account at the bank: a credit takes from it, a settlement from clearing fills it again. So it stands
at nothing when every credit was captured. The first answer to a reference is the answer for good, a refusal too.
"""

from dataclasses import dataclass
from datetime import datetime

from sandbox.bank import customers, ledger, numbers
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_credit (
    credit_id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    card_id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (typeof(amount_minor) = 'integer' AND amount_minor > 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('posted', 'refused')),
    code TEXT CHECK ((status = 'refused') = (code IS NOT NULL)),
    at TEXT NOT NULL
);
"""
TEXT = "From a card of another bank"
HOLDER = "Acquirer"


@dataclass(frozen=True, slots=True)
class Credit:
    """What is to be put on a card."""

    card_id: str
    amount_minor: int
    currency: str


def execute(db: Database, reference: str, credit: Credit, now: datetime) -> tuple[Row, bool]:
    """The credit under this reference, `posted` or `refused`, and whether it is new.

    :raises Conflict: when the reference stands for another credit.
    """
    known = _found(db, reference)
    if known is not None:
        if Credit(known["card_id"], known["amount_minor"], known["currency"]) != credit:
            raise Conflict("This reference was used for another credit; nothing was done now.")
        return known, False
    try:
        account, code = _account(db, credit), None
    except Refused as refusal:
        code = refusal.code
    else:
        source = _acquirer(db, credit.currency)
        posting = ledger.Posting(reference, "topup", source, account, credit.amount_minor, credit.currency, TEXT)
        ledger.post(db, posting, now)
    db.execute(
        "INSERT INTO bank_credit VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            numbers.new_id("cre"), reference, credit.card_id, credit.amount_minor, credit.currency,
            "posted" if code is None else "refused", code, now.isoformat(),
        ),
    )  # fmt: skip
    return by_reference(db, reference), True


def by_reference(db: Database, reference: str) -> Row:
    """:raises NotFound: when no credit has this reference."""
    row = _found(db, reference)
    if row is None:
        raise NotFound("No credit has this reference.")
    return row


def settle(db: Database, ref: str, amount_minor: int, currency: str, back: bool, now: datetime) -> None:
    """The acquirer pays in what it has captured, through clearing, or takes a refund ``back``."""
    accounts = [ledger.internal("clearing", currency), _acquirer(db, currency)]
    debit, credit = reversed(accounts) if back else accounts
    text = "Refunded by the acquirer" if back else "Captured by the acquirer"
    ledger.post(db, ledger.Posting(f"stl_{ref}", "settlement", debit, credit, amount_minor, currency, text), now)


def _account(db: Database, credit: Credit) -> str:
    """:raises Refused: `card_unknown`, `card_locked`, `card_closed` or `currency_mismatch`, the first that holds."""
    try:
        card = customers.card(db, credit.card_id)
    except NotFound:
        raise Refused("The bank has no such card.", "card_unknown") from None
    if card["status"] != "active":
        raise Refused(f"The card is {card['status']}.", f"card_{card['status']}")
    if card["currency"] != credit.currency:
        raise Refused(f"The card is in {card['currency']}.", "currency_mismatch")
    return str(card["account"])


def _acquirer(db: Database, currency: str) -> str:
    """The acquirer's account, opened where it is not yet."""
    account = f"acquirer-{currency}"
    db.execute(
        "INSERT OR IGNORE INTO bank_account (account, kind, holder, currency) VALUES (?, 'internal', ?, ?)",
        (account, HOLDER, currency),
    )
    return account


def _found(db: Database, reference: str) -> Row | None:
    row: Row | None = db.execute("SELECT * FROM bank_credit WHERE reference = ?", (reference,)).fetchone()
    return row
