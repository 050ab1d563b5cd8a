"""The page of phones in a real browser, and the sandbox behind it on a real socket."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from playwright.async_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SMS = {"Authorization": "Bearer sms-token"}


VIBER, PAGE, NUMBER = "4f2a1b7c9d8e6f50-1a2b3c4d5e6f7081", "104200000000001", "106540352242922"
APP, SECRET, VERIFY = "880088", "app-secret", "verify-me"
META = {"Authorization": "Bearer token-of-tests"}
VIBER_SENDER = {"name": "Teller Bank"}


@dataclass
class Account:
    """The bot's webhook for the three that need one: shakes hands, greets on Viber, remembers what came."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    def routes(self) -> list[Route]:
        return [Route("/hook", self.shake), Route("/hook", self.take, methods=["POST"])]

    async def shake(self, request: Request) -> Response:
        return PlainTextResponse(request.query_params["hub.challenge"])

    async def take(self, request: Request) -> Response:
        body = await request.json()
        async with self.came:
            self.bodies.append(body)
            self.came.notify_all()
        if body.get("event") != "conversation_started":
            return Response()
        return JSONResponse({"sender": VIBER_SENDER, "type": "text", "text": "Welcome to the bank."})

    async def hears(self, words: str) -> dict[str, Any]:
        """The first body that holds these words, as soon as it has come."""
        async with asyncio.timeout(10), self.came:
            await self.came.wait_for(lambda: any(words in json.dumps(body) for body in self.bodies))
            return next(body for body in self.bodies if words in json.dumps(body))


@dataclass
class Seen:
    """The page, the sandbox behind it, and whatever the browser complained about."""

    page: Page
    http: httpx.AsyncClient
    root: str
    account: Account
    complaints: list[str] = field(default_factory=list)

    async def call(self, method: str, **arguments: Any) -> Any:
        answer = await self.http.post(f"/sandbox/telegram/bot1001:x/{method}", json=arguments)
        assert answer.json()["ok"], answer.text
        return answer.json()["result"]

    async def viber(self, method: str, **body: Any) -> dict[str, Any]:
        headers = {"X-Viber-Auth-Token": VIBER}
        answer = await self.http.post(f"/sandbox/viber/pa/{method}", json=body, headers=headers)
        found: dict[str, Any] = answer.json()
        assert found["status"] == 0, found
        return found

    async def graph(self, face: str, path: str, token: str = "", **body: Any) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else META
        answer = await self.http.post(f"/sandbox/{face}/v25.0/{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    async def whatsapp(self, **message: Any) -> None:
        to = (await self.person())["phone"].removeprefix("+")
        await self.graph("whatsapp", f"{NUMBER}/messages", messaging_product="whatsapp", to=to, **message)

    async def register_all(self) -> None:
        """What bots on the other three do when they start."""
        await self.viber("set_webhook", url=f"{self.root}/hook")
        fields = {"whatsapp": "messages", "messenger": "messages,messaging_postbacks"}
        for face, about in (("messenger", "page"), ("whatsapp", "whatsapp_business_account")):
            hook = {"object": about, "callback_url": f"{self.root}/hook", "verify_token": VERIFY}
            await self.graph(face, f"{APP}/subscriptions", f"{APP}|{SECRET}", fields=fields[face], **hook)
        await self.graph("messenger", f"{PAGE}/subscribed_apps", subscribed_fields=fields["messenger"])
        await self.graph("messenger", f"{PAGE}/messenger_profile", get_started={"payload": "GET_STARTED"})
        number = f"/sandbox/whatsapp/v25.0/{NUMBER}"
        answer = await self.http.get(number, params={"fields": "display_phone_number"}, headers=META)
        assert answer.status_code == 200, answer.text

    async def person(self) -> dict[str, Any]:
        people: list[dict[str, Any]] = (await self.http.get("/sandbox/phones/people")).json()["people"]
        return people[0]


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 uvicorn tells it in no other way
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()
