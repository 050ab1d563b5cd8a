"""A recorder that stands where graph.facebook.com stands, and answers what a test tells it to.

Unless told otherwise it takes every message with an id of its own, every upload with a media id, and lends the bytes
in ``media`` by ``GET /{media id}`` and then a GET of the address in that answer.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True)
class GraphCall:
    """One request: the path without the version, the query, the token of the header, the JSON, or form and files."""

    method: str
    path: str
    version: str
    query: dict[str, str]
    token: str
    said: dict[str, Any]
    files: dict[str, tuple[str, str, bytes]]


@dataclass
class GraphRecorder:
    """Every call it saw, and the answers it will give: in order, each once, then its own again."""

    url: str = ""
    calls: list[GraphCall] = field(default_factory=list)
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def will_answer(self, status: int, body: object, **headers: str) -> None:
        """``retry_after="7"`` is the header ``retry-after``. Bytes go out as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, raw, {name.replace("_", "-"): value for name, value in headers.items()}))

    def will_refuse(self, code: int, status: int = 400, subcode: int = 0, **more: Any) -> None:
        """An error as Graph shapes it."""
        error = {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "fbtrace_id": "A1"} | more
        self.will_answer(status, {"error": error | ({"error_subcode": subcode} if subcode else {})})

    def said(self, ending: str = "/messages") -> list[dict[str, Any]]:
        """The bodies of all calls whose path ends so."""
        return [call.said for call in self.calls if call.path.endswith(ending)]

    async def handle(self, request: Request) -> Response:
        call = await _read(request)
        self.calls.append(call)
        if self.answers:
            status, body, headers = self.answers.pop(0)
            return Response(body, status, headers, media_type="application/json")
        if call.method == "GET" and call.path.startswith("/lent/"):
            mime, data = self.media[call.path.removeprefix("/lent/")]
            return Response(data, media_type=mime)
        return Response(json.dumps(self._own_answer(call)), media_type="application/json")

    def _own_answer(self, call: GraphCall) -> dict[str, Any]:
        number = len(self.calls)
        media_id = call.path.strip("/")
        if call.method == "GET" and media_id in self.media:
            mime, data = self.media[media_id]
            lent = f"{self.url}/lent/{media_id}"
            return {"url": lent, "mime_type": mime, "file_size": len(data), "id": media_id, "sha256": "00"}
        if call.path.endswith("/media"):
            return {"id": f"70000{number}"}
        if call.path.endswith("/messages") and call.said.get("messaging_product") == "whatsapp":
            if "status" in call.said:
                return {"success": True}
            to = call.said.get("to") or call.said.get("recipient")
            return {
                "messaging_product": "whatsapp",
                "contacts": [{"input": to, "wa_id": to}],
                "messages": [{"id": f"wamid.{number}"}],
            }
        if call.path.endswith("/messages"):
            told = call.said.get("recipient", {})
            recipient = json.loads(told) if isinstance(told, str) else told  # a form holds it as text
            return {"recipient_id": recipient.get("id", ""), "message_id": f"m_{number}"}
        return {"success": True}


async def _read(request: Request) -> GraphCall:
    version, _, path = request.scope["path"].lstrip("/").partition("/")
    if version == "lent":
        version, path = "", f"lent/{path}"
    said: dict[str, Any] = {}
    files: dict[str, tuple[str, str, bytes]] = {}
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, str):
                    said[name] = value
                else:
                    files[name] = (value.filename or "", value.content_type or "", await value.read())
    elif body := await request.body():
        said = json.loads(body)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    return GraphCall(request.method, f"/{path}", version, dict(request.query_params), token, said, files)


@asynccontextmanager
async def running(recorder: GraphRecorder) -> AsyncIterator[None]:
    """The recorder behind a true socket, whose address it then knows."""
    app = Starlette(routes=[Route("/{path:path}", recorder.handle, methods=["GET", "POST", "DELETE"])])
    async with served(app) as url:
        recorder.url = url
        yield


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The app on a free port of the loopback; gives its address."""
    config = uvicorn.Config(app, "127.0.0.1", 0, log_level="error", lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Its own loop looks only every tenth of a second whether to end, which a hundred tests would wait for.
    await server.startup()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    await server.shutdown()


@asynccontextmanager
async def hanging_up() -> AsyncIterator[str]:
    """The address of a server that reads a request and closes the connection without a word."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
