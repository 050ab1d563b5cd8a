"""The bots that have called: who they are, how they want their updates, and the numbers they count by."""

import json
import sqlite3
from dataclasses import dataclass, field, fields, replace
from typing import Any

from sandbox import house
from sandbox.telegram.limits import CONNECTIONS_DEFAULT

SCHEMA = """
create table if not exists telegram_bot (id integer primary key, body text not null);
create table if not exists telegram_counter (
    bot integer not null, name text not null, value integer not null, primary key (bot, name)) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates go. An empty `url` means the bot asks for them itself."""

    url: str = ""
    secret: str = field(default="", repr=False)
    max_connections: int = CONNECTIONS_DEFAULT
    last_error_at: int | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class Bot:
    """One bot; `id` is the digits before the colon of its token."""

    id: int
    name: str
    username: str
    description: str = ""
    short_description: str = ""
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    allowed_updates: tuple[str, ...] = ()
    webhook: Webhook = Webhook()

    def as_user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


class Bots:
    """Keeps the bots. A bot exists from its first call on."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(SCHEMA)
        rows = database.execute("select body from telegram_bot order by rowid")
        self._known = {bot.id: bot for bot in map(_read, rows)}

    def find(self, bot_id: int) -> Bot | None:
        return self._known.get(bot_id)

    def all(self) -> list[Bot]:
        return list(self._known.values())

    def appear(self, bot_id: int) -> tuple[Bot, bool]:
        """The bot of a token, and whether it was never seen before."""
        if bot := self._known.get(bot_id):
            return bot, False
        bank = house.of(self._database)
        first = not self._known
        name, handle = (bank.name, bank.handle) if first else (f"Bot {bot_id}", f"b{bot_id}")
        bot = Bot(bot_id, name, f"{handle}_bot")
        self.save(bot)
        return bot, True

    def save(self, bot: Bot) -> None:
        self._known[bot.id] = bot
        self._database.execute(
            "insert into telegram_bot values (?, ?) on conflict (id) do update set body = excluded.body",
            (bot.id, json.dumps(_as_dict(bot))),
        )

    def change(self, bot_id: int, **changes: Any) -> Bot:
        bot = replace(self._known[bot_id], **changes)
        self.save(bot)
        return bot

    def next(self, bot_id: int, name: str) -> int:
        """The next number of a bot's own count of messages, updates or files, from 1."""
        row = self._database.execute(
            """insert into telegram_counter values (?, ?, 1)
               on conflict (bot, name) do update set value = value + 1 returning value""",
            (bot_id, name),
        ).fetchone()
        return int(row["value"])


def _as_dict(bot: Bot) -> dict[str, Any]:
    flat = {each.name: getattr(bot, each.name) for each in fields(bot)}
    return flat | {"webhook": {each.name: getattr(bot.webhook, each.name) for each in fields(bot.webhook)}}


def _read(row: sqlite3.Row) -> Bot:
    body = json.loads(row["body"])
    hook = Webhook(**body.pop("webhook"))
    return Bot(**body | {"allowed_updates": tuple(body["allowed_updates"]), "webhook": hook})
