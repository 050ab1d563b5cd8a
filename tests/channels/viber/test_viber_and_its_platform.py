"""The adapter and the imitated platform, each written from the documents alone, take each other for the real one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from channels.errors import PermanentUser
from channels.viber.channel import Viber
from flows.messages import Choice, Contact, EventType, InboundEvent, Location, OutboundMessage, Picture, Text
from flows.ports import DrawnPicture
from sandbox.phones.faces import Phones
from sandbox.phones.wire import Problem, on_problem
from sandbox.viber.face import Viber as Platform

TOKENS = ("4f2a1b7c9d8e6f50-not-a-true-token", "next")
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
WELCOME = OutboundMessage("w", "Welcome!", (Choice("f.card", "Get a card"),))


@dataclass
class Meeting:
    """Both on one socket: the bot's webhook and media, the platform, the phone's side."""

    root: str = ""
    channel: Viber | None = None
    events: list[InboundEvent] = field(default_factory=list)
    shelf: list[DrawnPicture] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    http: httpx.AsyncClient | None = None
    phone: str = ""

    async def publish(self, drawn: DrawnPicture) -> str:
        self.shelf.append(drawn)
        return f"{self.root}/media/{len(self.shelf) - 1}/{drawn.file_name}"

    async def media(self, request: Request) -> Response:
        drawn = self.shelf[request.path_params["number"]]
        return Response(drawn.data, media_type=drawn.mime)

    async def hook(self, request: Request) -> Response:
        assert self.channel is not None
        body, greeting = await request.body(), None
        self.channel.verify(dict(request.headers), body)
        async with self.arrived:
            for event in self.channel.parse(body, NOW):
                self.events.append(event)
                greeting = greeting or self.channel.answer(event, WELCOME)
            self.arrived.notify_all()
        return Response(greeting or b"", media_type="application/json" if greeting else None)

    async def heard(self, kind: EventType, count: int = 1) -> InboundEvent:
        """The last of so many events of this kind."""

        def enough() -> bool:
            return sum(event.type is kind for event in self.events) >= count

        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(enough)
        return [event for event in self.events if event.type is kind][-1]

    async def does(self, what: str, verb: str = "POST", **body: Any) -> Any:
        assert self.http is not None
        answer = await self.http.request(verb, f"{self.phone}/{what}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def sees(self) -> dict[str, Any]:
        assert self.http is not None
        page: dict[str, Any] = (await self.http.get(f"{self.phone}/messages")).json()
        return page


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    made = Meeting()
    phones = Phones(tmp_path / "sandbox.sqlite3", [partial(Platform, retry_first_s=0.01)], lambda: 1_795_255_200.0)
    routes = [
        Mount("/sandbox", routes=phones.routes()),
        Route("/hook", made.hook, methods=["POST"]),
        Route("/media/{number:int}/{name}", made.media),
    ]
    async with (
        phones.running(),
        served(Starlette(routes=routes, exception_handlers={Problem: on_problem})) as made.root,
    ):
        made.channel = Viber(TOKENS, "Teller Bank", f"{made.root}/sandbox/viber", made, clock=lambda: NOW)
        async with httpx.AsyncClient(base_url=made.root, timeout=10) as made.http:
            await made.channel.meet(f"{made.root}/hook", {})
            person = {"first_name": "Anna", "last_name": "Koval", "phone": "+380501112233", "language": "uk"}
            anna = (await made.http.post("/sandbox/phones/people", json=person)).json()["id"]
            made.phone = f"/sandbox/phones/viber/{anna}/1"
            yield made
        await made.channel.close()
        phones.quiet()


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    config = uvicorn.Config(app, "127.0.0.1", 0, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


async def test_a_stranger_is_greeted_before_subscribing_and_taps_what_the_greeting_offers(meeting: Meeting) -> None:
    await meeting.does("messages", start="ref_AB-12")
    started = await meeting.heard(EventType.START)
    page = await meeting.sees()
    await meeting.does("presses", row=0, column=0)
    tapped = await meeting.heard(EventType.POSTBACK)

    assert (started.referral, started.details) == ({"payload": "ref_AB-12"}, {"subscribed": "no"})
    assert page["messages"][-1]["text"] == "Welcome!"
    assert page["keyboard"]["rows"][0][0]["title"] == "Get a card"
    assert (tapped.payload, tapped.address) == ("f.card", started.address)


async def test_words_buttons_pictures_files_and_places_arrive(meeting: Meeting) -> None:
    assert meeting.channel is not None
    await meeting.does("messages", text="hello")
    hello = await meeting.heard(EventType.MESSAGE)
    stream = BytesIO()
    Image.frombytes("RGB", (710, 710), Random(7).randbytes(710 * 710 * 3)).save(stream, "PNG")
    choices = tuple(Choice(f"id{number}", f"Choice <{number}> & more of it") for number in range(12))
    for message, drawn in (
        (OutboundMessage("a", "слово " * 1500 + "😀", choices), None),
        (OutboundMessage("b", "Card", picture=Picture("c", {})), DrawnPicture(stream.getvalue(), "image/png", "c.png")),
        (OutboundMessage("c", "Receipt"), DrawnPicture(b"%PDF-1.7", "application/pdf", "r.pdf", document=True)),
        (OutboundMessage("d", place=Location(50.45, 30.52)), None),
    ):
        await meeting.channel.send(message, hello.address, drawn)
    page = await meeting.sees()
    await meeting.does("presses", row=11, column=0)
    tapped = await meeting.heard(EventType.POSTBACK)

    assert hello.content == Text("hello")
    assert page["keyboard"]["rows"][3][0]["title"] == "Choice <3> & more of it"
    assert len(page["keyboard"]["rows"]) == 12
    assert len(page["messages"]) == 1 + 2 + 1 + 2 + 1
    # The keyboard is older than the last message by then, and its mark is gone: the silence of the tap tells it.
    assert tapped.payload == "id11"
    receipt = await meeting.heard(EventType.DELIVERY_STATUS)
    assert receipt.details["state"] in ("delivered", "read")
    assert all(event.details["state"] != "failed" for event in meeting.events if "state" in event.details)


async def test_the_number_that_our_button_shares_is_own_and_another_is_not(meeting: Meeting) -> None:
    assert meeting.channel is not None
    await meeting.does("messages", text="hello")
    hello = await meeting.heard(EventType.MESSAGE)
    ask = OutboundMessage("k", "Your number?", (Choice("p", "Share my number", kind="request_phone"),))
    await meeting.channel.send(ask, hello.address, None)
    await meeting.does("messages", contact={"name": "Petro", "phone": "+380672223344"})
    others = await meeting.heard(EventType.CONTACT_SHARED)
    await meeting.does("presses", row=0, column=0)
    own = await meeting.heard(EventType.CONTACT_SHARED, 2)

    assert isinstance(others.content, Contact)
    assert isinstance(own.content, Contact)
    assert (others.content.phone, others.content.own) == ("+380672223344", False)
    assert (own.content.phone, own.content.own) == ("+380501112233", True)


async def test_who_has_left_cannot_be_written_to(meeting: Meeting) -> None:
    assert meeting.channel is not None
    await meeting.does("messages", text="hello")
    hello = await meeting.heard(EventType.MESSAGE)
    await meeting.does("block", "PUT", blocked=True)
    left = await meeting.heard(EventType.SUBSCRIPTION)

    assert left.details["state"] == "unsubscribed"
    with pytest.raises(PermanentUser):
        await meeting.channel.send(OutboundMessage("k", "hi"), hello.address, None)
