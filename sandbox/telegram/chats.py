"""Chats and their messages, kept in the Bot API's own shape as the bot saw them."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]

SCHEMA = """
create table if not exists telegram_chat (
    bot integer not null, person integer not null, blocked integer not null default 0,
    keyboard text, primary key (bot, person)) without rowid;
create table if not exists telegram_message (
    bot integer not null, id integer not null, person integer not null, outgoing integer not null,
    ticks integer not null, body text not null, primary key (bot, id)) without rowid;
create index if not exists telegram_message_of_chat on telegram_message (bot, person, id);
"""


@dataclass(frozen=True, slots=True)
class Chat:
    """A private chat of one bot and one person; `keyboard` is the reply keyboard on the phone now."""

    bot: int
    person: int
    blocked: bool
    keyboard: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A message with what the platform knows besides: whose it is, and how far it came (ticks 1 or 2)."""

    message: Message
    outgoing: bool
    ticks: int


class Chats:
    """Keeps chats and messages."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(SCHEMA)

    def find(self, bot: int, person: int) -> Chat | None:
        row = self._database.execute(
            "select * from telegram_chat where bot = ? and person = ?", (bot, person)
        ).fetchone()
        if row is None:
            return None
        keyboard = json.loads(row["keyboard"]) if row["keyboard"] else None
        return Chat(row["bot"], row["person"], bool(row["blocked"]), keyboard)

    def open(self, bot: int, person: int) -> Chat:
        self._database.execute("insert or ignore into telegram_chat (bot, person) values (?, ?)", (bot, person))
        found = self.find(bot, person)
        assert found is not None
        return found

    def block(self, bot: int, person: int, blocked: bool) -> None:
        self._database.execute(
            "update telegram_chat set blocked = ? where bot = ? and person = ?", (blocked, bot, person)
        )

    def set_keyboard(self, bot: int, person: int, keyboard: dict[str, Any] | None) -> None:
        self._database.execute(
            "update telegram_chat set keyboard = ? where bot = ? and person = ?",
            (json.dumps(keyboard) if keyboard else None, bot, person),
        )

    def add(self, bot: int, person: int, message: Message, outgoing: bool) -> Kept:
        """`outgoing` is from the bot's side: true for what the bot sent."""
        kept = Kept(message, outgoing, 2 if outgoing else 1)
        self._database.execute(
            "insert into telegram_message values (?, ?, ?, ?, ?, ?)",
            (bot, message["message_id"], person, outgoing, kept.ticks, json.dumps(message)),
        )
        return kept

    def message(self, bot: int, person: int, message_id: int) -> Kept | None:
        row = self._database.execute(
            "select * from telegram_message where bot = ? and id = ? and person = ?", (bot, message_id, person)
        ).fetchone()
        return _kept(row) if row else None

    def replace(self, bot: int, message: Message) -> None:
        self._database.execute(
            "update telegram_message set body = ? where bot = ? and id = ?",
            (json.dumps(message), bot, message["message_id"]),
        )

    def delete(self, bot: int, message_id: int) -> None:
        self._database.execute("delete from telegram_message where bot = ? and id = ?", (bot, message_id))

    def tick(self, bot: int, message_id: int) -> bool:
        """The bot has it now. False when it was known already, or the message is gone."""
        changed = self._database.execute(
            "update telegram_message set ticks = 2 where bot = ? and id = ? and ticks < 2", (bot, message_id)
        )
        return changed.rowcount > 0

    def page(self, bot: int, person: int, before: int | None, most: int) -> list[Kept]:
        """Up to `most` messages older than `before`, oldest first."""
        rows = self._database.execute(
            """select * from telegram_message where bot = ? and person = ? and id < ?
               order by id desc limit ?""",
            (bot, person, before or 2**62, most),
        ).fetchall()
        return [_kept(row) for row in reversed(rows)]


def _kept(row: sqlite3.Row) -> Kept:
    return Kept(json.loads(row["body"]), bool(row["outgoing"]), row["ticks"])
