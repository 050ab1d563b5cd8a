"""A running platform on a real socket, a business that subscribed, a person on a phone, and a clock to move."""

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from platform_serving import Clock, served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from sandbox.phones.faces import Phones
from sandbox.phones.wire import Problem, on_problem
from sandbox.whatsapp.face import WhatsApp

NUMBER = "106540352242922"
APP, SECRET, VERIFY = "670843887433847", "app-secret-of-tests", "verify-token-of-tests"
TOKEN = "token-of-tests"
PHONE = "+380501112233"
WA_ID = "380501112233"
Json = dict[str, Any]


@dataclass
class Business:
    """The webhook of a business: keeps what came; may refuse the first few, hold answers back, garble the handshake."""

    refuse: int = 0
    hold: asyncio.Event | None = None
    echo: str = "{}"
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: Request) -> Response:
        if request.method == "GET":
            right = request.query_params.get("hub.verify_token") == VERIFY
            challenge = request.query_params["hub.challenge"]
            return PlainTextResponse(self.echo.format(challenge) if right else "no", 200 if right else 403)
        self.bodies.append((request.headers.get("X-Hub-Signature-256", ""), await request.body()))
        self.came.set()
        if self.hold:
            await self.hold.wait()
        if self.refuse:
            self.refuse -= 1
            return PlainTextResponse("", 503)
        return PlainTextResponse("")

    def values(self) -> list[Json]:
        """Every `value` that came, in the order that it came in."""
        return [
            change["value"]
            for _, body in self.bodies
            for entry in json.loads(body)["entry"]
            for change in entry["changes"]
        ]

    def messages(self) -> list[Json]:
        return [message for value in self.values() for message in value.get("messages", ())]

    def statuses(self) -> list[Json]:
        return [status for value in self.values() for status in value.get("statuses", ())]

    def states(self) -> list[str]:
        return [status["status"] for status in self.statuses()]

    async def until(self, ready: Callable[[], Any]) -> Any:
        """Gives what `ready` finds, once it finds something."""
        async with asyncio.timeout(10):
            while not (found := ready()):
                self.came.clear()
                await self.came.wait()
        return found

    async def message(self, kind: str) -> Json:
        """The newest message of this type."""
        found: list[Json] = await self.until(lambda: [each for each in self.messages() if each["type"] == kind])
        return found[-1]

    async def failed(self) -> Json:
        """The error of the newest failed status."""
        found = await self.until(lambda: [each for each in self.statuses() if each["status"] == "failed"])
        error: Json = found[-1]["errors"][0]
        return error

    def signed(self) -> bool:
        key = SECRET.encode()
        return all(
            signature == f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}" for signature, body in self.bodies
        )


@dataclass
class World:
    """The platform, the business, and a client for both sides."""

    face: WhatsApp
    business: Business
    clock: Clock
    root: str
    hook: str
    http: httpx.AsyncClient

    @property
    def graph(self) -> str:
        return f"{self.root}/sandbox/whatsapp/v23.0"

    async def graph_call(self, path: str, body: Json | None = None, token: str = TOKEN, verb: str = "POST") -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.http.request(verb, f"{self.graph}/{path}", json=body, headers=headers)

    async def subscribe(self, **more: str) -> httpx.Response:
        body = {"object": "whatsapp_business_account", "callback_url": self.hook, "verify_token": VERIFY}
        token = f"{APP}|{SECRET}"
        answer = await self.graph_call(f"{APP}/subscriptions", body | {"fields": "messages"} | more, token)
        assert isinstance(answer, httpx.Response)
        return answer

    async def send(self, kind: str, content: Any, **more: Any) -> httpx.Response:
        body = {"messaging_product": "whatsapp", "to": WA_ID, "type": kind, kind: content} | more
        answer = await self.graph_call(f"{NUMBER}/messages", body)
        assert isinstance(answer, httpx.Response)
        return answer

    async def sent(self, kind: str, content: Any, **more: Any) -> str:
        """The wamid of a message that the platform takes."""
        answer = await self.send(kind, content, **more)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["messages"][0]["id"])

    async def person(self, phone: str = PHONE, name: str = "Anna") -> int:
        made = await self.http.post(
            "/sandbox/phones/people",
            json={"first_name": name, "last_name": "Koval", "phone": phone, "language": "uk"},
        )
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    async def do(self, person: int, what: str, body: Json, verb: str = "POST") -> httpx.Response:
        return await self.http.request(verb, f"/sandbox/phones/whatsapp/{person}/{NUMBER}/{what}", json=body)

    async def say(self, person: int, **content: Any) -> Json:
        answer = await self.do(person, "messages", content)
        assert answer.status_code == 201, answer.text
        bubble: Json = answer.json()
        return bubble

    async def history(self, person: int, **query: int) -> Json:
        answer = await self.http.get(f"/sandbox/phones/whatsapp/{person}/{NUMBER}/messages", params=query)
        page: Json = answer.json()
        return page

    async def shown(self, person: int) -> Json:
        """The newest bubble on the phone."""
        bubble: Json = (await self.history(person))["messages"][-1]
        return bubble

    async def fault(self, **fault: Any) -> httpx.Response:
        return await self.http.put("/sandbox/phones/whatsapp/faults", json=fault)

    async def settled(self) -> None:
        """Until nothing is on its way."""
        async with asyncio.timeout(10):
            while self.face.platform.graph.pending():  # noqa: ASYNC110 seen only from outside
                await asyncio.sleep(0.01)


@asynccontextmanager
async def a_world(path: Path, paced: bool = True) -> AsyncIterator[World]:
    """The platform over the state in `path`; a second one over the same path is a restart."""
    clock, business = Clock(), Business()
    phones = Phones(path / "sandbox.sqlite3", [partial(WhatsApp, retry_first_s=0.01)], clock, paced)
    app = Starlette(routes=[Mount("/sandbox", routes=phones.routes())], exception_handlers={Problem: on_problem})
    hooks = Starlette(routes=[Route("/hook", business.take, methods=["GET", "POST"])])
    face = phones.faces[0]
    assert isinstance(face, WhatsApp)
    async with (
        served(hooks) as hook, phones.running(), served(app) as root,
        httpx.AsyncClient(base_url=root, timeout=10) as http,
    ):  # fmt: skip
        yield World(face, business, clock, root, f"{hook}/hook", http)
        phones.quiet()


def picture(kind: str = "PNG") -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (64, 40), "#14213D").save(kept, kind)
    return kept.getvalue()
