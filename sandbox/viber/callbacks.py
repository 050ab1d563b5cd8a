"""Callbacks that an account has not taken yet, in order for each person, kept over a restart for an hour."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from sandbox.viber.limits import CALLBACK_KEPT_S

SCHEMA = """
create table if not exists viber_callback (
    id integer primary key autoincrement, bot integer not null, person integer not null, at real not null,
    tries integer not null default 0, body text not null);
create index if not exists viber_callback_of_chat on viber_callback (bot, person, id);
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """One callback; `body` is the very text that is signed and sent."""

    id: int
    tries: int
    body: str

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Callbacks:
    """The queues of all chats."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(SCHEMA)

    def add(self, bot: int, person: int, at: float, event: dict[str, Any]) -> None:
        self._database.execute(
            "insert into viber_callback (bot, person, at, body) values (?, ?, ?, ?)",
            (bot, person, at, json.dumps(event, ensure_ascii=False)),
        )

    def first(self, bot: int, person: int, now: float) -> Pending | None:
        """The oldest of a chat; what is older than an hour is given up."""
        self._database.execute(
            "delete from viber_callback where bot = ? and person = ? and at < ?", (bot, person, now - CALLBACK_KEPT_S)
        )
        row = self._database.execute(
            "select id, tries, body from viber_callback where bot = ? and person = ? order by id limit 1", (bot, person)
        ).fetchone()
        return Pending(**dict(row)) if row else None

    def chats(self) -> list[tuple[int, int]]:
        """Bot and person of every chat with something to deliver."""
        rows = self._database.execute("select distinct bot, person from viber_callback")
        return [(row["bot"], row["person"]) for row in rows]

    def failed(self, callback: int) -> None:
        self._database.execute("update viber_callback set tries = tries + 1 where id = ?", (callback,))

    def remove(self, callback: int) -> None:
        self._database.execute("delete from viber_callback where id = ?", (callback,))

    def drop(self, bot: int) -> None:
        self._database.execute("delete from viber_callback where bot = ?", (bot,))
