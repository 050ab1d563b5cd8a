"""Updates that a bot has not taken yet, in order, kept over a restart for a day."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.limits import UPDATE_KEPT_S, UPDATE_KINDS, UPDATE_KINDS_ON_REQUEST

SCHEMA = """
create table if not exists telegram_update (
    bot integer not null, id integer not null, person integer not null, at real not null,
    tries integer not null default 0, due_at real not null, body text not null,
    primary key (bot, id)) without rowid
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """One update to deliver; the updates of one person go one after another."""

    id: int
    person: int
    tries: int
    due_at: float
    body: dict[str, Any]


def wanted(kind: str, allowed: tuple[str, ...]) -> bool:
    """Whether a bot that asked for `allowed` gets updates of this kind; an empty list is the platform's default."""
    return kind in allowed if allowed else kind not in UPDATE_KINDS_ON_REQUEST


def allowed_kinds(given: Any) -> tuple[str, ...]:
    """Unknown names are ignored, as the platform does."""
    return tuple(kind for kind in given if kind in UPDATE_KINDS) if isinstance(given, list) else ()


class Updates:
    """The queue of every bot."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def add(self, bot: int, update_id: int, person: int, at: float, body: dict[str, Any]) -> None:
        self._database.execute("delete from telegram_update where bot = ? and at < ?", (bot, at - UPDATE_KEPT_S))
        self._database.execute(
            "insert into telegram_update (bot, id, person, at, due_at, body) values (?, ?, ?, ?, ?, ?)",
            (bot, update_id, person, at, at, json.dumps({"update_id": update_id, **body})),
        )

    def count(self, bot: int) -> int:
        row = self._database.execute("select count(*) from telegram_update where bot = ?", (bot,)).fetchone()
        return int(row[0])

    def first(self, bot: int, most: int) -> list[Pending]:
        rows = self._database.execute("select * from telegram_update where bot = ? order by id limit ?", (bot, most))
        return [_pending(row) for row in rows]

    def heads(self, bot: int, most: int) -> list[Pending]:
        """The oldest update of each person, by age: what may be delivered side by side."""
        rows = self._database.execute(
            """select * from telegram_update where bot = ? and id in
               (select min(id) from telegram_update where bot = ? group by person) order by id limit ?""",
            (bot, bot, most),
        )
        return [_pending(row) for row in rows]

    def postpone(self, bot: int, update_id: int, due_at: float) -> None:
        self._database.execute(
            "update telegram_update set tries = tries + 1, due_at = ? where bot = ? and id = ?",
            (due_at, bot, update_id),
        )

    def hurry(self, bot: int) -> None:
        """A new webhook does not wait out the pauses of the old one."""
        self._database.execute("update telegram_update set due_at = at, tries = 0 where bot = ?", (bot,))

    def remove(self, bot: int, update_id: int) -> None:
        self._database.execute("delete from telegram_update where bot = ? and id = ?", (bot, update_id))

    def confirm_below(self, bot: int, offset: int) -> list[Pending]:
        """Takes away, and gives, all updates before `offset`."""
        rows = self._database.execute(
            "delete from telegram_update where bot = ? and id < ? returning *", (bot, offset)
        ).fetchall()
        return [_pending(row) for row in rows]

    def keep_last(self, bot: int, most: int) -> None:
        """A negative offset forgets all but the last few."""
        self._database.execute(
            """delete from telegram_update where bot = ? and id not in
               (select id from telegram_update where bot = ? order by id desc limit ?)""",
            (bot, bot, most),
        )

    def drop(self, bot: int) -> None:
        self._database.execute("delete from telegram_update where bot = ?", (bot,))


def _pending(row: sqlite3.Row) -> Pending:
    return Pending(row["id"], row["person"], row["tries"], row["due_at"], json.loads(row["body"]))
