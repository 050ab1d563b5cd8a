"""A running platform on a real socket, a person on a phone, a bot's webhook, and a clock that tests may move."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from platform_serving import Clock, served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from sandbox.messenger.face import Messenger
from sandbox.messenger.limits import WEBHOOK_FIELDS
from sandbox.phones.faces import Phones
from sandbox.phones.wire import Problem, on_problem

PAGE = 104200000000001
APP, SECRET, VERIFY = "880088", "app-secret-of-tests", "handshake-of-tests"
TOKEN = "page-token-of-tests"


@dataclass
class Webhook:
    """A bot's callback: answers the handshake, checks every signature, and refuses the first few if asked to."""

    refuse: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def shake(self, request: Request) -> Response:
        asked = request.query_params
        right = (asked["hub.mode"], asked["hub.verify_token"]) == ("subscribe", VERIFY)
        return PlainTextResponse(asked["hub.challenge"] if right else "no", 200 if right else 403)

    async def take(self, request: Request) -> Response:
        raw = await request.body()
        digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert request.headers["x-hub-signature-256"] == f"sha256={digest}"
        self.bodies.append(json.loads(raw))
        self.came.set()
        self.refuse -= 1
        return Response(status_code=503 if self.refuse >= 0 else 200)

    @property
    def items(self) -> list[dict[str, Any]]:
        """What came, one by one."""
        return [item for body in self.bodies for entry in body["entry"] for item in entry["messaging"]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Those of one kind; `echo` is a message of the Page itself, which is no `message` here."""
        named = {"echo": "message"}.get(kind, kind)
        found = [item for item in self.items if named in item]
        return [item for item in found if (kind == "echo") == bool(item.get("message", {}).get("is_echo"))]

    async def until(self, enough: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not enough():
                self.came.clear()
                await self.came.wait()

    async def next(self, kind: str, count: int = 1) -> dict[str, Any]:
        """The newest item of a kind once `count` have come."""
        await self.until(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[-1]


@dataclass
class World:
    """The platform, a client for both its sides, and the bot's webhook."""

    phones: Phones
    clock: Clock
    root: str
    http: httpx.AsyncClient
    hook: Webhook
    hook_url: str

    @property
    def messenger(self) -> Messenger:
        face = self.phones.faces[0]
        assert isinstance(face, Messenger)
        return face

    async def person(self, phone: str = "+380501112233", name: str = "Anna") -> int:
        known = {"first_name": name, "last_name": "Koval", "phone": phone, "language": "uk"}
        made = await self.http.post("/sandbox/phones/people", json=known)
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    async def graph(self, verb: str, path: str, token: str = TOKEN, **body: Any) -> httpx.Response:
        """A call as a bot makes it."""
        headers = {"Authorization": f"Bearer {token}"}
        url = f"/sandbox/messenger/v25.0/{path}"
        if verb == "GET":
            return await self.http.get(url, params=body, headers=headers)
        whole = headers | {"Content-Type": "application/json"}
        return await self.http.request(verb, url, content=json.dumps(body), headers=whole)

    async def connect(self, fields: tuple[str, ...] = WEBHOOK_FIELDS) -> None:
        """What a bot does when it starts."""
        names, about = ",".join(fields), {"object": "page", "callback_url": self.hook_url, "verify_token": VERIFY}
        done = await self.graph("POST", f"{APP}/subscriptions", f"{APP}|{SECRET}", fields=names, **about)
        assert done.json() == {"success": True}, done.text
        done = await self.graph("POST", f"{PAGE}/subscribed_apps", subscribed_fields=names)
        assert done.json() == {"success": True}, done.text
        done = await self.graph("POST", f"{PAGE}/messenger_profile", get_started={"payload": "GET_STARTED"})
        assert done.json() == {"result": "success"}, done.text

    async def send(self, psid: str, page: str = str(PAGE), **more: Any) -> httpx.Response:
        return await self.graph("POST", f"{page}/messages", recipient={"id": psid}, **more)

    async def sent(self, psid: str, message: dict[str, Any]) -> str:
        """The message's id."""
        answer = await self.send(psid, messaging_type="RESPONSE", message=message)
        assert answer.status_code == 200, answer.text
        assert answer.json()["recipient_id"] == psid
        return str(answer.json()["message_id"])

    async def do(self, person: int, what: str, body: dict[str, Any], verb: str = "POST") -> httpx.Response:
        return await self.http.request(verb, f"/sandbox/phones/messenger/{person}/{PAGE}/{what}", json=body)

    async def say(self, person: int, **content: Any) -> dict[str, Any]:
        answer = await self.do(person, "messages", content)
        assert answer.status_code == 201, answer.text
        bubble: dict[str, Any] = answer.json()
        return bubble

    async def history(self, person: int, **query: int) -> dict[str, Any]:
        answer = await self.http.get(f"/sandbox/phones/messenger/{person}/{PAGE}/messages", params=query)
        page: dict[str, Any] = answer.json()
        return page


@dataclass
class Anna:
    """A person who has pressed Get Started, and whose postback the bot has seen."""

    id: int
    psid: str


@asynccontextmanager
async def a_world(path: Path, paced: bool = True) -> AsyncIterator[World]:
    """The platform over the state in `path`; a second one over the same path is a restart."""
    clock, hook = Clock(), Webhook()
    phones = Phones(path / "sandbox.sqlite3", [partial(Messenger, retry_first_s=4.0)], clock, paced)
    routes = [Route("/hook", hook.shake), Route("/hook", hook.take, methods=["POST"])]
    routes_of_all = [*routes, Mount("/sandbox", routes=phones.routes())]
    app = Starlette(routes=routes_of_all, exception_handlers={Problem: on_problem})
    async with phones.running(), served(app) as root, httpx.AsyncClient(base_url=root, timeout=10) as http:
        yield World(phones, clock, root, http, hook, f"{root}/hook")
        phones.quiet()


async def newcomer(world: World, phone: str = "+380501112233", name: str = "Anna") -> Anna:
    person = await world.person(phone, name)
    before = len(world.hook.of("postback"))
    await world.say(person, start="")
    began = await world.hook.next("postback", before + 1)
    return Anna(person, began["sender"]["id"])


def picture(side: int = 64) -> bytes:
    with Image.new("RGB", (side, side), (10, 120, 200)) as image, BytesIO() as out:
        image.save(out, "PNG")
        return out.getvalue()


def error_of(answer: httpx.Response) -> tuple[int, int | None, str]:
    error = answer.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= error.keys()
    return error["code"], error.get("error_subcode"), error["message"]


async def refusal(world: World, anna: Anna, **call: Any) -> tuple[int, int | None, str]:
    """How a call that is refused is refused; the phone shows nothing new."""
    before = len((await world.history(anna.id))["messages"])
    answer = await world.send(anna.psid, **call)
    assert answer.status_code == 400, answer.text
    assert len((await world.history(anna.id))["messages"]) == before
    return error_of(answer)
