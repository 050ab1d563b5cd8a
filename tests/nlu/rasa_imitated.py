"""A server with Rasa 3.6's face, as the real one showed it: how it lets callers in, and the shape of its answers."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SECRET = "a secret that is long enough for HS256"
Intents = Sequence[tuple[str, float]]


@dataclass
class Imitation:
    """``ranking`` is what it finds in any text. ``instead`` answers in its place, once set. ``asked`` is what came."""

    ranking: Intents = (("show_balance", 0.9), ("transfer_money", 0.1))
    instead: Callable[[], Response] | None = None
    slow_s: float = 0.0
    asked: list[dict[str, object]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    async def parse(self, request: Request) -> Response:
        self.addresses.append(str(request.url))
        if (refusal := _refused(request)) is not None:
            return refusal
        body = await request.json()
        self.asked.append(body)
        await asyncio.sleep(self.slow_s)
        return self.instead() if self.instead else JSONResponse(answer(body["text"], self.ranking))


def answer(text: str, ranking: Intents) -> dict[str, object]:
    """What the real one answers to ``POST /model/parse``, whatever the text: to it no words have an intent, too."""
    entries = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return {
        "text": text,
        "intent": entries[0],
        "entities": [],
        "text_tokens": [[0, len(text)]],
        "intent_ranking": entries,
    }


def _refused(request: Request) -> Response | None:
    """Rasa's door under ``--jwt-secret``: a signed token in the header, and the role of an admin in it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        assert scheme == "Bearer"
        user = jwt.decode(token, SECRET, ["HS256"])["user"]
    except (AssertionError, jwt.InvalidTokenError):
        return _failure(401, "NotAuthenticated", "User is not authenticated.")
    return None if user["role"] == "admin" else _failure(403, "NotAuthorized", "User has insufficient permissions.")


def _failure(status: int, reason: str, message: str) -> Response:
    return JSONResponse(
        {"version": "3.6.21", "status": "failure", "message": message, "reason": reason, "details": {}, "help": None,
         "code": status},
        status,
    )  # fmt: skip


def no_model() -> Response:
    """The real one without a model."""
    return _failure(409, "Conflict", "No agent loaded. To continue processing, a model of a trained agent is needed.")


def parsing_error() -> Response:
    return _failure(500, "ParsingError", "An unexpected error occurred.")


@asynccontextmanager
async def serving(rasa: Imitation) -> AsyncIterator[str]:
    """Its address, on a free port of this machine."""
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    app = Starlette(routes=[Route("/model/parse", rasa.parse, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 uvicorn tells it in no other way
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
        await asyncio.sleep(0.01)  # what a caller has left open is closed in the loop's next turns
        listening.close()
