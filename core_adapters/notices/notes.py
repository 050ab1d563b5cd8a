"""What is to be told, kept in the transaction that made it true (law L6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from core_adapters.database import Connection
from flows.events import Value
from flows.ports import Sealer

# What customers choose by. Of `regular` every one is told: money went, or did not, while nobody was looking.
Kind = Literal["payments", "regular", "reminders", "offers"]
GOOD_FOR: Mapping[Kind, timedelta] = {
    "payments": timedelta(hours=24),
    "regular": timedelta(days=7),
    "reminders": timedelta(hours=24),
    "offers": timedelta(hours=24),
}

INSERT = """
insert into money.notice (id, customer_id, kind, body, happened_at, due_at, until) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do nothing
"""


@dataclass(frozen=True, slots=True)
class Note:
    """An event of the catalogue for a customer. The same ``id`` again is the same note.

    ``reference`` is what the core calls the deal, where one of ours may have been told of it already.
    """

    id: UUID
    customer_id: str
    kind: Kind
    event: str
    outcome: str
    match: Mapping[str, Value]
    outputs: Mapping[str, Value] = field(default_factory=dict)
    reference: str = ""


NOTE: TypeAdapter[Note] = TypeAdapter(Note)


async def keep(
    connection: Connection, sealer: Sealer, note: Note, now: datetime, happened_at: datetime | None = None
) -> None:
    """Keep a note for telling, inside the caller's transaction. Notes are told in the order of what happened."""
    body = sealer.seal(NOTE.dump_json(note), _place(note.id))
    until = now + GOOD_FOR[note.kind]
    await connection.execute(INSERT, note.id, note.customer_id, note.kind, body, happened_at or now, now, until)


def read(row: asyncpg.Record, sealer: Sealer) -> Note:
    """The note of a row."""
    return NOTE.validate_json(sealer.open(bytes(row["body"]), _place(row["id"])))


def _place(note_id: UUID) -> bytes:
    return f"money.notice|body|{note_id}".encode()
