"""The platform's state in one place, and the two ways a message crosses it: from a business, and from a person."""

import asyncio
import base64
import secrets
import sqlite3
from collections.abc import Callable
from typing import Any

from sandbox.graph.news import Entry
from sandbox.graph.platform import Graph
from sandbox.phones.database import transaction
from sandbox.phones.hub import Hub
from sandbox.phones.people import People, Person
from sandbox.whatsapp.bubbles import bubble
from sandbox.whatsapp.chats import READ, TAKEN, Chat, Chats, Kept, Message
from sandbox.whatsapp.failures import failure
from sandbox.whatsapp.limits import WINDOW_S
from sandbox.whatsapp.media import Medias
from sandbox.whatsapp.numbers import Number, Numbers
from sandbox.whatsapp.pace import Pace
from sandbox.whatsapp.people import Users, wa_id_of
from sandbox.whatsapp.templates import Templates
from sandbox.whatsapp.webhooks import FIELD, OBJECT, contact, price, said, status, system

Clock = Callable[[], float]
Refusal = tuple[int, str]

UNDELIVERABLE = "Message Undeliverable."
TOO_LATE = (
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
)


class Platform:
    """WhatsApp, for as many businesses and people as come. Not for use from several event loops."""

    def __init__(
        self, database: sqlite3.Connection, people: People, hub: Hub, clock: Clock, paced: bool, graph: Graph
    ) -> None:
        self.database, self.people, self.hub, self.clock, self.graph = database, people, hub, clock, graph
        self.numbers, self.chats, self.users = Numbers(database), Chats(database), Users(database, people)
        self.medias, self.templates = Medias(database), Templates(database)
        self.pace = Pace(clock, paced)
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def now(self) -> int:
        return int(self.clock())

    def number_of(self, number_id: str) -> Number:
        number, new = self.numbers.appear(number_id)
        if new:
            self.hub.tell_everyone({"kind": "bots"})
        return number

    def chat_of(self, number: Number, person: Person) -> Chat:
        """The chat; a person who has changed a number that the business knows is announced first."""
        chat = self.chats.open(number.id, person.id, wa_id_of(person))
        if chat.wa_id != wa_id_of(person) and not chat.hidden:
            self._announce_new_number(number, person, chat)
        return chat

    def bubble(self, kept: Kept) -> dict[str, Any]:
        replied = (kept.message.get("context") or {}).get("id") or (kept.message.get("context") or {}).get("message_id")
        original = self.chats.by_wamid(kept.number, replied) if replied else None
        return bubble(kept, self.medias, original.id if original else None)

    def run_errand(self, errand: asyncio.Task[None]) -> None:
        """Work that outlives the call which asked for it."""
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    async def stop(self) -> None:
        errands = tuple(self._errands)
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)

    # From a business

    def deliver(
        self, number: Number, wamid: str, to: str, person: Person | None, message: Message, trouble: Refusal | None
    ) -> None:
        """Takes an accepted message to the phone, or tells why it cannot be: on this platform that comes later."""
        chat = self.chats.find(number.id, person.id) if person else None
        trouble = trouble or self._why_not(chat, person, message)
        if trouble or person is None:
            code, details = trouble or (131026, UNDELIVERABLE)
            self._tell_status(number, wamid, "failed", to, person, errors=[failure(code, details)])
            return
        chat = chat or self.chats.open(number.id, person.id, wa_id_of(person))
        with transaction(self.database):
            kept = self._put(number, person, wamid, message)
            cost = price(chat, message.get("category", "service"))
            for state in ("sent",) if kept is None else ("sent", "delivered"):
                self._tell_status(number, wamid, state, to, person, **cost)
        if kept is not None:
            self.tell(number.id, person.id, "message", bubble=self.bubble(kept))
            if self.hub.watched(person.id):
                self.look(number, person)

    def read(self, number: Number, kept: Kept, typing: bool) -> None:
        """The business has read up to this message, and may show that it is typing."""
        for each in self.chats.said_until(kept):
            if self.chats.tick(each, READ):
                self.tell(number.id, each.person, "ticks", id=each.id, ticks=READ)
        if typing:
            self.tell(number.id, kept.person, "typing", action="typing")

    # From a person

    def say(self, number: Number, person: Person, message: Message) -> Kept:
        """A new message of the person, on its way to the business. It opens the window."""
        chat = self.chat_of(number, person)
        wamid = new_wamid(person.phone)
        with transaction(self.database):
            kept = self.chats.add(number.id, person.id, wamid, self.now, message, outgoing=False)
            self.report(number, person, chat, wamid, message)
        self.tell(number.id, person.id, "message", bubble=self.bubble(kept))
        return kept

    def report(self, number: Number, person: Person, chat: Chat, wamid: str, message: Message) -> None:
        """Tell the business of something that the person did."""
        self.chats.set(chat, last_said_at=self.clock())
        who = contact(person, self.users.bsuid_of(person), chat.hidden)
        self.news(person, said(number, who, wamid, self.now, message))

    def look(self, number: Number, person: Person) -> None:
        """The person looks at the chat: what the business sent is read now."""
        for each in self.chats.see(number.id, person.id):
            self._tell_status(number, each.wamid, "read", wa_id_of(person), person)

    def taken(self, entry: Entry) -> None:
        """The business has this news: the second tick."""
        for change in entry["changes"]:
            value = change["value"]
            for message in value.get("messages", ()):
                kept = self.chats.by_wamid(value["metadata"]["phone_number_id"], message["id"])
                if kept and self.chats.tick(kept, TAKEN):
                    self.tell(kept.number, kept.person, "ticks", id=kept.id, ticks=TAKEN)

    def news(self, person: Person | None, entry: Entry) -> None:
        self.graph.tell(OBJECT, FIELD, str(person.id) if person else "", entry)

    def tell(self, number: str, person: int, kind: str, **more: Any) -> None:
        self.hub.tell(person, {"kind": kind, "channel": "whatsapp", "bot": number, **more})

    def _why_not(self, chat: Chat | None, person: Person | None, message: Message) -> Refusal | None:
        if person is None or (chat and chat.blocked):
            return 131026, UNDELIVERABLE
        open_until = chat.last_said_at + WINDOW_S if chat and chat.last_said_at is not None else 0.0
        if message["type"] != "template" and self.clock() >= open_until:
            return 131047, TOO_LATE
        return None

    def _put(self, number: Number, person: Person, wamid: str, message: Message) -> Kept | None:
        """None for a reaction, which is no message of its own and of which only `sent` is told."""
        if message["type"] != "reaction":
            return self.chats.add(number.id, person.id, wamid, self.now, message, outgoing=True)
        target = self.chats.by_wamid(number.id, message["reaction"]["message_id"])
        if target is not None:
            self.react(target, "bot", message["reaction"]["emoji"])
        return None

    def react(self, target: Kept, who: str, emoji: str) -> None:
        changed = self.chats.react(target, who, emoji)
        self.tell(target.number, target.person, "edited", bubble=self.bubble(changed))

    def _tell_status(self, number: Number, wamid: str, state: str, to: str, person: Person | None, **more: Any) -> None:
        chat = self.chats.find(number.id, person.id) if person else None
        who = contact(person, self.users.bsuid_of(person), bool(chat and chat.hidden)) if person else None
        self.news(person, status(number, wamid, state, self.now, to, who, **more))

    def _announce_new_number(self, number: Number, person: Person, chat: Chat) -> None:
        new = wa_id_of(person)
        body = {
            "body": f"User {person.name} changed from {chat.wa_id} to {new}",
            "wa_id": new,
            "type": "user_changed_number",
            "user_id": self.users.bsuid_of(person),
        }
        self.chats.set(chat, wa_id=new)
        self.news(person, system(number, new_wamid(person.phone), self.now, chat.wa_id, body))


def new_wamid(phone: str) -> str:
    """The true ids hold a number too, so nobody should write them into a log."""
    inside = b"\x1d\x06\x03" + phone.removeprefix("+").encode() + b"\x15\x02\x00" + secrets.token_hex(10).encode()
    return f"wamid.{base64.b64encode(inside).decode()}"
