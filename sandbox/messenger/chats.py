"""Threads of a Page with people, and their messages; a person is known to a Page by a page-scoped id only."""

import json
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

Content = dict[str, Any]

SENT, DELIVERED, READ = 1, 2, 3

SCHEMA = """
create table if not exists messenger_chat (
    page integer not null, person integer not null, psid text not null unique, blocked integer not null default 0,
    written_at real not null default 0, quick_replies text, primary key (page, person)) without rowid;
create table if not exists messenger_message (
    page integer not null, id integer not null, person integer not null, mid text not null unique,
    outgoing integer not null, at_ms integer not null, ticks integer not null, body text not null,
    primary key (page, id)) without rowid;
create index if not exists messenger_message_of_chat on messenger_message (page, person, id);
"""
PSID_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Chat:
    """`written_at` (seconds) is when the person last did something that opens the window; 0 for never.

    `quick_replies` are those above the input now, as the Page sent them.
    """

    page: int
    person: int
    psid: str
    blocked: bool
    written_at: float
    quick_replies: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A message: `outgoing` when the Page sent it; `ticks` is how far it came; `body` is its content as sent, and
    what happened to it since (`edits`, `reaction`)."""

    id: int
    person: int
    mid: str
    outgoing: bool
    at_ms: int
    ticks: int
    body: Content


class Chats:
    """Keeps threads and messages."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(SCHEMA)

    def find(self, page: int, person: int) -> Chat | None:
        return self._chat("page = ? and person = ?", page, person)

    def by_psid(self, page: int, psid: str) -> Chat | None:
        return self._chat("page = ? and psid = ?", page, psid)

    def open(self, page: int, person: int) -> Chat:
        psid = str(secrets.randbelow(9 * 10 ** (PSID_DIGITS - 1)) + 10 ** (PSID_DIGITS - 1))
        self._database.execute(
            "insert or ignore into messenger_chat (page, person, psid) values (?, ?, ?)", (page, person, psid)
        )
        found = self.find(page, person)
        assert found is not None
        return found

    def block(self, chat: Chat, blocked: bool) -> None:
        self._change(chat, "blocked", blocked)

    def wrote(self, chat: Chat, at: float) -> None:
        self._change(chat, "written_at", at)

    def offer(self, chat: Chat, quick_replies: list[dict[str, Any]]) -> None:
        self._change(chat, "quick_replies", json.dumps(quick_replies) if quick_replies else None)

    def add(self, page: int, kept: Kept) -> None:
        self._database.execute(
            "insert into messenger_message values (?, ?, ?, ?, ?, ?, ?, ?)",
            (page, kept.id, kept.person, kept.mid, kept.outgoing, kept.at_ms, kept.ticks, json.dumps(kept.body)),
        )

    def message(self, page: int, person: int, message_id: int) -> Kept | None:
        return self._message("page = ? and person = ? and id = ?", page, person, message_id)

    def by_mid(self, page: int, person: int, mid: str) -> Kept | None:
        return self._message("page = ? and person = ? and mid = ?", page, person, mid)

    def replace(self, page: int, kept: Kept) -> None:
        self._database.execute(
            "update messenger_message set body = ?, ticks = ? where page = ? and id = ?",
            (json.dumps(kept.body), kept.ticks, page, kept.id),
        )

    def delete(self, page: int, message_id: int) -> None:
        self._database.execute("delete from messenger_message where page = ? and id = ?", (page, message_id))

    def raise_ticks(self, page: int, person: int, outgoing: bool, ticks: int) -> list[Kept]:
        """Everything of one side has come this far; gives the messages that had not, oldest first."""
        rows = self._database.execute(
            """update messenger_message set ticks = ? where page = ? and person = ? and outgoing = ? and ticks < ?
               returning *""",
            (ticks, page, person, outgoing, ticks),
        ).fetchall()
        return sorted(map(_kept, rows), key=lambda kept: kept.id)

    def page_of(self, page: int, person: int, before: int | None, most: int) -> list[Kept]:
        """Up to `most` messages older than `before`, oldest first."""
        rows = self._database.execute(
            "select * from messenger_message where page = ? and person = ? and id < ? order by id desc limit ?",
            (page, person, before or 2**62, most),
        ).fetchall()
        return [_kept(row) for row in reversed(rows)]

    def _change(self, chat: Chat, column: str, value: object) -> None:
        self._database.execute(
            f"update messenger_chat set {column} = ? where page = ? and person = ?",  # noqa: S608 # nosec B608 # our own column names
            (value, chat.page, chat.person),
        )

    def _chat(self, where: str, *values: object) -> Chat | None:
        row = self._database.execute(f"select * from messenger_chat where {where}", values).fetchone()  # noqa: S608 # nosec B608 # our own words
        if row is None:
            return None
        replies = json.loads(row["quick_replies"]) if row["quick_replies"] else []
        return Chat(row["page"], row["person"], row["psid"], bool(row["blocked"]), row["written_at"], replies)

    def _message(self, where: str, *values: object) -> Kept | None:
        row = self._database.execute(f"select * from messenger_message where {where}", values).fetchone()  # noqa: S608 # nosec B608 # our own words
        return _kept(row) if row else None


def new_mid() -> str:
    return f"m_{secrets.token_urlsafe(60)}"


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(
        row["id"], row["person"], row["mid"], bool(row["outgoing"]), row["at_ms"], row["ticks"], json.loads(row["body"])
    )
