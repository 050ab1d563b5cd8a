"""`GET /sandbox/api/stream`: server-sent events `account`, `posting` and `sms`, each with the thing as it is now.

A page reads `/accounts`, `/postings` and `/sms` once and then listens. After a break the browser sends `Last-Event-ID`
and gets what it missed.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import StreamingResponse

from sandbox.store import Database, Store

KEEP_ALIVE_S = 15  # a comment line, so that nothing on the way takes the stream for dead
BATCH = 200
EVENT_ID = re.compile("[0-9]{1,18}")

Tell = Callable[[Database, str, str], Mapping[str, object]]


def stream(store: Store, last_event_id: str | None, tell: Tell) -> StreamingResponse:
    """An endless answer; it ends when the client hangs up."""
    after = int(last_event_id) if last_event_id and EVENT_ID.fullmatch(last_event_id) else None
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_events(store, after, tell), media_type="text/event-stream", headers=headers)


async def _events(store: Store, after: int | None, tell: Tell) -> AsyncIterator[str]:
    with store.changed.watch() as watcher:
        last = _newest(store) if after is None else after
        yield f"retry: 1000\nid: {last}\nevent: hello\ndata: {{}}\n\n"
        while True:
            text, last = _since(store, last, tell)
            if text:
                yield text
                await asyncio.sleep(0)  # a long backlog leaves room for others
            elif not await watcher.wait(KEEP_ALIVE_S):
                yield ": still here\n\n"


def _newest(store: Store) -> int:
    return int(store.rows("SELECT coalesce(max(id), 0) AS id FROM sandbox_change")[0]["id"])


def _since(store: Store, last: int, tell: Tell) -> tuple[str, int]:
    """The changes after `last` as text; of several changes of one thing only the newest is told."""
    with store.reading() as db:
        rows = db.execute(
            "SELECT topic, key, max(id) AS id FROM"
            " (SELECT * FROM sandbox_change WHERE id > ? ORDER BY id LIMIT ?) GROUP BY topic, key ORDER BY max(id)",
            (last, BATCH),
        ).fetchall()
        told = [
            f"id: {row['id']}\nevent: {row['topic']}\ndata: {json.dumps(tell(db, row['topic'], row['key']))}\n\n"
            for row in rows
        ]
    return "".join(told), (rows[-1]["id"] if rows else last)
