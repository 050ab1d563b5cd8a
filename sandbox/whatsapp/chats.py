"""Chats and their messages: what was said in the platform's own shape, and what the platform knows besides."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]

SCHEMA = """
create table if not exists whatsapp_chat (
    number text not null, person integer not null, blocked integer not null default 0,
    hidden integer not null default 0, last_said_at real, wa_id text not null, primary key (number, person)
) without rowid;
create table if not exists whatsapp_message (
    id integer primary key autoincrement, wamid text not null unique, number text not null, person integer not null,
    outgoing integer not null, ticks integer not null, at integer not null, edited integer not null default 0,
    seen integer not null default 0, body text not null, reactions text not null default '{}');
create index if not exists whatsapp_message_of_chat on whatsapp_message (number, person, id);
"""
SENT, TAKEN, READ = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of one business number and one person.

    `last_said_at` is when the person last wrote, which opens the window. `hidden`: the person has a username and keeps
    the number from the business. `wa_id` is the number under which the business knows this person.
    """

    number: str
    person: int
    blocked: bool
    hidden: bool
    last_said_at: float | None
    wa_id: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A message. `outgoing` is from the side of the business; `ticks` 1 sent, 2 taken by the business, 3 read there.

    `seen` says whether the person has read what the business sent. `reactions` are {"me" | "bot": emoji}.
    """

    id: int
    wamid: str
    number: str
    person: int
    outgoing: bool
    ticks: int
    at: int
    edited: bool
    seen: bool
    message: Message
    reactions: dict[str, str]


class Chats:
    """Keeps chats and messages."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(SCHEMA)

    def find(self, number: str, person: int) -> Chat | None:
        row = self._database.execute(
            "select * from whatsapp_chat where number = ? and person = ?", (number, person)
        ).fetchone()
        return Chat(**dict(row) | {"blocked": bool(row["blocked"]), "hidden": bool(row["hidden"])}) if row else None

    def open(self, number: str, person: int, wa_id: str) -> Chat:
        self._database.execute(
            "insert or ignore into whatsapp_chat (number, person, wa_id) values (?, ?, ?)", (number, person, wa_id)
        )
        found = self.find(number, person)
        assert found is not None
        return found

    def set(self, chat: Chat, **changes: Any) -> None:
        """`changes` are columns of the chat."""
        for name, value in changes.items():
            assert name in Chat.__dataclass_fields__
            self._database.execute(
                f"update whatsapp_chat set {name} = ? where number = ? and person = ?",  # noqa: S608 # nosec B608 # a name of ours
                (value, chat.number, chat.person),
            )

    def add(self, number: str, person: int, wamid: str, at: int, message: Message, outgoing: bool) -> Kept:
        self._database.execute(
            """insert into whatsapp_message (wamid, number, person, outgoing, ticks, at, body)
               values (?, ?, ?, ?, ?, ?, ?)""",
            (wamid, number, person, outgoing, TAKEN if outgoing else SENT, at, json.dumps(message)),
        )
        kept = self.by_wamid(number, wamid)
        assert kept is not None
        return kept

    def by_wamid(self, number: str, wamid: str) -> Kept | None:
        row = self._database.execute(
            "select * from whatsapp_message where wamid = ? and number = ?", (wamid, number)
        ).fetchone()
        return _kept(row) if row else None

    def message(self, number: str, person: int, message_id: int) -> Kept | None:
        row = self._database.execute(
            "select * from whatsapp_message where id = ? and number = ? and person = ?", (message_id, number, person)
        ).fetchone()
        return _kept(row) if row else None

    def replace(self, kept: Kept, message: Message) -> None:
        self._database.execute(
            "update whatsapp_message set body = ?, edited = 1 where id = ?", (json.dumps(message), kept.id)
        )

    def react(self, kept: Kept, who: str, emoji: str) -> Kept:
        """An empty emoji takes the reaction away."""
        reactions = {name: each for name, each in (kept.reactions | {who: emoji}).items() if each}
        self._database.execute(
            "update whatsapp_message set reactions = ? where id = ?", (json.dumps(reactions), kept.id)
        )
        found = self.by_wamid(kept.number, kept.wamid)
        assert found is not None
        return found

    def delete(self, kept: Kept) -> None:
        self._database.execute("delete from whatsapp_message where id = ?", (kept.id,))

    def tick(self, kept: Kept, ticks: int) -> bool:
        """Ticks only ever grow. False when it was so already."""
        changed = self._database.execute(
            "update whatsapp_message set ticks = ? where id = ? and ticks < ?", (ticks, kept.id, ticks)
        )
        return changed.rowcount > 0

    def said_until(self, kept: Kept) -> list[Kept]:
        """The person's messages up to this one that the business has not read yet."""
        rows = self._database.execute(
            """select * from whatsapp_message
               where number = ? and person = ? and not outgoing and ticks < ? and id <= ? order by id""",
            (kept.number, kept.person, READ, kept.id),
        )
        return [_kept(row) for row in rows]

    def see(self, number: str, person: int) -> list[Kept]:
        """The person looks: everything from the business that was not seen until now, oldest first."""
        rows = self._database.execute(
            """update whatsapp_message set seen = 1
               where number = ? and person = ? and outgoing and not seen returning *""",
            (number, person),
        ).fetchall()
        return sorted(map(_kept, rows), key=lambda each: each.id)

    def page(self, number: str, person: int, before: int | None, most: int) -> list[Kept]:
        """Up to `most` messages older than `before`, oldest first."""
        rows = self._database.execute(
            """select * from whatsapp_message where number = ? and person = ? and id < ?
               order by id desc limit ?""",
            (number, person, before or 2**62, most),
        ).fetchall()
        return [_kept(row) for row in reversed(rows)]


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(
        row["id"], row["wamid"], row["number"], row["person"], bool(row["outgoing"]), row["ticks"], row["at"],
        bool(row["edited"]), bool(row["seen"]), json.loads(row["body"]), json.loads(row["reactions"]),
    )  # fmt: skip
