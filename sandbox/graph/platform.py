"""The Graph as one face uses it: it answers calls in the Graph's manner, and takes news to the apps that want it.

    graph = Graph(database, "whatsapp", {"whatsapp_business_account": frozenset({"messages"})}, clock=clock)
    Mount("/whatsapp", routes=[graph.route("/{id}/messages", send, "POST"), *graph.routes()])
    async def send(call: Call) -> dict: ...      raises GraphRefused
    graph.tell("whatsapp_business_account", "messages", about=str(person.id), entry={"id": …, "changes": […]})
    async with graph.running(): ...
`graph.routes()` comes last: it ends with the answer for paths that there are not.
"""

import contextlib
import re
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from sandbox.graph.apps import Apps
from sandbox.graph.arguments import Arguments, read_arguments
from sandbox.graph.delivery import Delivery, Pack
from sandbox.graph.failures import GraphRefused, unavailable, unknown_path
from sandbox.graph.faults import Fault, Faults, Refusal
from sandbox.graph.limits import BODY_MAX_BYTES, RETRY_FIRST_S, VERSION_NEWEST, VERSION_OLDEST
from sandbox.graph.news import Entry, Newsroom
from sandbox.graph.subscriptions import Edges, access_token
from sandbox.graph.tokens import token_of

VERSION = re.compile(r"v([0-9]{1,3})\.0")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: by whom, of which object, with what; `fault` is the trouble that was asked for, if it meets any."""

    request: Request
    arguments: Arguments
    token: str = field(repr=False)
    fault: Fault | None = None

    @property
    def id(self) -> str:
        """The object that the path names."""
        found: str = self.request.path_params.get("id", "")
        return found

    @property
    def verb(self) -> str:
        return self.request.method


Endpoint = Callable[[Call], Awaitable["dict[str, Any] | Response"]]


def _nothing_more(_: Entry) -> None: ...


def _as_they_came(entries: list[Entry]) -> list[Entry]:
    return entries


class Graph:
    """`objects`: kinds of object and their fields that apps may subscribe to. `refusals`: faults of its own.

    `outcomes` are names of faults that are done all the same and that the endpoint sees in `call.fault`.
    `pack` makes the `entry` list of a webhook that carries several pieces of news; `taken` hears of each that arrived.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        face: str,
        objects: Mapping[str, frozenset[str]],
        *,
        refusals: Mapping[str, Refusal] | None = None,
        outcomes: Sequence[str] = (),
        clock: Callable[[], float] = time.time,
        retry_first_s: float = RETRY_FIRST_S,
        pack: Pack = _as_they_came,
        taken: Callable[[Entry], None] = _nothing_more,
    ) -> None:
        self._clock = clock
        self.apps, self.faults = Apps(database, face), Faults(refusals or {}, outcomes)
        self._news = Newsroom(database, face)
        self._delivery = Delivery(self.apps, self._news, self.faults, clock, retry_first_s, pack, taken)
        self._edges = Edges(self.apps, objects, lambda: self._delivery.client, self._moved)

    def tell(self, object_: str, field_: str, about: str, entry: Entry) -> None:
        """News for every app that wants this field. News about the same `about` leaves in order."""
        now, disorder = self._clock(), self.faults.fault.webhooks
        due_at = now + disorder.delay_s if disorder.count else now
        for each in self.apps.wanting(object_, field_):
            self._news.add(each.app, object_, about, now, due_at, entry)
            self._delivery.look(each.app)

    def look(self) -> None:
        """A switch was moved, or time has passed: see what may leave now."""
        self._delivery.look_all()

    def pending(self) -> int:
        """How many pieces of news no app has taken yet."""
        return sum(self._news.count(app) for app in {each.app for each in self.apps.all()})

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._delivery.start()
        try:
            yield
        finally:
            await self._delivery.stop()

    def route(self, path: str, endpoint: Endpoint, verb: str, most_bytes: int = BODY_MAX_BYTES) -> Route:
        """`/v{N}.0` is put before the path; the fault switch knows the call by the last word of the path."""
        method = path.rpartition("/")[2]

        async def answer(request: Request) -> Response:
            trace = f"A{secrets.token_urlsafe(16)}"
            try:
                response = await self._answer(request, endpoint, method, most_bytes)
            except GraphRefused as refusal:
                response = JSONResponse(refusal.as_json(trace), refusal.status, refusal.headers)
            response.headers["x-fb-trace-id"] = trace
            return response

        return Route(f"/{{version}}{path}", answer, methods=[verb])

    def routes(self, *last: BaseRoute) -> list[BaseRoute]:
        """The edges of apps, then `last`, the wide routes of a face (`/{id}`), then the answer for all other paths."""

        async def edge(call: Call) -> dict[str, Any]:
            return await self._edges.on(call.verb)(call.id, call.token, call.arguments)

        subscriptions = [self.route("/{id}/subscriptions", edge, verb) for verb in ("POST", "GET", "DELETE")]
        everything = ["GET", "POST", "DELETE", "PUT", "PATCH"]
        return [
            *subscriptions,
            Route("/{version}/oauth/access_token", _access_token, methods=["GET", "POST"]),
            *last,
            Route("/{path:path}", _nowhere, methods=everything),
        ]

    async def _answer(self, request: Request, endpoint: Endpoint, method: str, most_bytes: int) -> Response:
        version = VERSION.fullmatch(request.path_params["version"])
        if version is None or not VERSION_OLDEST <= int(version.group(1)) <= VERSION_NEWEST:
            raise unknown_path(request.path_params["version"])
        fault = self.faults.take(method)
        if fault and (trouble := await self.faults.meet(fault)):
            return trouble
        arguments = await read_arguments(request, most_bytes)
        result = await endpoint(Call(request, arguments, token_of(request, arguments), fault))
        if fault and fault.outcome == "lost":
            raise unavailable()
        headers = {"facebook-api-version": request.path_params["version"]}
        return result if isinstance(result, Response) else JSONResponse(result, headers=headers)

    def _moved(self, app: str) -> None:
        """A new callback gets what waits at once; nobody waits for the news of an app that has left."""
        if any(each.app == app for each in self.apps.all()):
            self._news.hurry(app)
        else:
            self._news.drop(app)
        self._delivery.look(app)


async def _access_token(request: Request) -> Response:
    try:
        return JSONResponse(access_token(await read_arguments(request)))
    except GraphRefused as refusal:
        return JSONResponse(refusal.as_json(f"A{secrets.token_urlsafe(16)}"), refusal.status)


async def _nowhere(request: Request) -> Response:
    refusal = unknown_path(f"/{request.path_params['path']}")
    return JSONResponse(refusal.as_json(f"A{secrets.token_urlsafe(16)}"), refusal.status)
