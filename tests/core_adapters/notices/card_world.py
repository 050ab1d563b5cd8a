"""What happens on Anna's card, told by the bank over a socket to a door of ours, and what she hears of it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core_adapters.webhooks import signing_secret

PATIENCE_S = 20


class Door:
    """Where the bank's news come in: each is handed to the adapters, and kept to be delivered again."""

    def __init__(self, room) -> None:
        self.room, self.taken, self.answers = room, [], []

    async def take(self, request: Request) -> Response:
        headers, body = dict(request.headers), await request.body()
        self.taken.append((headers, body))
        self.answers.append(await self.room.adapters.core_events("sandbox", headers, body))
        return Response(status_code=self.answers[-1])

    async def until(self, count: int) -> None:
        """Wait until so many news have come."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.taken) < count:  # noqa: ASYNC110 -- the bank sends when it sends
                await asyncio.sleep(0.02)


@asynccontextmanager
async def door(room) -> AsyncIterator[Door]:
    """A webhook on a port of the loopback, and the bank told of it."""
    made = Door(room)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        app = Starlette(routes=[Route("/webhooks/core/sandbox", made.take, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve(sockets=[held]))
        while not server.started:  # noqa: ASYNC110 -- uvicorn offers a flag and no event
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{held.getsockname()[1]}/webhooks/core/sandbox"
        await room.adapters.questions.bank.register_webhook(url, signing_secret(room.webhook_secret))
        yield made
        server.should_exit = True
        await task


async def buys(room, minor=250_00, merchant="Corner Bakery", where="shop") -> None:
    """Anna pays with her card in a shop."""
    body = {"card_id": room.payer, "where": where, "merchant": merchant, "category": "other", "amount_minor": minor}
    answer = await room.bank.http.post(f"{room.bank.url}/api/purchases", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text


async def heard(room, name="cards.operation"):
    """The news of her card in Anna's chat, in order."""
    for job in room.adapters.worker.more:
        await job()
    return [event for event in await room.news() if event.kind == "bank" and event.name == name]


async def outcomes(room):
    """How what was kept for her has ended."""
    rows = await room.pool.fetch("select outcome from money.notice order by happened_at, id")
    return [row["outcome"] for row in rows]


async def settled(room, made: Door, count: int) -> None:
    """The news so far have come and are told, so that a test begins from a quiet chat."""
    await made.until(count)
    await heard(room)
