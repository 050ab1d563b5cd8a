"""Chats of accounts and people, and their messages, kept in Viber's own shape."""

import json
import sqlite3
from base64 import b64encode
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

Message = dict[str, Any]

SCHEMA = """
create table if not exists viber_chat (
    bot integer not null, person integer not null, user text not null unique,
    subscribed integer not null default 0, blocked integer not null default 0,
    keyboard text, tracking text not null default '', primary key (bot, person)) without rowid;
create table if not exists viber_message (
    id integer primary key autoincrement, bot integer not null, person integer not null, outgoing integer not null,
    at real not null, ticks integer not null, token integer not null, file text, body text not null);
create index if not exists viber_message_of_chat on viber_message (bot, person, id);
create unique index if not exists viber_message_by_token on viber_message (bot, token);
"""


@dataclass(frozen=True, slots=True)
class Chat:
    """`user` is how this account calls the person; another account has another name for them.

    `tracking` is the tracking_data of the last message, which goes back with whatever the person says next.
    """

    bot: int
    person: int
    user: str
    subscribed: bool
    blocked: bool
    keyboard: dict[str, Any] | None
    tracking: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A message on the phone. Ticks of a person's own: 1 sent, 2 delivered; of the bot's: 2 delivered, 3 seen."""

    id: int
    outgoing: bool
    at: float
    ticks: int
    token: int
    file: str | None
    message: Message


class Chats:
    """Keeps chats and messages."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(SCHEMA)

    def find(self, bot: int, person: int) -> Chat | None:
        return self._one("select * from viber_chat where bot = ? and person = ?", bot, person)

    def by_user(self, bot: int, user: str) -> Chat | None:
        return self._one("select * from viber_chat where bot = ? and user = ?", bot, user)

    def open(self, bot: int, person: int) -> Chat:
        self._database.execute(
            "insert or ignore into viber_chat (bot, person, user) values (?, ?, ?)", (bot, person, _user(bot, person))
        )
        found = self.find(bot, person)
        assert found is not None
        return found

    def subscribe(self, chat: Chat, subscribed: bool, blocked: bool) -> None:
        self._database.execute(
            "update viber_chat set subscribed = ?, blocked = ? where bot = ? and person = ?",
            (subscribed, blocked, chat.bot, chat.person),
        )

    def subscribers(self, bot: int) -> int:
        row = self._database.execute("select count(*) from viber_chat where bot = ? and subscribed", (bot,)).fetchone()
        return int(row[0])

    def leave_on_phone(self, chat: Chat, keyboard: dict[str, Any] | None, tracking: str) -> None:
        """The last keyboard stays until another comes; the tracking data is that of the last message."""
        self._database.execute(
            """update viber_chat set keyboard = coalesce(?, keyboard), tracking = ? where bot = ? and person = ?""",
            (json.dumps(keyboard) if keyboard else None, tracking, chat.bot, chat.person),
        )

    def add(self, chat: Chat, outgoing: bool, at: float, token: int, message: Message, file: str | None = None) -> Kept:
        """`outgoing` is from the bot's side: true for what the bot sent."""
        ticks = 2 if outgoing else 1
        made = self._database.execute(
            """insert into viber_message (bot, person, outgoing, at, ticks, token, file, body)
               values (?, ?, ?, ?, ?, ?, ?, ?) returning id""",
            (chat.bot, chat.person, outgoing, at, ticks, token, file, json.dumps(message)),
        ).fetchone()
        return Kept(made["id"], outgoing, at, ticks, token, file, message)

    def message(self, chat: Chat, message_id: int) -> Kept | None:
        row = self._database.execute(
            "select * from viber_message where bot = ? and person = ? and id = ?", (chat.bot, chat.person, message_id)
        ).fetchone()
        return _kept(row) if row else None

    def page(self, bot: int, person: int, before: int | None, most: int) -> list[Kept]:
        """Up to `most` messages older than `before`, oldest first."""
        rows = self._database.execute(
            "select * from viber_message where bot = ? and person = ? and id < ? order by id desc limit ?",
            (bot, person, before or 2**62, most),
        ).fetchall()
        return [_kept(row) for row in reversed(rows)]

    def tick(self, bot: int, token: int, ticks: int) -> int | None:
        """Raises the ticks of a message; gives its id when they were fewer."""
        row = self._database.execute(
            "update viber_message set ticks = ? where bot = ? and token = ? and ticks < ? returning id",
            (ticks, bot, token, ticks),
        ).fetchone()
        return int(row["id"]) if row else None

    def unseen(self, bot: int, person: int) -> list[int]:
        """The tokens of what the bot sent and nobody has looked at."""
        rows = self._database.execute(
            "select token from viber_message where bot = ? and person = ? and outgoing and ticks < 3 order by id",
            (bot, person),
        )
        return [row["token"] for row in rows]

    def unanswered(self, chat: Chat, since: float) -> int:
        """How many messages the bot has sent since then without a word from the person."""
        row = self._database.execute(
            """select count(*) from viber_message where bot = :bot and person = :person and outgoing and at > :since
               and id > (select coalesce(max(id), 0) from viber_message
                         where bot = :bot and person = :person and not outgoing)""",
            {"bot": chat.bot, "person": chat.person, "since": since},
        ).fetchone()
        return int(row[0])

    def _one(self, query: str, *values: int | str) -> Chat | None:
        row = self._database.execute(query, values).fetchone()
        if row is None:
            return None
        keyboard = json.loads(row["keyboard"]) if row["keyboard"] else None
        subscribed, blocked = bool(row["subscribed"]), bool(row["blocked"])
        return Chat(row["bot"], row["person"], row["user"], subscribed, blocked, keyboard, row["tracking"])


def _user(bot: int, person: int) -> str:
    """Sixteen bytes in base64, with every sign of that alphabet, as Viber's own are."""
    return b64encode(blake2b(f"{bot}:{person}".encode(), digest_size=16).digest()).decode()


def _kept(row: sqlite3.Row) -> Kept:
    body = json.loads(row["body"])
    return Kept(row["id"], bool(row["outgoing"]), row["at"], row["ticks"], row["token"], row["file"], body)
