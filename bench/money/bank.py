"""A core behind a socket for measuring: it books by reference, as late as it is told, and forgets nothing."""

import asyncio
import socket
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core_adapters.breaker import Breaker
from core_adapters.failures import Missing
from core_adapters.http import Reply, Service
from core_adapters.ports import Capability, Order, Posted, Progress

OPENING_MINOR = 1_000_000_000


@dataclass
class Books:
    """The core's side. ``late_s`` says after how many seconds the next order lands."""

    late_s: Callable[[], float] = lambda: 0.0
    drops_doubles: bool = False
    landed: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    heard: Counter[str] = field(default_factory=Counter)
    balances: Counter[str] = field(default_factory=Counter)
    _landing: set["asyncio.Task[None]"] = field(default_factory=set)

    async def order(self, request: Request) -> Response:
        body = await request.json()
        self.heard[body["reference"]] += 1
        # It lands whatever becomes of whoever asked.
        task = asyncio.create_task(self._land(body, self.late_s()))
        self._landing.add(task)
        task.add_done_callback(self._landing.discard)
        await asyncio.shield(task)
        return JSONResponse({"id": f"B-{body['reference']}"})

    async def look(self, request: Request) -> Response:
        reference = request.path_params["reference"]
        if reference not in self.landed:
            return JSONResponse({"detail": "unknown"}, status_code=404)
        return JSONResponse({"id": f"B-{reference}"})

    async def _land(self, body: Mapping[str, object], late_s: float) -> None:
        if late_s:
            await asyncio.sleep(late_s)
        reference, minor = str(body["reference"]), int(str(body["minor"]))
        if self.drops_doubles and reference in self.landed:
            return
        self.landed[reference].append(minor)
        self.balances[str(body["from"])] -= minor
        self.balances[str(body["to"])] += minor

    @property
    def doubles(self) -> int:
        """References that are booked more than once."""
        return sum(len(booked) > 1 for booked in self.landed.values())

    @asynccontextmanager
    async def served(self) -> AsyncIterator[int]:
        """Serve on a port of the loopback."""
        app = Starlette(
            routes=[Route("/orders", self.order, methods=["POST"]), Route("/orders/{reference}", self.look)]
        )
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
            task = asyncio.create_task(server.serve(sockets=[held]))
            while not server.started:  # noqa: ASYNC110 -- uvicorn offers a flag and no event
                await asyncio.sleep(0.01)
            yield held.getsockname()[1]
            server.should_exit = True
            await task


@dataclass(frozen=True)
class SocketBank:
    """Satisfies core_adapters.ports.Performer, over our own client and its reading of failures.

    Each order has a breaker of its own: what is counted here is orders that left, not those that were spared.
    """

    service: Service
    capability: Capability
    name: str = "bench"
    actions: frozenset[str] = frozenset({"transfers.execute"})

    async def perform(self, order: Order) -> Posted:
        amount = order.amount.minor if order.amount else 0
        body = {
            "reference": order.reference,
            "minor": amount,
            "from": order.inputs["from"],
            "to": order.cards["to"].token,
        }
        return _posted(await replace(self.service, breaker=Breaker()).order("POST", "/orders", body))

    async def enquire(self, order: Order) -> Posted | None:
        try:
            return _posted(await replace(self.service, breaker=Breaker()).ask(f"/orders/{order.reference}"))
        except Missing:
            return None

    async def progress(self, order: Order) -> Progress | None:
        raise Missing(f"nothing follows {order.action}")


def _posted(reply: Reply) -> Posted:
    return Posted(str(reply.document["id"]))


def impatient(timeout_s: float) -> httpx.AsyncClient:
    """A client that waits no longer than so for an answer."""
    return httpx.AsyncClient(timeout=httpx.Timeout(timeout_s, connect=2.0, pool=30.0), trust_env=False)
