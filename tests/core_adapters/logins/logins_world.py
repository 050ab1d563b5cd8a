"""The world of the logins' tests: a clock that is told the time, a core that wants tokens, and where they come from."""

import asyncio
import json
import socket
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from core_adapters.http import Service, client
from sandbox.app import build

SECRET = "hush-hush-hush"
PATIENCE_S = 60.0


@dataclass
class Time:
    """Stands still unless told."""

    now: float = 5_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 -- uvicorn offers no event to wait for
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@dataclass
class Core:
    """Accepts the tokens in ``good`` (None: any) and writes down what each request carried."""

    url: str = ""
    good: set[str] | None = None
    seen: list[str] = field(default_factory=list)
    orders: int = 0

    async def __call__(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").rpartition(" ")[2]
        self.seen.append(token)
        self.orders += request.method == "POST" and request.url.path == "/order"
        if self.good is not None and token not in self.good:
            return JSONResponse({"code": "unauthorized"}, status_code=401)
        return JSONResponse({"ok": True})


@dataclass
class Endpoint:
    """A token endpoint: token-1, token-2 ... for ``life_s`` each, unless it is told to say something else."""

    url: str = ""
    life_s: object = 100
    said: bytes | None = None
    status: int = 200
    calls: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: Request) -> Response:
        body = await request.body()
        is_json = request.headers["content-type"] == "application/json"
        self.asked.append(json.loads(body) if is_json else dict(parse_qsl(body.decode())))
        self.calls += 1
        number = self.calls
        self.arrived.set()
        await self.open.wait()
        answer = {"token": f"token-{number}", "ttl": {"seconds": self.life_s}}
        body = json.dumps(answer).encode() if self.said is None else self.said
        return Response(body, self.status, media_type="application/json")


@asynccontextmanager
async def core_served() -> AsyncIterator[Core]:
    core = Core()
    async with served(Starlette(routes=[Route("/{path:path}", core.__call__, methods=["GET", "POST"])])) as core.url:
        yield core


@asynccontextmanager
async def endpoint_served() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    endpoint.open.set()
    async with served(Starlette(routes=[Route("/token", endpoint.__call__, methods=["POST"])])) as endpoint.url:
        yield endpoint
        endpoint.open.set()


@asynccontextmanager
async def sandbox_served(data_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox, and a client at its Keycloak."""
    async with served(app := _Later()) as url:
        sandbox = build(data_dir, url, "the core's token", "the gateway's token")
        app.inner = Starlette(routes=[Mount("/sandbox", sandbox)])
        async with (
            sandbox.router.lifespan_context(sandbox),
            httpx.AsyncClient(base_url=f"{url}/sandbox/keycloak", timeout=10, trust_env=False) as face,
        ):
            yield face


@asynccontextmanager
async def service(core: Core, login: httpx.Auth) -> AsyncIterator[Service]:
    async with client() as http:
        http.timeout = httpx.Timeout(PATIENCE_S)  # two hundred at once on a busy machine are no illness
        yield Service(http, core.url, login)


class _Later:
    """An application that is put in after its address is known."""

    inner: ASGIApp

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await self.inner(scope, receive, send)


def told(error: BaseException) -> str:
    """All that a log could ever print of an exception."""
    shown = "".join(traceback.format_exception(error))
    context: BaseException | None = error
    while context is not None:
        shown += f"{context!s} {context!r} {context.args!r}"
        context = context.__cause__ or context.__context__
    return shown
