"""A system's news: kept in the transaction that made them, signed by Standard Webhooks, sent until somebody takes them.

The body is `{"type": "card.issued", "timestamp": "...", "data": {...}}`. Events come at least once and in no order.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

import httpx
from standardwebhooks import Webhook

from sandbox.failures import BadInput
from sandbox.store import Database, Row, Store

BACK_OFF_S = (0.5, 1, 2, 5, 10, 30, 60)  # the last one again and again
SEND_TIMEOUT_S = 5
IDLE_S = 5.0  # how long to sleep at most when nothing is due; changes wake earlier
IN_FLIGHT_MAX = 16

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Where events go and what they are signed with; the secret never shows."""

    url: str
    secret: str

    def __repr__(self) -> str:
        return f"Subscriber({self.url})"


@dataclass(frozen=True, slots=True)
class News:
    """The news of one system, in tables of its own."""

    system: Literal["bank", "acquirer"]

    @property
    def schema(self) -> str:
        """The system's tables."""
        return f"""
CREATE TABLE IF NOT EXISTS {self.system}_webhook (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    url TEXT NOT NULL,
    secret TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS {self.system}_event (
    event_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at TEXT,
    outcome TEXT
);
CREATE INDEX IF NOT EXISTS {self.system}_event_due ON {self.system}_event (next_at) WHERE next_at IS NOT NULL;
"""

    def emit(self, db: Database, name: str, data: Mapping[str, str], now: datetime) -> None:
        """Keep an event for sending, together with what it tells."""
        body = json.dumps({"type": name, "timestamp": now.isoformat(), "data": dict(data)})
        db.execute(
            f"INSERT INTO {self.system}_event (event_id, body, next_at) VALUES (?, ?, ?)",  # noqa: S608 # nosec B608 # a name of ours
            (f"evt_{secrets.token_hex(8)}", body, now.isoformat()),
        )

    def subscribe(self, db: Database, subscriber: Subscriber) -> None:
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
        told = (subscriber.url, subscriber.secret)
        db.execute(f"INSERT OR REPLACE INTO {self.system}_webhook VALUES (1, ?, ?)", told)  # noqa: S608 -- a name of ours

    def subscriber(self, db: Database) -> Subscriber | None:
        """Who is told, if anybody."""
        row = db.execute(f"SELECT url, secret FROM {self.system}_webhook").fetchone()  # noqa: S608 # nosec B608 # a name of ours
        return Subscriber(row["url"], row["secret"]) if row else None

    def waiting(self, db: Database, limit: int) -> list[Row]:
        """Events not taken yet, those due first."""
        return db.execute(
            f"SELECT * FROM {self.system}_event WHERE next_at IS NOT NULL ORDER BY next_at LIMIT ?",  # noqa: S608 # nosec B608 # a name of ours
            (limit,),
        ).fetchall()

    def sent(self, db: Database, event: Row, status: int, now: datetime) -> None:
        """Note what came of it: taken, gone (410: nobody wants it), or when to try again."""
        if 200 <= status < 300 or status == HTTPStatus.GONE:
            outcome, next_at = ("gone" if status == HTTPStatus.GONE else "taken"), None
        else:
            pause_s = BACK_OFF_S[min(event["tries"], len(BACK_OFF_S) - 1)]
            outcome, next_at = f"status {status}", (now + timedelta(seconds=pause_s)).isoformat()
        db.execute(
            f"UPDATE {self.system}_event SET tries = tries + 1, next_at = ?, outcome = ? WHERE event_id = ?",  # noqa: S608 # nosec B608 # a name of ours
            (next_at, outcome, event["event_id"]),
        )


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


async def keep_sending(news: News, store: Store, clock: Clock) -> None:
    """Until cancelled: send events as they come due, several at once, so that one slow answer holds up nobody."""
    in_flight: set[str] = set()
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.TaskGroup() as sending:
        with store.changed.watch() as watcher:
            while True:
                pause_s = IDLE_S
                for event in _waiting(news, store, in_flight):
                    until_s = (datetime.fromisoformat(event["next_at"]) - clock()).total_seconds()
                    if until_s > 0:
                        pause_s = min(pause_s, until_s)
                        break
                    in_flight.add(event["event_id"])
                    sending.create_task(_send(news, store, clock, client, event, in_flight))
                await watcher.wait(pause_s)


def _waiting(news: News, store: Store, in_flight: set[str]) -> list[Row]:
    with store.reading() as db:
        if news.subscriber(db) is None:
            return []
        free = [event for event in news.waiting(db, 2 * IN_FLIGHT_MAX) if event["event_id"] not in in_flight]
    return free[: IN_FLIGHT_MAX - len(in_flight)]


async def _send(
    news: News, store: Store, clock: Clock, client: httpx.AsyncClient, event: Row, in_flight: set[str]
) -> None:
    with store.reading() as db:
        to = news.subscriber(db)
    try:
        status = await send(client, to, event, clock()) if to is not None else 0
        with store.transaction() as db:
            news.sent(db, event, status, clock())
    finally:
        in_flight.discard(event["event_id"])
