"""The platform's state in one place, and the two ways a message crosses it: from an account, and from a person."""

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sandbox.phones.database import transaction
from sandbox.phones.files import Files
from sandbox.phones.hub import Hub
from sandbox.phones.people import People, Person
from sandbox.viber import keyboards
from sandbox.viber.answers import HOSTNAME, Refused
from sandbox.viber.bots import Bot, Bots
from sandbox.viber.bubbles import bubble, keyboard
from sandbox.viber.callbacks import Callbacks
from sandbox.viber.chats import Chat, Chats, Kept, Message
from sandbox.viber.faults import Faults
from sandbox.viber.limits import EVENTS_ALWAYS, PHONE_API_VERSION, UNANSWERED_MAX, UNANSWERED_WITHIN_S
from sandbox.viber.media import CannotShow, Media

Clock = Callable[[], float]
COUNTRY = "UA"
# The phone knows the sides of a picture; Viber does not tell them.
OF_PHONE = ("width", "height")


class Platform:
    """Viber, for as many accounts and people as come. Not for use from several event loops."""

    def __init__(
        self, database: sqlite3.Connection, people: People, hub: Hub, clock: Clock = time.time, paced: bool = True
    ) -> None:
        self.database, self.people, self.hub, self.clock, self.paced = database, people, hub, clock, paced
        self.bots, self.chats, self.files = Bots(database), Chats(database), Files(database)
        self.callbacks, self.faults, self.media = Callbacks(database), Faults(), Media(self.files)
        self.arrived: Callable[[int, int], None] = nobody_carries
        self._drawing: dict[tuple[int, int], asyncio.Lock] = {}

    def bot_of(self, token: str, root: str) -> Bot:
        bot, new = self.bots.appear(token, root)
        if new:
            self.hub.tell_everyone({"kind": "bots"})
        return bot

    # From an account

    def chat_for(self, bot: Bot, receiver: Any) -> Chat:
        """Where an account may write. Raises Refused: not registered, not subscribed, or too much at once."""
        chat = self.chats.by_user(bot.id, receiver) if isinstance(receiver, str) else None
        if chat is None:
            raise Refused(5, "receiverNotRegistered")
        if not chat.subscribed:
            raise Refused(6, "receiverNotSubscribed")
        since = self.clock() - UNANSWERED_WITHIN_S
        if self.paced and self.chats.unanswered(chat, since) >= UNANSWERED_MAX:
            raise Refused(12, "tooManyRequests")
        return chat

    async def show(self, bot: Bot, chat: Chat, message: Message, request: dict[str, Any]) -> int:
        """Puts a taken message on the phone and gives its token; what the phone cannot draw fails afterwards."""
        token = self.bots.next_token(bot.id)
        async with self._drawing.setdefault((bot.id, chat.person), asyncio.Lock()):
            try:
                file = await self.media.fetch(message)
                _draw(request)
            except CannotShow as reason:
                self.receipt(chat, "failed", token, desc=str(reason))
                return token
            self._lay_down(chat, message, request, token, file)
        return token

    def _lay_down(self, chat: Chat, message: Message, request: dict[str, Any], token: int, file: str | None) -> None:
        given = request.get("keyboard")
        with transaction(self.database):
            self.chats.leave_on_phone(chat, given, request.get("tracking_data") or "")
            kept = self.chats.add(chat, True, self.clock(), token, message, file) if message else None
        if kept:
            self.tell(chat, "message", bubble=bubble(kept))
        if given:
            self.tell(chat, "keyboard", keyboard=keyboard(given))
        self.receipt(chat, "delivered", token)
        if self.hub.watched(chat.person):
            self.seen(chat)

    def seen(self, chat: Chat) -> None:
        """Somebody looks at the chat."""
        for token in self.chats.unseen(chat.bot, chat.person):
            self.chats.tick(chat.bot, token, 3)
            self.receipt(chat, "seen", token)

    def receipt(self, chat: Chat, event: str, token: int, **more: Any) -> None:
        self.call_back(chat, event, message_token=token, user_id=chat.user, **more)

    # From a person

    def say(self, bot: Bot, person: Person, message: Message, file: str | None = None, silent: bool = False) -> Kept:
        """A new message of the person; whoever writes is subscribed from then on. Silent ones are not on the phone."""
        chat = self.chats.open(bot.id, person.id)
        token = self.bots.next_token(bot.id)
        kept = Kept(0, False, self.clock(), 1, token, file, message)
        with transaction(self.database):
            self.chats.subscribe(chat, subscribed=True, blocked=False)
            if not silent:
                kept = self.chats.add(chat, False, self.clock(), token, message, file)
            sent = {name: value for name, value in message.items() if name not in OF_PHONE}
            sent |= {"tracking_data": chat.tracking} if chat.tracking else {}
            known = {"sender": user_of(chat, person), "message": sent, "silent": silent}
            self.call_back(chat, "message", message_token=token, **known)
        if not silent:
            self.tell(chat, "message", bubble=bubble(kept))
        return kept

    def call_back(self, chat: Chat, event: str, **more: Any) -> None:
        """Queue one callback, if the account has a webhook and wants this kind."""
        bot = self.bots.find(chat.bot)
        if bot is None or not bot.url or event not in (*EVENTS_ALWAYS, *bot.events):
            return
        now = self.clock()
        head = {"event": event, "timestamp": int(now * 1000), "chat_hostname": HOSTNAME}
        token = more.pop("message_token", None) or self.bots.next_token(bot.id)
        self.callbacks.add(bot.id, chat.person, now, head | {"message_token": token} | more)
        self.arrived(bot.id, chat.person)

    def taken(self, chat: Chat, event: dict[str, Any]) -> None:
        """The account has this callback: a message of the person gets its second tick."""
        if event["event"] != "message":
            return
        message_id = self.chats.tick(chat.bot, event["message_token"], 2)
        if message_id:
            self.tell(chat, "ticks", id=message_id, ticks=2)

    def tell(self, chat: Chat, kind: str, **more: Any) -> None:
        self.hub.tell(chat.person, {"kind": kind, "channel": "viber", "bot": chat.bot, **more})


def nobody_carries(_bot: int, _person: int) -> None:
    """Before the couriers start, and after they stop, callbacks lie where they are."""


def user_of(chat: Chat, person: Person) -> dict[str, Any]:
    return {
        "id": chat.user, "name": person.name, "avatar": None, "language": person.language, "country": COUNTRY,
        "api_version": PHONE_API_VERSION,
    }  # fmt: skip


def details_of(chat: Chat, person: Person) -> dict[str, Any]:
    """What get_user_details adds; the same for everybody here."""
    phone = {"primary_device_os": "android 15", "viber_version": "26.1.0", "device_type": "sandbox", "mcc": 255}
    return user_of(chat, person) | phone | {"mnc": 1}


def new_webhook_event(clock: Clock) -> dict[str, Any]:
    token = 5_000_000_000_000_000_000 + secrets.randbelow(10**15)
    head = {"event": "webhook", "timestamp": int(clock() * 1000), "chat_hostname": HOSTNAME}
    return head | {"message_token": token}


def _draw(request: dict[str, Any]) -> None:
    """Raises CannotShow."""
    for name in ("keyboard", "rich_media"):
        if request.get(name) and (reason := keyboards.cannot_draw(request[name])):
            raise CannotShow(reason)
