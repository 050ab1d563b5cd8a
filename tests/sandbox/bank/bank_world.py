"""The world of the bank's tests: the sandbox over a real socket, a listener to its news, a customer."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp

from sandbox.app import build

CORE_TOKEN = "the core's token"
SMS_TOKEN = "the gateway's token"
SECRET = "whsec_c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveA=="
ANSWER_WITHIN_S = 0.4
NEWS_WITHIN_S = 15


@asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="on"))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 -- uvicorn offers no event to wait for
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = True
        await running


def listen() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def running_sandbox(data_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox mounted at /sandbox, as the composition root does it, and a client that knows the core's token."""
    listener, url = listen()
    sandbox = build(data_dir, url, CORE_TOKEN, SMS_TOKEN)
    app = Starlette(routes=[Mount("/sandbox", sandbox)], lifespan=lambda _: sandbox.router.lifespan_context(sandbox))
    headers = {"authorization": f"Bearer {CORE_TOKEN}"}
    client = httpx.AsyncClient(base_url=f"{url}/sandbox", headers=headers, timeout=5, trust_env=False)
    async with serving(app, listener), client:
        yield client


@dataclass
class Listener:
    """Takes webhooks after `refusals` times 500; only what the signature vouches for is kept."""

    url: str
    refusals: int = 0
    tries: int = 0
    ids: set[str] = field(default_factory=set)
    news: asyncio.Queue[dict[str, object]] = field(default_factory=asyncio.Queue)

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        Webhook(SECRET).verify(body, dict(request.headers))
        self.ids.add(request.headers["webhook-id"])
        self.tries += 1
        if self.tries <= self.refusals:
            return Response(status_code=500)
        self.news.put_nowait(json.loads(body))
        return Response(status_code=204)

    async def next(self) -> dict[str, object]:
        return await asyncio.wait_for(self.news.get(), NEWS_WITHIN_S)


@dataclass(frozen=True)
class Anna:
    """A customer with two cards: 1,000.00 UAH on the first, nothing on the second."""

    customer_id: str
    card_id: str
    account: str
    second_number: str
    second_account: str

    def order(self, reference: str, **changes: object) -> dict[str, object]:
        return {
            "reference": reference,
            "from_card_id": self.card_id,
            "to_card_number": self.second_number,
            "amount_minor": 50_00,
            "currency": "UAH",
            "purpose": "for tea",
        } | changes


async def newcomer(bank: httpx.AsyncClient, phone: str) -> Anna:
    cards = [{"currency": "UAH", "balance_minor": 100_000}, {"currency": "UAH", "balance_minor": 0}]
    answer = await bank.post("/api/customers", json={"phone": phone, "name": "Anna Koval", "cards": cards})
    first, second = answer.json()["cards"]
    return Anna(
        answer.json()["customer_id"],
        first["card_id"],
        first["account"],
        second["card_number"],
        second["account"],
    )


async def balances(bank: httpx.AsyncClient) -> dict[str, int]:
    return {row["account"]: row["balance_minor"] for row in (await bank.get("/api/accounts")).json()}
