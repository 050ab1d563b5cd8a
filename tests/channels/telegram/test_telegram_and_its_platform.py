"""The adapter and the imitated platform, each written from the documents alone, take each other for the real one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount

from channels.telegram.channel import Telegram
from flows.messages import Attachment, Choice, InboundEvent, Location, OutboundMessage, Picture
from flows.ports import DrawnPicture
from sandbox.phones.faces import Phones
from sandbox.phones.wire import Problem, on_problem
from sandbox.telegram.face import Telegram as Platform

TOKEN = "770001:AAtestTokenOfTheTestsOnly-not-a-true1"
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
REF = "AZqz7SL_cJ-0ESIzRFVmdw"


class Clock:
    """Stands still, and moves when a test says so."""

    def __init__(self) -> None:
        self.now_s = NOW.timestamp()

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Meeting:
    """The bot's side over the adapter, the phone's side over its API."""

    channel: Telegram
    http: httpx.AsyncClient
    clock: Clock
    chat: str = ""
    phone: str = ""
    next: int = 0

    async def hears(self) -> InboundEvent:
        """The next update, as the adapter reads it."""
        query = {"offset": self.next, "timeout": 10}
        answer = await self.http.post(f"/sandbox/telegram/bot{TOKEN}/getUpdates", json=query)
        (update, *_) = answer.json()["result"]
        self.next = update["update_id"] + 1
        (event,) = self.channel.parse(orjson.dumps(update), NOW)
        return event

    async def does(self, what: str, **how: Any) -> None:
        answer = await self.http.post(f"{self.phone}/{what}", **how)
        assert answer.is_success, answer.text

    async def sees(self) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = (await self.http.get(f"{self.phone}/messages")).json()["messages"]
        return shown


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    clock = Clock()
    phones = Phones(tmp_path / "sandbox.sqlite3", [Platform], clock)
    app = Starlette(routes=[Mount("/sandbox", routes=phones.routes())], exception_handlers={Problem: on_problem})
    async with phones.running(), served(app) as root, httpx.AsyncClient(base_url=root, timeout=20) as http:
        channel = Telegram(TOKEN, ["secret_1"], f"{root}/sandbox/telegram", clock=lambda: NOW)
        made = Meeting(channel, http, clock)
        await channel.meet("", {"en": {"help": "What I can do"}, "uk": {"help": "Що я вмію"}})
        person = {"first_name": "Anna", "last_name": "Koval", "phone": "+380501112233", "language": "uk"}
        anna = (await http.post("/sandbox/phones/people", json=person)).json()["id"]
        bots = (await http.get("/sandbox/phones/telegram/bots")).json()["bots"]
        made.phone = f"/sandbox/phones/telegram/{anna}/{bots[0]['id']}"
        await made.does("messages", json={"start": "ref_AB-12"})
        started = await made.hears()
        made.chat = started.address
        assert started.referral == {"payload": "ref_AB-12"}
        yield made
        await channel.close()
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


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    stream = BytesIO()
    Image.frombytes("RGB", (width, height), Random(7).randbytes(width * height * 3)).save(stream, kind)
    return stream.getvalue()


async def test_a_photo_of_the_customer_comes_in_whole(meeting: Meeting) -> None:
    photo = picture(400, 300, "JPEG")
    await meeting.does("messages", files={"photo": ("me.jpg", photo, "image/jpeg")}, data={"caption": "passport"})
    content = (await meeting.hears()).content

    assert isinstance(content, Attachment)
    assert content.caption == "passport"
    fetched = await meeting.channel.fetch(content, 10_000_000)
    assert Image.open(BytesIO(fetched)).size == (400, 300)


async def test_all_kinds_of_messages_are_taken(meeting: Meeting) -> None:
    long_ids = tuple(Choice("ї" * 40 + str(number), f"<b>Вибір {number}</b>") for number in range(12))
    statement = DrawnPicture(picture(40, 2000), "image/png", "statement.png")
    degradations: list[str] = []
    for message, drawn in (
        (OutboundMessage("a", "Слово 😀 <script>_*[x](y) " * 360, long_ids, ref=REF), None),
        (OutboundMessage("b", "Branch", place=Location(50.45, 30.52, "No. 1", "Main st. 1")), None),
        (OutboundMessage("c", "Statement", picture=Picture("s", {})), statement),
        (OutboundMessage("d", "Phone?", (Choice("p", "Share", kind="request_phone"),)), None),
    ):
        degradations += (await meeting.channel.send(message, meeting.chat, drawn)).degradations
    shown = await meeting.sees()

    assert degradations == ["short_ids", "text_split:3", "caption_apart", "media_as_file"]
    assert len(shown) == 1 + 3 + 2 + 1 + 1
    assert "<script>_*[x](y)" in shown[1]["text"]


async def test_what_is_young_is_taken_back_and_what_is_old_is_disclaimed(meeting: Meeting) -> None:
    sent = [(await meeting.channel.send(OutboundMessage("k", "PIN 1", ()), meeting.chat, None)) for _ in range(3)]
    first, second, third = (one.provider_ids[0] for one in sent)
    await meeting.channel.send(OutboundMessage("e", "PIN 2", edit_of=first), meeting.chat, None)
    unchanged = await meeting.channel.send(OutboundMessage("e", "PIN 2", edit_of=first), meeting.chat, None)
    await meeting.channel.send(OutboundMessage("d", delete_of=second), meeting.chat, None)
    meeting.clock.now_s += 49 * 3600
    late = await meeting.channel.send(OutboundMessage("l", delete_of=third), meeting.chat, None)

    assert unchanged.degradations == ()
    assert late.degradations == ("delete_as_notice",)
    assert await meeting.channel.delete(meeting.chat, third) is False
    assert [bubble["text"] for bubble in (await meeting.sees())[1:]] == [
        "PIN 2",
        "PIN 1",
        "We take back our message above. Please disregard it.",
    ]
