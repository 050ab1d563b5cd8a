"""What the bookshop has been told by the bank: each webhook once, and how often it came."""

from sandbox.store import Database, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS partner_webhook (
    webhook_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    times INTEGER NOT NULL,
    at TEXT NOT NULL
);
"""


def take(db: Database, webhook_id: str, body: str, at: str) -> None:
    """Keep a webhook; one that comes again is counted."""
    db.execute(
        "INSERT INTO partner_webhook VALUES (?, ?, 1, ?) ON CONFLICT (webhook_id) DO UPDATE SET times = times + 1",
        (webhook_id, body, at),
    )


def newest(db: Database, limit: int) -> list[Row]:
    """What came last stands first."""
    return db.execute("SELECT * FROM partner_webhook ORDER BY at DESC, rowid DESC LIMIT ?", (limit,)).fetchall()
