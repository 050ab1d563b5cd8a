"""News that an app has not taken yet, kept over a restart for the days that the platform goes on trying."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from sandbox.graph.limits import NEWS_KEPT_S

Entry = dict[str, Any]

SCHEMA = """
create table if not exists graph_news (
    id integer primary key autoincrement, face text not null, app text not null, object text not null,
    about text not null, at real not null, tries integer not null default 0, due_at real not null, body text not null);
create index if not exists graph_news_of_app on graph_news (face, app, id);
"""


@dataclass(frozen=True, slots=True)
class News:
    """One entry for one app. News about the same person leaves in order as long as nothing fails."""

    id: int
    app: str
    object: str
    about: str
    tries: int
    body: str

    @property
    def entry(self) -> Entry:
        found: Entry = json.loads(self.body)
        return found


class Newsroom:
    """Keeps the news of one face."""

    def __init__(self, database: sqlite3.Connection, face: str) -> None:
        self._database, self._face = database, face
        database.executescript(SCHEMA)

    def add(self, app: str, object_: str, about: str, at: float, due_at: float, entry: Entry) -> None:
        self._database.execute("delete from graph_news where face = ? and at < ?", (self._face, at - NEWS_KEPT_S))
        self._database.execute(
            "insert into graph_news (face, app, object, about, at, due_at, body) values (?, ?, ?, ?, ?, ?, ?)",
            (self._face, app, object_, about, at, due_at, json.dumps(entry)),
        )

    def due(self, app: str, now: float, most: int) -> list[News]:
        """What may leave now, the oldest first."""
        rows = self._database.execute(
            "select * from graph_news where face = ? and app = ? and due_at <= ? order by id limit ?",
            (self._face, app, now, most),
        )
        return [News(row["id"], row["app"], row["object"], row["about"], row["tries"], row["body"]) for row in rows]

    def next_due_at(self, app: str, now: float) -> float | None:
        """When the next pause ends; None when nothing waits one out."""
        found = self._database.execute(
            "select min(due_at) from graph_news where face = ? and app = ? and due_at > ?", (self._face, app, now)
        ).fetchone()[0]
        return None if found is None else float(found)

    def count(self, app: str) -> int:
        row = self._database.execute(
            "select count(*) from graph_news where face = ? and app = ?", (self._face, app)
        ).fetchone()
        return int(row[0])

    def postpone(self, news_id: int, due_at: float) -> None:
        self._database.execute("update graph_news set tries = tries + 1, due_at = ? where id = ?", (due_at, news_id))

    def hurry(self, app: str) -> None:
        """A new callback does not wait out the pauses of the old one."""
        self._database.execute(
            "update graph_news set due_at = at, tries = 0 where face = ? and app = ?", (self._face, app)
        )

    def remove(self, news_id: int) -> None:
        self._database.execute("delete from graph_news where id = ?", (news_id,))

    def drop(self, app: str) -> None:
        self._database.execute("delete from graph_news where face = ? and app = ?", (self._face, app))
