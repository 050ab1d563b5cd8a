"""The sandbox over a real socket: its bank with Anna's card, and its billers behind their logins."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.app import build

CORE_TOKEN, SECRET = "the core's token", "the billers' secret"


@dataclass
class Town:
    """Everybody who is paid, and the bank through which they are."""

    http: httpx.AsyncClient
    card_id: str = ""

    async def json(self, method: str, path: str, **more: object) -> httpx.Response:
        return await self.http.request(method, f"/billers{path}", headers={"x-api-key": SECRET}, **more)

    async def xml(self, partner: str, command: str, **fields: object) -> dict[str, str]:
        """The flat fields of an answer; the login is right and HTTP says 200."""
        root = ElementTree.Element("request")
        for name, value in {"command": command, **fields}.items():
            ElementTree.SubElement(root, name).text = str(value)
        return await self.raw(partner, ElementTree.tostring(root))

    async def raw(self, partner: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
        answer = await self.http.post(f"/billers/{partner}/xml", content=body, auth=("teller", secret))
        assert answer.status_code == 200
        return {field.tag: field.text or "" for field in ElementTree.fromstring(answer.text)}

    async def bank(self, method: str, path: str, **more: object) -> httpx.Response:
        login = {"authorization": f"Bearer {CORE_TOKEN}"}
        return await self.http.request(method, f"/bank/v1{path}", headers=login, **more)

    async def balances(self) -> dict[str, int]:
        return {row["account"]: row["balance_minor"] for row in (await self.http.get("/api/accounts")).json()}

    async def booked(self) -> list[dict[str, object]]:
        return (await self.http.get("/billers/books")).json()

    async def fault(self, core: str, operation: str, outcome: str) -> None:
        body = {"core": core, "operation": operation, "outcome": outcome}
        (await self.http.put("/api/faults", json=body)).raise_for_status()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        inner = build(tmp_path, url, CORE_TOKEN, "the gateway's token", SECRET)
        app = Starlette(routes=[Mount("/sandbox", inner)], lifespan=lambda _: inner.router.lifespan_context(inner))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="on"))
        running = asyncio.create_task(server.serve(sockets=[held]))
        while not server.started:  # noqa: ASYNC110 -- uvicorn offers no event to wait for
            await asyncio.sleep(0.005)
        async with httpx.AsyncClient(base_url=f"{url}/sandbox", timeout=5, trust_env=False) as http:
            cards = [{"currency": "UAH", "balance_minor": 100_000}]
            body = {"phone": "+380501112233", "name": "Anna Koval", "cards": cards}
            made = (await http.post("/api/customers", json=body)).json()
            yield Town(http, made["cards"][0]["card_id"])
        server.should_exit = True
        await running
