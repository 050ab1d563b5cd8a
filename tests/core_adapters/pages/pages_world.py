"""What the tests of pages share: a browser, and the ways to have a page opened."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import httpx

from core_adapters.operations import traits
from flows.confirming import snapshot_hash
from flows.effects import StartOperation
from flows.events import BankEvent, OperationSettled, Value
from tests.core_adapters.conftest import Room

PUBLIC = "https://bank.example"
ROBOT = {"user-agent": "TelegramBot (like TwitterBot)"}
TAGS = re.compile(r"<[^>]+>")


class Nobody:
    """Takes no card numbers and no events: the pages of slots have tests of their own."""


@dataclass
class Browser:
    """Opens addresses and sends forms."""

    http: httpx.AsyncClient
    room: Room

    async def look(self, address: str, **headers: str) -> httpx.Response:
        return await self.http.get(path_of(address), headers=headers)

    async def send(self, address: str, fields: Mapping[str, str] | None = None, **headers: str) -> httpx.Response:
        return await self.http.post(path_of(address), data=dict(fields or {}), headers=headers)

    async def opened(self, start: StartOperation, output: str = "secure_page") -> str:
        """The address that the chat is given for a page."""
        await self.room.start(start)
        return str((await self.settled(start.op_id)).outputs[output])

    async def settled(self, op_id: UUID) -> OperationSettled:
        """How an operation has ended, as the chat hears it."""
        (news,) = await self.room.news(op_id)
        assert isinstance(news, OperationSettled)
        return news

    def order(self, action: str, locale: str = "en", customer_id: str = "anna", **inputs: Value) -> StartOperation:

        start = self.room.order(action, inputs, customer_id=customer_id)
        mark = snapshot_hash(start.op_id, inputs, {}) if traits.of(action).needs_a_yes else None
        return replace(start, locale=locale, snapshot_hash=mark)

    async def proven(self, action: str, locale: str = "en", **inputs: Value) -> StartOperation:
        """An order that its customer has confirmed, and proven with a code."""
        start = self.order(action, locale, **inputs)
        await self.room.prove(start)
        return start

    async def events(self, name: str) -> list[BankEvent]:
        """The news of this name that the chat has been sent."""
        return [one for one in await self.room.news() if isinstance(one, BankEvent) and one.name == name]


def path_of(address: str) -> str:
    """The part of an address behind our own; a message's link is whole."""
    assert address.startswith(f"{PUBLIC}/secure/"), address
    return address.removeprefix(PUBLIC)


def words(answer: httpx.Response) -> str:
    """What a person reads on a page."""
    return " ".join(TAGS.sub(" ", answer.text.split("</style>")[-1]).split())
