"""The platform's state in one place, and the two ways a message crosses it: from a bot, and from a person."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.phones.database import transaction
from sandbox.phones.hub import Hub
from sandbox.phones.people import People, Person
from sandbox.telegram.bots import Bot, Bots
from sandbox.telegram.bubbles import bubble, keyboard
from sandbox.telegram.chats import Chat, Chats, Kept, Message
from sandbox.telegram.failures import bad_request, forbidden
from sandbox.telegram.faults import Faults
from sandbox.telegram.files import Files
from sandbox.telegram.pace import Pace
from sandbox.telegram.queries import Queries
from sandbox.telegram.updates import Pending, Updates, wanted

Clock = Callable[[], float]


class Platform:
    """Telegram, for as many bots and people as come. Not for use from several event loops."""

    def __init__(
        self, database: sqlite3.Connection, people: People, hub: Hub, clock: Clock = time.time, paced: bool = True
    ) -> None:
        self.database, self.people, self.hub, self.clock = database, people, hub, clock
        self.bots, self.chats, self.files = Bots(database), Chats(database), Files(database)
        self.updates, self.queries = Updates(database), Queries(database)
        self.pace, self.faults = Pace(clock, paced), Faults()
        self._arrivals: dict[int, asyncio.Event] = {}

    def arrival(self, bot: int) -> asyncio.Event:
        """Set whenever something happens that whoever delivers the updates of this bot should look at."""
        return self._arrivals.setdefault(bot, asyncio.Event())

    def bot_of(self, bot_id: int) -> Bot:
        bot, new = self.bots.appear(bot_id)
        if new:
            self.hub.tell_everyone({"kind": "bots"})
        return bot

    def note_webhook_error(self, bot: int, words: str) -> None:
        """For getWebhookInfo; a webhook that was taken away meanwhile keeps nothing."""
        hook = self.bots.appear(bot)[0].webhook
        if hook.url:
            self.bots.change(bot, webhook=replace(hook, last_error_at=int(self.clock()), last_error=words))

    # From a bot

    def chat_for(self, bot: Bot, chat_id: int | str | None) -> tuple[Chat, Person]:
        """Where a bot may write. Raises Refused: chat not found, blocked, or too fast."""
        if chat_id is None or chat_id == "":
            raise bad_request("chat_id is empty")
        person = self.people.find(int(chat_id)) if str(chat_id).isascii() and str(chat_id).isdigit() else None
        chat = self.chats.find(bot.id, person.id) if person else None
        if person is None or chat is None:
            raise bad_request("chat not found")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        self.pace.take(bot.id, person.id)
        return chat, person

    def post(self, bot: Bot, chat: Chat, person: Person, content: Message) -> Message:
        """A new message of the bot; `content` may carry `reply_markup` of any kind."""
        markup = content.pop("reply_markup", None)
        message = self._head(bot, person) | {"from": bot.as_user()} | content
        if markup and "inline_keyboard" in markup:
            message["reply_markup"] = markup
        with transaction(self.database):
            kept = self.chats.add(bot.id, person.id, message, outgoing=True)
            if markup and ("keyboard" in markup or "remove_keyboard" in markup):
                self.set_keyboard(chat, markup if "keyboard" in markup else None)
        self.tell(bot.id, person.id, "message", bubble=bubble(kept))
        return message

    def set_keyboard(self, chat: Chat, markup: dict[str, Any] | None) -> None:
        self.chats.set_keyboard(chat.bot, chat.person, markup)
        self.tell(chat.bot, chat.person, "keyboard", keyboard=keyboard(markup))

    def replace(self, bot: Bot, person: int, kept: Kept, message: Message) -> None:
        self.chats.replace(bot.id, message)
        self.tell(bot.id, person, "edited", bubble=bubble(Kept(message, kept.outgoing, kept.ticks)))

    def remove(self, bot: int, person: int, message_id: int) -> None:
        self.chats.delete(bot, message_id)
        self.tell(bot, person, "deleted", id=message_id)

    # From a person

    def say(self, bot: Bot, person: Person, content: Message) -> Kept:
        """A new message of the person, on its way to the bot."""
        message = self._head(bot, person) | {"from": as_user(person)} | content
        with transaction(self.database):
            kept = self.chats.add(bot.id, person.id, message, outgoing=False)
            self.update(bot.id, person.id, "message", message)
        self.tell(bot.id, person.id, "message", bubble=bubble(kept))
        return kept

    def update(self, bot_id: int, person: int, kind: str, body: dict[str, Any]) -> None:
        """Queue one update for a bot, if the bot wants this kind."""
        bot = self.bots.find(bot_id)
        if bot is None or not wanted(kind, bot.allowed_updates):
            return
        with transaction(self.database):
            self.updates.add(bot_id, self.bots.next(bot_id, "update"), person, self.clock(), {kind: body})
        self.arrival(bot_id).set()

    def taken(self, bot: int, updates: list[Pending]) -> None:
        """The bot has these updates: the second tick."""
        for update in updates:
            message = update.body.get("message")
            if message and self.chats.tick(bot, message["message_id"]):
                self.tell(bot, update.person, "ticks", id=message["message_id"], ticks=2)

    def tell(self, bot: int, person: int, kind: str, **more: Any) -> None:
        self.hub.tell(person, {"kind": kind, "channel": "telegram", "bot": bot, **more})

    def _head(self, bot: Bot, person: Person) -> Message:
        number = self.bots.next(bot.id, "message")
        return {"message_id": number, "date": int(self.clock()), "chat": as_chat(person)}


def as_user(person: Person) -> dict[str, Any]:
    user: dict[str, Any] = {"id": person.id, "is_bot": False, "first_name": person.first_name}
    if person.last_name:
        user["last_name"] = person.last_name
    return user | {"language_code": person.language}


def as_chat(person: Person) -> dict[str, Any]:
    user = as_user(person)
    return {key: user[key] for key in ("id", "first_name", "last_name") if key in user} | {"type": "private"}
