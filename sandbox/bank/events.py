"""The bank's news: kept in the transaction that made them, signed by Standard Webhooks, sent until somebody takes them.

The body is `{"type": "card.issued", "timestamp": "...", "data": {...}}`. Events come at least once and in no order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

import httpx
from standardwebhooks import Webhook

from sandbox.bank import numbers
from sandbox.failures import BadInput
from sandbox.store import Database, Row

BACK_OFF_S = (0.5, 1, 2, 5, 10, 30, 60)  # the last one again and again
SEND_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Where events go and what they are signed with; the secret never shows."""

    url: str
    secret: str

    def __repr__(self) -> str:
        return f"Subscriber({self.url})"


def emit(db: Database, name: str, data: Mapping[str, str], now: datetime) -> None:
    """Keep an event for sending, together with what it tells."""
    body = json.dumps({"type": name, "timestamp": now.isoformat(), "data": dict(data)})
    db.execute(
        "INSERT INTO bank_event (event_id, body, next_at) VALUES (?, ?, ?)",
        (numbers.new_id("evt"), body, now.isoformat()),
    )


def subscribe(db: Database, subscriber: Subscriber) -> None:
    """Send all events there from now on, those still waiting too.

    :raises BadInput: when the URL or the secret cannot be used.
    """
    try:
        url = httpx.URL(subscriber.url)
        Webhook(subscriber.secret)
    except Exception:  # the library raises whatever base64 raises; the secret must not show
        raise BadInput("secret: is 'whsec_' and base64; url: an absolute http or https address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise BadInput("url: an absolute http or https address")
    db.execute("INSERT OR REPLACE INTO bank_webhook VALUES (1, ?, ?)", (subscriber.url, subscriber.secret))


def subscriber(db: Database) -> Subscriber | None:
    """Who is told, if anybody."""
    row = db.execute("SELECT url, secret FROM bank_webhook").fetchone()
    return Subscriber(row["url"], row["secret"]) if row else None


def waiting(db: Database, limit: int) -> list[Row]:
    """Events not taken yet, those due first."""
    return db.execute(
        "SELECT * FROM bank_event WHERE next_at IS NOT NULL ORDER BY next_at LIMIT ?", (limit,)
    ).fetchall()


async def send(client: httpx.AsyncClient, to: Subscriber, event: Row, now: datetime) -> int:
    """Send one event; the status of the answer, or 0 when none came."""
    signature = Webhook(to.secret).sign(event["event_id"], now, event["body"])
    headers = {
        "content-type": "application/json",
        "webhook-id": event["event_id"],
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    try:
        answer = await client.post(to.url, content=event["body"], headers=headers, timeout=SEND_TIMEOUT_S)
    except httpx.HTTPError:
        return 0
    return answer.status_code


def sent(db: Database, event: Row, status: int, now: datetime) -> None:
    """Note what came of it: taken, gone (410: nobody wants it), or when to try again."""
    if 200 <= status < 300 or status == HTTPStatus.GONE:
        outcome, next_at = ("gone" if status == HTTPStatus.GONE else "taken"), None
    else:
        pause_s = BACK_OFF_S[min(event["tries"], len(BACK_OFF_S) - 1)]
        outcome, next_at = f"status {status}", (now + timedelta(seconds=pause_s)).isoformat()
    db.execute(
        "UPDATE bank_event SET tries = tries + 1, next_at = ?, outcome = ? WHERE event_id = ?",
        (next_at, outcome, event["event_id"]),
    )
