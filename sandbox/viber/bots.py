"""The accounts that have called: known by their token, with the webhook that their callbacks go to."""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from sandbox import house

FIRST_TOKEN = 5_900_000_000_000_000_000
TOKEN_STEP = 7_919_000_003

SCHEMA = """
create table if not exists viber_bot (
    id integer primary key autoincrement, token text not null unique, name text not null,
    url text not null default '', events text not null default '[]', root text not null default '',
    sent integer not null default 0);
"""


@dataclass(frozen=True, slots=True)
class Bot:
    """`url` is empty until a webhook is set; `root` is where this platform stands, as the bot itself calls it."""

    id: int
    name: str
    token: str = field(repr=False)
    url: str = ""
    events: tuple[str, ...] = ()
    root: str = ""

    @property
    def account(self) -> str:
        return f"pa:{5_075_000_000_000_000 + self.id}"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "name": self.name, "username": f"tellerbank{self.id}", "description": "",
            "short_description": "", "commands": [], "connected": bool(self.url),
        }  # fmt: skip


class Bots:
    """Keeps the accounts. One exists from its first call on."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(SCHEMA)

    def find(self, bot_id: int) -> Bot | None:
        return self._one("id", bot_id)

    def all(self) -> list[Bot]:
        return [_bot(row) for row in self._database.execute("select * from viber_bot order by id")]

    def appear(self, token: str, root: str) -> tuple[Bot, bool]:
        """The account of a token, and whether it was never seen before."""
        known = self._one("token", token)
        if known is None:
            first = self._database.execute("select count(*) from viber_bot").fetchone()[0] == 0
            name = house.of(self._database).name if first else "Another account"
            self._database.execute("insert into viber_bot (token, name, root) values (?, ?, ?)", (token, name, root))
        elif known.root != root:
            self._database.execute("update viber_bot set root = ? where token = ?", (root, token))
        found = self._one("token", token)
        assert found is not None
        return found, known is None

    def set_webhook(self, bot: int, url: str, events: tuple[str, ...]) -> None:
        self._database.execute("update viber_bot set url = ?, events = ? where id = ?", (url, json.dumps(events), bot))

    def next_token(self, bot: int) -> int:
        """A message_token: bigger than a double can hold, and growing."""
        row = self._database.execute("update viber_bot set sent = sent + 1 where id = ? returning sent", (bot,))
        return FIRST_TOKEN + int(row.fetchone()["sent"]) * TOKEN_STEP + bot

    def _one(self, column: str, value: int | str) -> Bot | None:
        row = self._database.execute(f"select * from viber_bot where {column} = ?", (value,)).fetchone()  # noqa: S608 # nosec B608 # the column is one of two names above
        return _bot(row) if row else None


def _bot(row: sqlite3.Row) -> Bot:
    return Bot(row["id"], row["name"], row["token"], row["url"], tuple(json.loads(row["events"])), row["root"])
