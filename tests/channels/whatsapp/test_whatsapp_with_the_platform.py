"""The channel talks to the sandbox's WhatsApp, whose limits were written by others, and hears a phone through it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from graph_recorder import served
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from channels import references
from channels.errors import WindowClosed
from channels.whatsapp.channel import WhatsApp
from flows.messages import Attachment, Choice, EventType, InboundEvent, Location, OutboundMessage, Picture, Text
from flows.ports import DrawnPicture
from sandbox.phones.faces import Phones
from sandbox.phones.wire import Problem, on_problem
from sandbox.whatsapp.face import WhatsApp as Platform

NUMBER, PHONE = "106540352242922", "380501112233"
LINK = Choice("u", "Відкрити", kind="url", url="https://bank.example/s/1")


@dataclass
class World:
    """A channel, what it hears, and a phone in a customer's hand."""

    channel: WhatsApp
    events: list[InboundEvent]
    came: asyncio.Event
    http: httpx.AsyncClient = field(repr=False)
    person: int = 0

    async def do(self, what: str, body: dict[str, Any], verb: str = "POST") -> Any:
        answer = await self.http.request(verb, f"/sandbox/phones/whatsapp/{self.person}/{NUMBER}/{what}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def bubbles(self) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/sandbox/phones/whatsapp/{self.person}/{NUMBER}/messages")
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found

    async def heard(self, wanted: Callable[[InboundEvent], bool]) -> InboundEvent:
        """The newest event that is wanted, once there is one."""
        async with asyncio.timeout(10):
            while not (found := [event for event in self.events if wanted(event)]):
                self.came.clear()
                await self.came.wait()
        return found[-1]

    async def of_type(self, kind: EventType) -> InboundEvent:
        return await self.heard(lambda event: event.type is kind)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    phones = Phones(tmp_path / "sandbox.sqlite3", [Platform])
    events: list[InboundEvent] = []
    came = asyncio.Event()
    async with AsyncExitStack() as stack:
        app = Starlette(routes=[Mount("/sandbox", routes=phones.routes())], exception_handlers={Problem: on_problem})
        root = await stack.enter_async_context(served(app))
        channel = WhatsApp("a-token", ["secret"], "vt", NUMBER, f"{root}/sandbox/whatsapp", app_id="55")
        stack.push_async_callback(channel.close)

        async def hook(request: Request) -> Response:
            if request.method == "GET":
                return PlainTextResponse(channel.challenge(request.query_params) or "")
            body = await request.body()
            channel.verify(request.headers, body)
            events.extend(channel.parse(body, datetime.now(UTC)))
            came.set()
            return PlainTextResponse("")

        hooks = await stack.enter_async_context(served(Starlette(routes=[Route("/", hook, methods=["GET", "POST"])])))
        await stack.enter_async_context(phones.running())
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=root, timeout=10))
        await channel.meet(f"{hooks}/", {})
        anna = {"first_name": "Анна", "last_name": "Коваль", "phone": f"+{PHONE}", "language": "uk"}
        person = (await http.post("/sandbox/phones/people", json=anna)).json()["id"]
        world = World(channel, events, came, http, person)
        await world.do("messages", {"text": "Привіт"})
        await world.of_type(EventType.MESSAGE)
        yield world
        phones.quiet()


async def test_a_customer_is_heard_and_answered(world: World) -> None:
    (hello,) = [event for event in world.events if event.type is EventType.MESSAGE]
    sent = await world.channel.send(OutboundMessage("k", "Вітаю!", reply_to=hello.message_id), hello.address, None)

    assert (hello.content, hello.address, hello.sender.display_name) == (Text("Привіт"), PHONE, "Анна Коваль")
    assert (await world.bubbles())[-1]["text"] == "Вітаю!"
    told = await world.heard(lambda event: event.details.get("state") == "delivered")
    assert told.in_reply_to == sent.provider_ids[0]


async def test_every_kind_of_message_is_taken_as_it_is_meant(world: World) -> None:
    stream = BytesIO()
    Image.new("RGB", (1400, 900), "navy").save(stream, "PNG")
    card = DrawnPicture(stream.getvalue(), "image/png", "card.png")
    pdf = DrawnPicture(b"%PDF-1.4 receipt", "application/pdf", "квитанція.pdf", document=True)
    table = DrawnPicture("а;б".encode(), "text/csv", "виписка.csv", document=True)
    replies = tuple(Choice(f"q.{number}", f"Досить довга назва послуги банку {number}", "опис") for number in range(23))
    place = Choice("l", "Надіслати місце", kind="request_location")
    messages: list[tuple[OutboundMessage, DrawnPicture | None]] = [
        (OutboundMessage("1", "Речення. 😀 " * 900, replies[:2]), None),
        (OutboundMessage("2", "Що?", replies, ref=references.ref_of(UUID(int=1)), page=1), None),
        (OutboundMessage("3", "Як?", (Choice("a", "Так"), LINK, place)), None),
        (OutboundMessage("4", "Картка", picture=Picture("card", {})), card),
        (OutboundMessage("5", "Картка", (Choice("a", "Так"),), picture=Picture("card", {})), card),
        (OutboundMessage("6", "Чек", picture=Picture("receipt", {})), pdf),
        (OutboundMessage("7", "Виписка", picture=Picture("statement", {})), table),
        (OutboundMessage("8", "Найближче", place=Location(50.45, 30.52, "Відділення", "Хрещатик, 1")), None),
    ]
    ids: list[str] = []
    for message, drawn in messages:
        ids += (await world.channel.send(message, PHONE, drawn)).provider_ids
    ids += (await world.channel.send(OutboundMessage("9", "Нова сума", edit_of=ids[0]), PHONE, None)).provider_ids

    for one in ids:
        told = await world.heard(
            lambda event, one=one: event.in_reply_to == one and event.details.get("state") in ("delivered", "failed")
        )
        assert told.details["state"] == "delivered", told.details
    assert len(await world.bubbles()) == 1 + len(ids)


async def test_a_tap_gives_back_the_choice(world: World) -> None:
    choices = tuple(Choice(f"q.{number}", f"Послуга {number}") for number in range(4))
    sent = await world.channel.send(OutboundMessage("k", "Що?", choices[:3]), PHONE, None)
    await world.do("taps", {"message": (await world.bubbles())[-1]["id"], "row": 1, "column": 0})
    tapped = await world.of_type(EventType.POSTBACK)
    assert (tapped.payload, tapped.in_reply_to) == ("q.1", sent.provider_ids[0])

    await world.channel.send(OutboundMessage("l", "Що?", choices), PHONE, None)
    await world.do("taps", {"message": (await world.bubbles())[-1]["id"], "row": 3, "column": 0})
    assert await world.heard(lambda event: event.payload == "q.3")


async def test_what_a_customer_sends_is_fetched(world: World) -> None:
    files = {"document": ("довідка.pdf", b"%PDF-1.4 x", "application/pdf")}
    answer = await world.http.post(f"/sandbox/phones/whatsapp/{world.person}/{NUMBER}/messages", files=files)
    assert answer.status_code == 201, answer.text
    event = await world.heard(lambda event: isinstance(event.content, Attachment))

    assert isinstance(event.content, Attachment)
    assert await world.channel.fetch(event.content, 1000) == b"%PDF-1.4 x"


async def test_a_link_and_a_shared_contact_are_read(world: World) -> None:
    await world.do("messages", {"start": "ref_AB-12"})
    assert (await world.of_type(EventType.START)).referral["payload"] == "ref_AB-12"
    await world.do("messages", {"contact": "own"})
    shared = await world.of_type(EventType.CONTACT_SHARED)
    assert shared.content is not None
    assert getattr(shared.content, "own", None) is True


async def test_who_hides_their_phone_is_answered_by_their_business_id(world: World) -> None:
    await world.do("number", {"hidden": True}, "PUT")
    await world.do("messages", {"text": "Це я"})
    event = await world.heard(lambda event: event.content == Text("Це я"))
    assert event.address != PHONE
    await world.channel.send(OutboundMessage("k", "Вітаю!", (Choice("a", "Так"),)), event.address, None)

    assert (await world.bubbles())[-1]["text"] == "Вітаю!"


async def test_a_failure_that_comes_later_says_what_to_do(world: World) -> None:
    fault = {"outcome": "fails", "code": 131047, "count": 1, "method": "messages"}
    answer = await world.http.put("/sandbox/phones/whatsapp/faults", json=fault)
    assert answer.status_code < 300, answer.text
    await world.channel.send(OutboundMessage("k", "Запізно"), PHONE, None)
    told = await world.heard(lambda event: event.details.get("state") == "failed")

    assert isinstance(world.channel.failure(told), WindowClosed)
