"""The gateway's face, `POST /sandbox/sms/messages` behind a bearer token, and the inbox of what was sent."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.failures import Conflict
from sandbox.faults import Faults, faulty
from sandbox.store import Database, Row, Store
from sandbox.web import Body, read

SCHEMA = """
CREATE TABLE IF NOT EXISTS sms_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    phone TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sms_message_to ON sms_message (phone, id);
CREATE TRIGGER IF NOT EXISTS sms_message_news AFTER INSERT ON sms_message
BEGIN
    INSERT INTO sandbox_change (topic, key) VALUES ('sms', new.id);
END;
"""


class SmsBody(Body):
    to: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{7,14}$")]
    text: Annotated[str, Field(min_length=1, max_length=1000)]
    key: Annotated[str, Field(min_length=1, max_length=100)]


def keep(db: Database, message: SmsBody, now: datetime) -> bool:
    """Deliver it; false when the same message came before under this key.

    :raises Conflict: when another message came under this key.
    """
    known = db.execute("SELECT phone, text FROM sms_message WHERE key = ?", (message.key,)).fetchone()
    if known is None:
        db.execute(
            "INSERT INTO sms_message (key, phone, text, at) VALUES (?, ?, ?, ?)",
            (message.key, message.to, message.text, now.isoformat()),
        )
        return True
    if (known["phone"], known["text"]) != (message.to, message.text):
        raise Conflict("This key was used for another message; nothing was sent now.")
    return False


def inbox(db: Database, phone: str | None, limit: int) -> list[Row]:
    """The newest first; of one phone when it is given."""
    return db.execute(
        "SELECT * FROM sms_message WHERE ? IS NULL OR phone = ? ORDER BY id DESC LIMIT ?", (phone, phone, limit)
    ).fetchall()


def shown(row: Row) -> dict[str, str]:
    """One message as the inbox tells it."""
    return {"to": row["phone"], "text": row["text"], "at": row["at"]}


def routes(store: Store, faults: Faults, clock: Callable[[], datetime]) -> list[Route]:
    """The gateway: 202 for a message taken, 200 for one that was taken before."""

    async def send(request: Request) -> Response:
        message = await read(request, SmsBody)
        with store.transaction() as db:
            new = keep(db, message, clock())
        return JSONResponse({"key": message.key, "status": "accepted"}, status_code=202 if new else 200)

    return [Route("/messages", faulty(faults, "sms", "send", send), methods=["POST"])]
