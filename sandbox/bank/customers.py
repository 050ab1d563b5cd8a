"""Customers of the bank, their accounts and their cards. A card's number never leaves through the bank's face."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.bank import ledger, numbers, rules
from sandbox.failures import NotFound
from sandbox.store import Database, Row

CARD = (
    "SELECT c.*, a.currency, a.balance_minor FROM bank_card AS c JOIN bank_account AS a USING (account)"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewCard:
    """What a card is to be."""

    scheme: str
    tariff: str
    currency: str


def by_phone(db: Database, phone: str) -> Row:
    """:raises NotFound: when nobody has this phone."""
    row: Row | None = db.execute("SELECT * FROM bank_customer WHERE phone = ?", (phone,)).fetchone()
    if row is None:
        raise NotFound("No customer has this phone.")
    return row


def by_id(db: Database, customer_id: str) -> Row:
    """:raises NotFound: for an id that is not known."""
    row: Row | None = db.execute("SELECT * FROM bank_customer WHERE customer_id = ?", (customer_id,)).fetchone()
    if row is None:
        raise NotFound("There is no such customer.")
    return row


def register(db: Database, phone: str, name: str, now: datetime) -> tuple[Row, bool]:
    """The customer with this phone, made if there is none, and whether it was made. A known one keeps his name."""
    made = db.execute(
        "INSERT OR IGNORE INTO bank_customer VALUES (?, ?, ?, ?)",
        (numbers.new_id("cus"), phone, name, now.isoformat()),
    )
    return by_phone(db, phone), made.rowcount == 1


def rename(db: Database, customer_id: str, name: str) -> Row:
    """Call a customer by the name in his documents; cards that he has keep what is printed on them.

    :raises NotFound: for an id that is not known.
    """
    db.execute("UPDATE bank_customer SET name = ? WHERE customer_id = ?", (name, customer_id))
    return by_id(db, customer_id)


def issue_card(db: Database, customer: Row, new: NewCard, now: datetime) -> Row:
    """Open an account with a card on it; the balance is zero."""
    account, card_id = numbers.new_iban(new.currency), numbers.new_id("crd")
    db.execute(
        "INSERT INTO bank_account (account, kind, customer_id, holder, currency) VALUES (?, 'customer', ?, ?, ?)",
        (account, customer["customer_id"], customer["name"], new.currency),
    )
    db.execute(
        "INSERT INTO bank_card VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'active')",
        (
            card_id,
            customer["customer_id"],
            account,
            _free_number(db, new.scheme),
            f"{new.tariff.capitalize()} card",
            customer["name"],
            numbers.expiry(now),
            new.tariff,
        ),
    )
    return card(db, card_id)


def _free_number(db: Database, scheme: str) -> str:
    while True:
        number = numbers.new_card_number(scheme)
        if card_by_number(db, number) is None:
            return number


def card(db: Database, card_id: str) -> Row:
    """:raises NotFound: for an id that is not known."""
    row: Row | None = db.execute(f"{CARD} WHERE card_id = ?", (card_id,)).fetchone()
    if row is None:
        raise NotFound("There is no such card.")
    return row


def card_named(db: Database, name: str) -> Row:
    """The card with this id or on this account. :raises NotFound: when there is none."""
    row: Row | None = db.execute(f"{CARD} WHERE ? IN (c.card_id, c.account)", (name,)).fetchone()
    if row is None:
        raise NotFound("There is no such card.")
    return row


def card_by_number(db: Database, number: str) -> Row | None:
    """The card of ours with this number."""
    row: Row | None = db.execute(f"{CARD} WHERE number = ?", (number,)).fetchone()
    return row


def cards_of(db: Database, customer_id: str) -> list[Row]:
    """All cards of a customer, the oldest first.

    :raises NotFound: for a customer who is not known.
    """
    by_id(db, customer_id)
    return db.execute(f"{CARD} WHERE c.customer_id = ? ORDER BY c.rowid", (customer_id,)).fetchall()


def deposit(db: Database, account: str, amount_minor: int, currency: str, now: datetime) -> None:
    """Cash paid in over the counter: how the sandbox gives a made-up customer a balance."""
    posting = ledger.Posting(
        numbers.new_id("dep"),
        "deposit",
        ledger.internal("cash", currency),
        account,
        amount_minor,
        currency,
        "Cash deposit",
    )
    ledger.post(db, posting, now)


def welcome(db: Database, card_row: Row, ref: str, now: datetime) -> None:
    """The gift on a newly ordered card, out of the bank's equity."""
    currency = card_row["currency"]
    posting = ledger.Posting(
        ref,
        "welcome",
        ledger.internal("equity", currency),
        card_row["account"],
        rules.currency(currency).gift_minor,
        currency,
        rules.WELCOME_TEXT,
    )
    ledger.post(db, posting, now)
