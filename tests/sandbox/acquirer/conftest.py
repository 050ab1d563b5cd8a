"""The acquirer over a real socket, with a clock that can jump, and somebody who listens to its news."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from acquirer_world import CORE_TOKEN, KEY, Shop
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from sandbox.app import build

SECRET = "whsec_YWNxdWlyZXItYWNxdWlyZXItYWNxdWlyZXI="


@dataclass
class Hearing:
    """Takes the acquirer's news; what is not signed is not heard."""

    url: str
    news: asyncio.Queue[dict[str, object]] = field(default_factory=asyncio.Queue)

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        Webhook(SECRET).verify(body, dict(request.headers))
        self.news.put_nowait(json.loads(body))
        return Response(status_code=204)

    async def next(self) -> dict[str, object]:
        return await asyncio.wait_for(self.news.get(), 15)


@asynccontextmanager
async def serving(app: ASGIApp, held: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="on"))
    running = asyncio.create_task(server.serve(sockets=[held]))
    while not server.started:  # noqa: ASYNC110 -- uvicorn offers no event to wait for
        await asyncio.sleep(0.005)
    yield
    server.should_exit = True
    await running


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    held = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{held.getsockname()[1]}"
    inner = build(tmp_path, url, CORE_TOKEN, "the gateway's token", "the billers' secret", KEY)
    app = Starlette(routes=[Mount("/sandbox", inner)], lifespan=lambda _: inner.router.lifespan_context(inner))
    client = httpx.AsyncClient(base_url=f"{url}/sandbox", timeout=5, trust_env=False)
    async with serving(app, held), client as http:
        cards = [{"currency": "UAH", "balance_minor": 0}]
        body = {"phone": "+380501112233", "name": "Anna Koval", "cards": cards}
        made = (await http.post("/api/customers", json=body)).json()
        yield Shop(http, made["cards"][0]["card_id"])


@pytest.fixture
async def hearing(shop: Shop) -> AsyncIterator[Hearing]:
    held = socket.create_server(("127.0.0.1", 0))
    ear = Hearing(f"http://127.0.0.1:{held.getsockname()[1]}/news")
    async with serving(Starlette(routes=[Route("/news", ear.__call__, methods=["POST"])]), held):
        told = await shop.call("PUT", "/webhook", json={"url": ear.url, "secret": SECRET})
        assert told.status_code == 204
        yield ear
