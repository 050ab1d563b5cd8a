"""The imitated Viber on a real socket, an account with a webhook of its own, and a person on a phone."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from platform_serving import served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from sandbox.phones.faces import Phones
from sandbox.phones.wire import Problem, on_problem
from sandbox.viber.face import Viber

TOKEN = "4f2a1b7c9d8e6f50-1a2b3c4d5e6f7081-90a1b2c3d4e5f607"
SENDER = {"name": "Teller Bank"}


@dataclass
class Account:
    """What stands at the webhook: remembers what came, and answers as a test wants."""

    events: list[dict[str, Any]] = field(default_factory=list)
    unsigned: int = 0
    last_signed: tuple[bytes, str] = (b"", "")
    answers: list[Response] = field(default_factory=list)
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request) -> Response:
        raw = await request.body()
        right = hmac.new(TOKEN.encode(), raw, hashlib.sha256).hexdigest()
        async with self.arrived:
            self.last_signed = (raw, request.headers.get("x-viber-content-signature", ""))
            self.unsigned += self.last_signed[1] != right
            self.events.append(json.loads(raw))
            self.arrived.notify_all()
        return self.answers.pop(0) if self.answers else Response()

    async def serve(self, request: Request) -> Response:
        data, mime = self.files[request.path_params["name"]]
        return Response(data, media_type=mime)

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first event that is wanted, as soon as it has come."""
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: any(map(wanted, self.events)))
            return next(event for event in self.events if wanted(event))

    async def hears(self, kind: str) -> dict[str, Any]:
        return await self.until(lambda event: event["event"] == kind)

    def heard(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


@dataclass
class World:
    """The platform, an account that calls it, and a client for the phones' side."""

    http: httpx.AsyncClient
    root: str
    account: Account
    clock: "Clock"

    async def call(self, method: str, token: str = TOKEN, **body: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/sandbox/viber/pa/{method}", json=body, headers={"X-Viber-Auth-Token": token})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def connect(self, **more: Any) -> dict[str, Any]:
        return await self.call("set_webhook", url=f"{self.root}/hook", **more)

    async def send(self, user: str, **message: Any) -> dict[str, Any]:
        return await self.call("send_message", **{"receiver": user, "sender": SENDER, "type": "text"} | message)

    async def person(self, phone: str = "+380501112233") -> int:
        body = {"first_name": "Anna", "last_name": "Koval", "phone": phone, "language": "uk"}
        return int((await self.http.post("/sandbox/phones/people", json=body)).json()["id"])

    async def do(self, person: int, what: str, body: dict[str, Any], verb: str = "POST") -> httpx.Response:
        return await self.http.request(verb, f"/sandbox/phones/viber/{person}/1/{what}", json=body)

    async def says(self, person: int, **content: Any) -> dict[str, Any]:
        """Sends from the phone; gives the callback that came of it."""
        before = len(self.account.heard("message"))
        answer = await self.do(person, "messages", content)
        assert answer.status_code == 201, answer.text
        async with asyncio.timeout(10), self.account.arrived:
            await self.account.arrived.wait_for(lambda: len(self.account.heard("message")) > before)
        return self.account.heard("message")[-1]

    async def phone(self, person: int) -> dict[str, Any]:
        page: dict[str, Any] = (await self.http.get(f"/sandbox/phones/viber/{person}/1/messages")).json()
        return page

    def put(self, name: str, data: bytes, mime: str) -> str:
        """A file that the account serves; gives its address."""
        self.account.files[name] = (data, mime)
        return f"{self.root}/files/{name}"


class Clock:
    """Stands still, and moves when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now_s


@asynccontextmanager
async def a_world(path: Path, account: Account | None = None, clock: Clock | None = None) -> AsyncIterator[World]:
    """The platform over the state in `path`; a second one over the same path is a restart."""
    account, clock = account or Account(), clock or Clock()
    phones = Phones(path / "sandbox.sqlite3", [partial(Viber, retry_first_s=0.01)], clock)
    routes = [
        Mount("/sandbox", routes=phones.routes()),
        Route("/hook", account.take, methods=["POST"]),
        Route("/files/{name}", account.serve),
    ]
    app = Starlette(routes=routes, exception_handlers={Problem: on_problem})
    async with phones.running(), served(app) as root, httpx.AsyncClient(base_url=root, timeout=10) as http:
        yield World(http, root, account, clock)
        phones.quiet()


def welcome(text: str) -> Response:
    return JSONResponse({"sender": SENDER, "type": "text", "text": text})
