"""The apps that subscribed to news: their secrets, and where what goes."""

import json
import sqlite3
from dataclasses import dataclass, field

SCHEMA = """
create table if not exists graph_subscription (
    face text not null, app text not null, object text not null, secret text not null,
    callback_url text not null, verify_token text not null, fields text not null,
    primary key (face, app, object)) without rowid
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """An app gets news of `fields` of one kind of object at `callback_url`, signed with its secret."""

    app: str
    object: str
    callback_url: str
    fields: tuple[str, ...]
    secret: str = field(repr=False)
    verify_token: str = field(repr=False)


class Apps:
    """Keeps the subscriptions of one face."""

    def __init__(self, database: sqlite3.Connection, face: str) -> None:
        self._database, self._face = database, face
        database.execute(SCHEMA)

    def find(self, app: str, object_: str) -> Subscription | None:
        return next((each for each in self.all() if (each.app, each.object) == (app, object_)), None)

    def all(self) -> list[Subscription]:
        rows = self._database.execute("select * from graph_subscription where face = ?", (self._face,))
        return [_read(row) for row in rows]

    def wanting(self, object_: str, field_: str) -> list[Subscription]:
        """Every app that shall hear of this."""
        return [each for each in self.all() if each.object == object_ and field_ in each.fields]

    def save(self, new: Subscription) -> None:
        """The secret is the app's: a new one counts for all its subscriptions."""
        self._database.execute(
            "insert or replace into graph_subscription values (?, ?, ?, ?, ?, ?, ?)",
            (self._face, new.app, new.object, new.secret, new.callback_url, new.verify_token, json.dumps(new.fields)),
        )
        self._database.execute(
            "update graph_subscription set secret = ? where face = ? and app = ?", (new.secret, self._face, new.app)
        )

    def remove(self, app: str, object_: str = "") -> None:
        """All of an app's when no object is named."""
        self._database.execute(
            "delete from graph_subscription where face = ? and app = ? and ? in ('', object)",
            (self._face, app, object_),
        )


def _read(row: sqlite3.Row) -> Subscription:
    return Subscription(
        row["app"], row["object"], row["callback_url"], tuple(json.loads(row["fields"])), row["secret"],
        row["verify_token"],
    )  # fmt: skip
