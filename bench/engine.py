"""The measured thing: Teller's own path of a message, wired as in a process, the world outside it in memory."""

# ruff: noqa: ARG002 - the ports give these their shape
import asyncio
import base64
import os
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from starlette.applications import Starlette

from bench.dialogue import SECRET, Phones
from bot import content, webhooks
from bot.door import Door
from bot.keyring import Keyring
from bot.operations import Operations
from bot.outbox import Outbox
from bot.pace import LocalPace
from bot.perform import Performer
from bot.recovery import Recovery
from bot.relay import giving_at, taking_at
from bot.store import Connect, Mark, OutboxRow, Store, TurnRow, uuid7
from bot.switches import Switches
from bot.timers import Timers
from bot.turn import Turns
from channels.ids import conversation_id
from channels.telegram.capabilities import CAPABILITIES
from channels.telegram.channel import Telegram
from channels.telegram.render import render
from core_adapters import brands
from flows.cards import CardNumber
from flows.effects import HandOff, StartOperation
from flows.engine import Outcome, advance
from flows.events import Event, OperationSettled
from flows.facts import Fact, Facts, Need, Needs
from flows.messages import InboundEvent, OutboundMessage, Picture, StoredFile
from flows.ports import DrawnPicture, Sent
from flows.session import Session

BANK = "sandbox"
VERIFIED_MS = 10**13  # a time far ahead
CARDS: Fact = {
    "options": [
        {
            "id": "c1",
            "name": "Everyday",
            "last4": "4242",
            "currency": "UAH",
            "balance": "1000.00 UAH",
            "fingerprint": "f",
        }
    ]
}  # fmt: skip
CONTEXT: dict[str, Fact] = {
    "customer": {"name": "Anna", "verified": True, "strong": False, "identified": True, "has_active_card": True},
    "limits": {
        "transfer_min": "1.00 UAH",
        "transfer_max": "50000.00 UAH",
        "transfer_left_today": "20000.00 UAH",
        "transfer_left_now": "20000.00 UAH",
        "transfer_free_at": "",
        "new_payee_left": "20000.00 UAH",
        "new_payee_free_at": "",
        "step_up_from": "5000.00 UAH",
        "quick_amounts": ["100.00 UAH", "200.00 UAH"],
    },
    "feature": {"transfers_enabled": True, "top_up_offer": True},
}


class Messenger(Telegram):
    """Telegram up to the network: what would be posted is built, then shown on the phone."""

    def __init__(self, phones: Phones) -> None:
        super().__init__("1:token", [SECRET.decode()], "http://127.0.0.1:1")
        self._phones = phones

    async def acknowledge(self, event: InboundEvent) -> None:
        """A button's spinner stops."""

    async def send(self, message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> Sent:
        rendered = render(message, address, drawn=drawn)
        for call in rendered.calls:
            orjson.dumps(call.params)
        self._phones.show(address, message.text, tuple(choice.id for choice in message.choices))
        return Sent(("1",), rendered.degradations)

    async def delete(self, address: str, message_id: str) -> bool:
        return True

    async def typing(self, address: str, message_id: str | None) -> None:
        """Three dots, where an answer takes long."""


class Bank:
    """Facts, pictures and card tokens at hand; operations done as soon as they are handed over."""

    async def answer(self, need: Need, customer_id: str | None, level: str, locale: str) -> Fact:
        if need.kind == "nlu":
            intent = "transfer_money" if need.name == "send money" else "greet"
            return {"ranking": [{"intent": intent, "confidence": 0.97}], "degraded": False}
        if need.kind == "context":
            return CONTEXT[need.name]
        return CARDS if need.kind == "choices" else {"outputs": {"fee": "0.00 UAH"}}

    async def draw(self, picture: Picture, locale: str, customer_id: str | None) -> DrawnPicture:
        return DrawnPicture(b"", "image/png", "receipt.png")

    async def stored(self, file: StoredFile) -> DrawnPicture:
        raise NotImplementedError("no files are sent in this dialogue")

    async def tokenise(self, numbers: Sequence[str]) -> list[CardNumber]:
        return [CardNumber("card_1", number[-4:], "visa", True, "f2") for number in numbers]

    async def hand_off(self, row: OutboxRow, hand_off: HandOff) -> None:
        raise NotImplementedError("nobody is handed off in this dialogue")


class Provider(Operations):
    """Performs an operation at once and reports it as an event of its own, as a service does."""

    def put(self, row: OutboxRow) -> None:
        task = asyncio.create_task(self._done(row))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _done(self, row: OutboxRow) -> None:
        operation = row.effect
        assert isinstance(operation, StartOperation)
        await self._store.mark(Mark(row.id, "done"))
        settled = OperationSettled(
            uuid7(), row.conversation, datetime.now(UTC), operation.op_id, operation.action, "done",
            {"transfer_id": str(operation.op_id)},
        )  # fmt: skip
        await self._settle(settled, "core_adapters", str(operation.op_id))


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the processes of one estate share: the key of what is stored, and that of buttons."""

    vault: str = field(default_factory=lambda: base64.b64encode(os.urandom(32)).decode())
    buttons: bytes = field(default_factory=lambda: os.urandom(32))


class Engine:
    """A process of the bot. With a Redis, ``role`` says whether it hands turns over or takes them."""

    def __init__(
        self, phones: Phones, connect: Connect, redis_url: str = "", role: str = "all", secrets: Secrets | None = None
    ) -> None:
        self.secrets = secrets or Secrets()
        self.store = Store(connect, Keyring([self.secrets.vault]))
        self._library = content.library(brands.load(BANK).for_flows())
        self._key = self.secrets.buttons
        self.giving = giving_at(redis_url, role)
        self.taking = taking_at(redis_url, role, self.store.inbox, lambda *row: self.turns.resume(*row))
        channels, bank = {"telegram": Messenger(phones)}, Bank()
        pace = LocalPace({"telegram": 1e9})
        outbox = Outbox(self.store.outbox, channels, bank, pace, Switches(self.store.switches, pace))
        operations = Provider(self.store.outbox, {}, self._take)
        self.performer = Performer(self.store.outbox, outbox, operations, bank)
        self.timers = Timers(self.store.timers, lambda: self.recovery.wake())
        self.turns = Turns(
            self.store, self._advance, bank, self.performer, channels, ("en", "uk"), self.timers.note,
            relay=self.giving, ended=self.taking.ended if self.taking is not None else lambda _: None,
        )  # fmt: skip
        self.recovery = Recovery(self.store, self.turns, self.performer)
        self.app = Starlette(routes=webhooks.routes(Door(channels, bank), self.turns))

    async def known(self, chats: Sequence[int]) -> None:
        """Customers who have been verified already."""
        for chat in chats:
            conversation = conversation_id("telegram", "1", str(chat))
            session = _verified(Session.new(conversation, "telegram", str(chat), "en", "1"))
            assert (await self.store.turns.save(TurnRow(conversation, (), session.to_json(), 0))).won

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """The background."""
        relay = [side.run() for side in (self.giving, self.taking) if side is not None]
        return [self.recovery.run(), self.timers.run(), *relay]

    async def close(self) -> None:
        """Give the connections back."""
        for side in (self.giving, self.taking):
            if side is not None:
                await side.close()
        await self.store.close()

    async def quiet(self) -> None:
        """Until everything is sent and recorded."""
        await self.turns.drain()
        await self.performer.drain()

    def _advance(self, session: Session, event: Event, facts: Facts) -> Outcome | Needs:
        return advance(self._library, session, event, facts, self._key, CAPABILITIES)

    async def _take(self, event: Event, source: str, dedupe: str) -> bool:
        return await self.turns.take(event, source, dedupe)


def _verified(session: Session) -> Session:
    return replace(session, customer_id=str(UUID(int=7)), level="verified", verified_until=VERIFIED_MS)
