"""Bills paid from a card: the amount goes to the biller's account at the bank, where it stands until the biller draws
it, the fee to the bank. A payment whose biller did not take the money is given back whole, once.

The first answer to a reference is the answer for good; a payment is `posted` or `refused`, and a posted one may become
`returned`.
"""

from dataclasses import dataclass
from datetime import datetime

from sandbox.bank import customers, ledger, numbers
from sandbox.failures import Conflict, NotFound, Refused
from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_bill (
    bill_id TEXT PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    card_id TEXT NOT NULL REFERENCES bank_card,
    biller TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (typeof(amount_minor) = 'integer' AND amount_minor > 0),
    currency TEXT NOT NULL,
    fee_minor INTEGER NOT NULL CHECK (typeof(fee_minor) = 'integer' AND fee_minor >= 0),
    status TEXT NOT NULL CHECK (status IN ('posted', 'refused', 'returned')),
    code TEXT CHECK ((status = 'posted') = (code IS NULL)),
    return_reference TEXT UNIQUE CHECK ((status = 'returned') = (return_reference IS NOT NULL)),
    at TEXT NOT NULL
);
"""
# Whom the bank has a contract with, and what a payment costs the payer.
FEES_MINOR = {"mobile": 0, "transport": 0, "utilities": 2_00, "tv": 1_00, "internet": 1_00}


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid. ``biller`` is `utilities-water`: the contract, and the one of it who gets the money."""

    card_id: str
    biller: str
    amount_minor: int
    currency: str


def account_of(biller: str, currency: str) -> str:
    """The biller's account at the bank."""
    return f"biller-{biller}-{currency}"


def judge(db: Database, bill: Bill) -> int:
    """The fee, decided without doing.

    :raises Refused: `biller_unknown`, `card_locked`, `currency_mismatch` or `insufficient_funds`, the first that holds.
    :raises NotFound: when the card is not known.
    """
    card = customers.card(db, bill.card_id)
    fee = FEES_MINOR.get(bill.biller.partition("-")[0])
    if fee is None:
        raise Refused("The bank has no contract with this biller.", "biller_unknown")
    if card["status"] != "active":
        raise Refused("The paying card is locked.", "card_locked")
    if card["currency"] != bill.currency:
        raise Refused(f"The paying card is in {card['currency']}.", "currency_mismatch")
    if card["balance_minor"] < bill.amount_minor + fee:
        raise Refused("The balance does not cover the amount and the fee.", "insufficient_funds")
    return fee


def pay(db: Database, reference: str, bill: Bill, now: datetime) -> tuple[Row, bool]:
    """The payment under this reference and whether it is new.

    :raises Conflict: when the reference stands for another payment. :raises NotFound: for an unknown card.
    """
    known = _found(db, reference)
    if known is not None:
        kept = Bill(known["card_id"], known["biller"], known["amount_minor"], known["currency"])
        if kept != bill:
            raise Conflict("This reference was used for another payment; nothing was done now.")
        return known, False
    try:
        fee, code = judge(db, bill), None
    except Refused as refusal:
        fee, code = 0, refusal.code
    else:
        _book(db, reference, bill, fee, now)
    db.execute(
        "INSERT INTO bank_bill VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
        (
            numbers.new_id("bil"), reference, bill.card_id, bill.biller, bill.amount_minor, bill.currency, fee,
            "posted" if code is None else "refused", code, now.isoformat(),
        ),
    )  # fmt: skip
    return by_reference(db, reference), True


def give_back(db: Database, reference: str, return_reference: str, code: str, now: datetime) -> Row:
    """Give a posted payment back, the fee too; again it is the same answer. ``code`` says why the biller refused.

    :raises NotFound: for an unknown payment. :raises Refused: `not_posted` for one that was refused.
    :raises Conflict: when it was given back under another reference.
    """
    row = by_reference(db, reference)
    if row["status"] == "returned":
        if row["return_reference"] != return_reference:
            raise Conflict("This payment was given back under another reference.")
        return row
    if row["status"] != "posted":
        raise Refused("A payment that was not made cannot be given back.", "not_posted")
    for posting in reversed(ledger.postings(db, reference, 10)):
        back = ledger.Posting(
            return_reference, f"{posting['kind']}_back", posting["credit"], posting["debit"],
            posting["amount_minor"], posting["currency"], f"Given back: {posting['text']}",
        )  # fmt: skip
        ledger.post(db, back, now)
    db.execute(
        "UPDATE bank_bill SET status = 'returned', code = ?, return_reference = ? WHERE reference = ?",
        (code, return_reference, reference),
    )
    return by_reference(db, reference)


def by_reference(db: Database, reference: str) -> Row:
    """:raises NotFound: when no bill was paid under this reference."""
    row = _found(db, reference)
    if row is None:
        raise NotFound("No bill has this reference.")
    return row


def _book(db: Database, reference: str, bill: Bill, fee_minor: int, now: datetime) -> None:
    payer = customers.card(db, bill.card_id)["account"]
    holder = f"Biller {bill.biller}"
    account = account_of(bill.biller, bill.currency)
    db.execute(
        "INSERT OR IGNORE INTO bank_account (account, kind, holder, currency) VALUES (?, 'internal', ?, ?)",
        (account, holder, bill.currency),
    )
    ledger.post(
        db,
        ledger.Posting(reference, "bill", payer, account, bill.amount_minor, bill.currency, f"Bill: {bill.biller}"),
        now,
    )
    if fee_minor:
        fees = ledger.internal("fees", bill.currency)
        ledger.post(
            db, ledger.Posting(reference, "bill_fee", payer, fees, fee_minor, bill.currency, "Fee for a bill"), now
        )


def _found(db: Database, reference: str) -> Row | None:
    row: Row | None = db.execute("SELECT * FROM bank_bill WHERE reference = ?", (reference,)).fetchone()
    return row
