"""The language in which the bank writes to a customer: SMS, letters, documents."""

from sandbox.bank import customers
from sandbox.store import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_language (
    customer_id TEXT PRIMARY KEY REFERENCES bank_customer,
    language TEXT NOT NULL CHECK (language IN ('en', 'uk'))
);
"""


def choose(db: Database, customer_id: str, language: str) -> None:
    """:raises NotFound: for an unknown customer."""
    customers.by_id(db, customer_id)
    db.execute("INSERT OR REPLACE INTO bank_language VALUES (?, ?)", (customer_id, language))


def of_customer(db: Database, customer_id: str) -> str | None:
    """The language that a customer has chosen.

    :raises NotFound: for an unknown customer.
    """
    customers.by_id(db, customer_id)
    row = db.execute("SELECT language FROM bank_language WHERE customer_id = ?", (customer_id,)).fetchone()
    return None if row is None else str(row["language"])
