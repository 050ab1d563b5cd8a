"""A running platform on a real socket, a person on a phone, and a clock that tests may move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from platform_serving import Clock, served
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.phones.faces import Phones
from sandbox.phones.wire import Problem, on_problem
from sandbox.telegram.face import Telegram

TOKEN = "1001:test-token"
BOT = 1001


@dataclass
class World:
    """The platform and a client for its phone side."""

    phones: Phones
    clock: Clock
    root: str
    http: httpx.AsyncClient

    @property
    def telegram(self) -> Telegram:
        face = self.phones.faces[0]
        assert isinstance(face, Telegram)
        return face

    async def person(self, phone: str = "+380501112233", name: str = "Anna") -> int:
        made = await self.http.post(
            "/sandbox/phones/people",
            json={"first_name": name, "last_name": "Koval", "phone": phone, "language": "uk"},
        )
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    async def call(self, method: str, token: str = TOKEN, **arguments: Any) -> dict[str, Any]:
        answer = await self.http.post(f"/sandbox/telegram/bot{token}/{method}", json=arguments)
        body: dict[str, Any] = answer.json()
        assert body["ok"] is (answer.status_code == 200)
        return body

    async def do(self, person: int, what: str, body: dict[str, Any], verb: str = "POST") -> httpx.Response:
        return await self.http.request(verb, f"/sandbox/phones/telegram/{person}/{BOT}/{what}", json=body)

    async def say(self, person: int, **content: Any) -> dict[str, Any]:
        answer = await self.do(person, "messages", content)
        assert answer.status_code == 201, answer.text
        bubble: dict[str, Any] = answer.json()
        return bubble

    async def history(self, person: int, **query: int) -> dict[str, Any]:
        answer = await self.http.get(f"/sandbox/phones/telegram/{person}/{BOT}/messages", params=query)
        page: dict[str, Any] = answer.json()
        return page

    async def updates(self, **arguments: Any) -> list[dict[str, Any]]:
        answer = await self.call("getUpdates", **arguments)
        assert answer["ok"], answer
        result: list[dict[str, Any]] = answer["result"]
        return result


@asynccontextmanager
async def a_world(path: Path, paced: bool = True) -> AsyncIterator[World]:
    """The platform over the state in `path`; a second one over the same path is a restart."""
    clock = Clock()
    phones = Phones(path / "sandbox.sqlite3", [partial(Telegram, retry_first_s=0.01)], clock, paced)
    app = Starlette(routes=[Mount("/sandbox", routes=phones.routes())], exception_handlers={Problem: on_problem})
    async with phones.running(), served(app) as root, httpx.AsyncClient(base_url=root, timeout=10) as http:
        yield World(phones, clock, root, http)
        phones.quiet()
