"""Callback queries: a tapped inline button that waits for the bot's answer."""

import sqlite3
from dataclasses import dataclass

SCHEMA = """
create table if not exists telegram_query (
    id integer primary key autoincrement, bot integer not null, person integer not null, at real not null)
"""
FIRST_ID = 4_000_000_000_000_000_000
KEPT_S = 3600


@dataclass(frozen=True, slots=True)
class Query:
    """Asked at `at` (seconds)."""

    id: int
    bot: int
    person: int
    at: float


class Queries:
    """Keeps the queries that are not answered yet."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def ask(self, bot: int, person: int, at: float) -> Query:
        self._database.execute("delete from telegram_query where at < ?", (at - KEPT_S,))
        made = self._database.execute(
            """insert into telegram_query
               values ((select max(?, coalesce(max(seq), 0)) + 1 from sqlite_sequence where name = 'telegram_query'),
                       ?, ?, ?) returning id""",
            (FIRST_ID, bot, person, at),
        ).fetchone()
        return Query(made["id"], bot, person, at)

    def take(self, bot: int, query_id: str) -> Query | None:
        """A query can be answered once."""
        if not (query_id.isascii() and query_id.isdigit() and len(query_id) < 20):
            return None
        row = self._database.execute(
            "delete from telegram_query where id = ? and bot = ? returning *", (int(query_id), bot)
        ).fetchone()
        return Query(**dict(row)) if row else None
