"""The adapter and an imitation of the platform made from Meta's documents, met over true sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from channels.messenger.channel import Messenger
from flows.messages import EventType, InboundEvent
from sandbox.messenger.face import Messenger as Platform
from sandbox.phones.faces import Phones
from sandbox.phones.wire import Problem, on_problem

PAGE, APP = "104850001234567", "880077001"
COMMANDS = {"uk": {"balance": "Баланс"}, "en": {"balance": "Balance", "pay": "Pay"}}
LONG_S = 10


@dataclass
class Meeting:
    """Anna's phone on one side, the channel on the other; ``events`` is what the channel has heard."""

    http: httpx.AsyncClient
    channel: Messenger | None = None
    person: int = 0
    address: str = ""
    events: list[InboundEvent] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def handshake(self, request: Request) -> Response:
        assert self.channel is not None
        return PlainTextResponse(self.channel.challenge(dict(request.query_params)) or "")

    async def hear(self, request: Request) -> Response:
        assert self.channel is not None
        body = await request.body()
        self.channel.verify(dict(request.headers), body)
        self.events += self.channel.parse(body, datetime.now(UTC))
        self.heard.set()
        return Response()

    async def next(self, kind: EventType, count: int = 1) -> InboundEvent:
        """The newest event of a kind once ``count`` have been heard."""
        async with asyncio.timeout(LONG_S):
            while len(found := [event for event in self.events if event.type is kind]) < count:
                self.heard.clear()
                await self.heard.wait()
        return found[-1]

    async def do(self, what: str, body: dict[str, Any], verb: str = "POST") -> dict[str, Any]:
        """Something that Anna does on her phone."""
        url = f"/sandbox/phones/messenger/{self.person}/{PAGE}/{what}"
        answer = await self.http.request(verb, url, json=body)
        assert answer.status_code < 300, answer.text
        done: dict[str, Any] = answer.json()
        return done

    async def thread(self) -> dict[str, Any]:
        """What Anna sees; looking at it reads it."""
        answer = await self.http.get(f"/sandbox/phones/messenger/{self.person}/{PAGE}/messages?limit=200")
        seen: dict[str, Any] = answer.json()
        return seen


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The app on a free port of this machine; gives its address."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()


@asynccontextmanager
async def a_meeting(folder: Path) -> AsyncIterator[Meeting]:
    """Both sides connected as they connect in earnest, and Anna has pressed Get Started."""
    phones = Phones(folder / "sandbox.sqlite3", [Platform], paced=False)
    world = Starlette(routes=[Mount("/sandbox", routes=phones.routes())], exception_handlers={Problem: on_problem})
    async with phones.running(), served(world) as root, httpx.AsyncClient(base_url=root, timeout=LONG_S) as http:
        meeting = Meeting(http)
        ours = [Route("/hook", meeting.handshake), Route("/hook", meeting.hear, methods=["POST"])]
        async with served(Starlette(routes=ours)) as hook:
            channel = Messenger("page-token", ["app-secret"], "vt-1", PAGE, f"{root}/sandbox/messenger", APP)
            meeting.channel = channel
            await channel.meet(f"{hook}/hook", COMMANDS)
            anna = {"first_name": "Anna", "last_name": "Koval", "phone": "+380501112233", "language": "uk"}
            meeting.person = (await http.post("/sandbox/phones/people", json=anna)).json()["id"]
            await meeting.do("messages", {"start": "ref_AB-12"})
            meeting.address = (await meeting.next(EventType.START)).address
            yield meeting
            phones.quiet()
        await channel.close()
