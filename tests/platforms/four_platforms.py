"""The servers of all four messengers, played by one recorder of the loopback.

The recorder notes each call, takes it as the platform would, or answers what a test tells it to for one chat.
"""

import asyncio
import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Answer = tuple[int, bytes, dict[str, str]]
Result = TypeVar("Result")
PATIENCE_S = 30.0
LOOK_S = 0.02
# Courtesies that no customer reads: they go on beside the messages.
COURTESIES = ("sender_action", "status", "callback_query_id", "action")


@dataclass(frozen=True)
class Seen:
    """One call that a platform saw. ``said`` is its JSON or the fields of its form, ``files`` what came with it.

    ``id`` is the provider's id in our answer, empty where the call was refused. ``at`` is in seconds of a steady clock.
    """

    channel: str
    path: str
    said: dict[str, Any]
    files: dict[str, tuple[str, str, bytes]]
    headers: dict[str, str]
    raw: bytes
    id: str
    at: float

    @property
    def method(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def address(self) -> str:
        """Whom it goes to; empty for a call that goes to nobody."""
        return address_of(self.channel, self.said)

    @property
    def is_message(self) -> bool:
        """Whether a customer reads it."""
        return bool(self.address) and not any(key in self.said for key in COURTESIES)


def address_of(channel: str, said: dict[str, Any]) -> str:
    if channel == "messenger":
        return str(_object(said.get("recipient", {})).get("id", ""))
    keys = {"telegram": ("chat_id",), "viber": ("receiver",), "whatsapp": ("to", "recipient")}[channel]
    return next((str(said[key]) for key in keys if key in said), "")


def _object(value: object) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else value  # type: ignore[return-value]  # a form's text


@dataclass
class Platforms:
    """What all platforms saw, in order."""

    url: str = ""
    calls: list[Seen] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _answers: dict[tuple[str, str], list[Answer | None]] = field(default_factory=lambda: defaultdict(list))
    _gathering: dict[str, tuple[int, asyncio.Event]] = field(default_factory=dict)
    _numbers: itertools.count = field(default_factory=lambda: itertools.count(501))  # type: ignore[type-arg]

    def will_answer(self, channel: str, address: str, status: int, body: object, **headers: str) -> None:
        """The next message to the chat has this answer; once. ``retry_after="1"`` is the header ``retry-after``."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers[channel, address].append((status, raw, named))

    def will_refuse(
        self, channel: str, address: str, code: int, subcode: int = 0, status: int = 400, **headers: str
    ) -> None:
        """An error as the Graph API shapes it."""
        error = {"message": f"(#{code}) no", "type": "OAuthException", "code": code}
        told = {"error": error | ({"error_subcode": subcode} if subcode else {})}
        self.will_answer(channel, address, status, told, **headers)

    def will_take(self, channel: str, address: str) -> None:
        """The next message to the chat is taken as usual; for what stands before a refusal."""
        self._answers[channel, address].append(None)

    def will_answer_call(self, channel: str, method: str, status: int, body: object) -> None:
        """The next call of this method has this answer, whomever it is for."""
        self._answers[channel, f"/{method}"].append((status, json.dumps(body).encode(), {}))

    def will_wait_for(self, channel: str, count: int) -> None:
        """Answer no message of the channel before so many of them have arrived."""
        self._gathering[channel] = (count, asyncio.Event())

    def to(self, channel: str, address: str) -> list[Seen]:
        """The messages that reached a chat or were refused, in order."""
        return [
            call for call in list(self.calls) if call.is_message and (call.channel, call.address) == (channel, address)
        ]

    def under(self, channel: str, id_: str) -> Seen:
        """The call that we answered with this id."""
        return next(call for call in list(self.calls) if call.id == id_ and call.channel == channel)

    async def handle(self, request: Request) -> Response:
        channel, _, path = request.scope["path"].lstrip("/").partition("/")
        raw = await request.body()
        said, files = await _read(request, raw)
        address = address_of(channel, said)
        courtesy = any(key in said for key in COURTESIES)
        key = address if address and not courtesy else f"/{path.rpartition('/')[2]}"
        waiting = self._answers.get((channel, key))
        id_, answer = "", waiting.pop(0) if waiting else None
        if key == address:
            await self._gathered(channel)
        if answer is None:
            number = next(self._numbers)
            id_, body = self._taken(channel, path, said, number)
            answer = body if isinstance(body, tuple) else (200, json.dumps(body).encode(), {})
        headers = dict(request.headers)
        self.calls.append(Seen(channel, f"/{path}", said, files, headers, raw, id_, time.monotonic()))
        status, content, more = answer
        return Response(content, status, {"content-type": "application/json"} | more)

    async def _gathered(self, channel: str) -> None:
        if channel not in self._gathering:
            return
        count, full = self._gathering[channel]
        self._gathering[channel] = (count - 1, full)
        if count <= 1:
            full.set()
        await full.wait()

    def _taken(self, channel: str, path: str, said: dict[str, Any], number: int) -> tuple[str, Any]:
        """Our id of what was sent, and the answer as the platform gives it."""
        last = path.rpartition("/")[2]
        if last in self.files:
            mime, data = self.files[last]
            return "", (200, data, {"content-type": mime})
        if channel == "telegram":
            return self._telegram(last, said, number)
        if channel == "viber":
            token = 4912661846655238145 + number  # larger than what a float keeps
            return str(token), {"status": 0, "status_message": "ok", "message_token": token}
        if last == "media":
            return "", {"id": f"70000{number}"}
        if last != "messages" or "status" in said or "sender_action" in said:
            return "", self._lent(channel, last) or {"success": True}
        to = address_of(channel, said)
        if channel == "whatsapp":
            id_ = f"wamid.OUT{number}"
            return id_, {"messaging_product": "whatsapp", "contacts": [{"wa_id": to}], "messages": [{"id": id_}]}
        return f"m_out{number}", {"recipient_id": to, "message_id": f"m_out{number}"}

    def _telegram(self, method: str, said: dict[str, Any], number: int) -> tuple[str, object]:
        if method == "getFile":
            file = said["file_id"]
            return "", {
                "ok": True,
                "result": {"file_id": file, "file_unique_id": "u", "file_path": f"photos/{file}.jpg"},
            }
        if method.startswith("send") and method != "sendChatAction":
            chat = {"id": int(said["chat_id"]), "type": "private"}
            return str(number), {"ok": True, "result": {"message_id": number, "date": int(time.time()), "chat": chat}}
        return "", {"ok": True, "result": True}

    def _lent(self, channel: str, id_: str) -> dict[str, Any] | None:
        """Where WhatsApp says that a medium lies."""
        if channel != "whatsapp" or f"{id_}.jpg" not in self.files:
            return None
        mime, data = self.files[f"{id_}.jpg"]
        lent = f"{self.url}/whatsapp/lent/{id_}.jpg"
        return {"url": lent, "mime_type": mime, "file_size": len(data), "id": id_}


async def _read(request: Request, raw: bytes) -> tuple[dict[str, Any], dict[str, tuple[str, str, bytes]]]:
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return json.loads(raw), {}
    said: dict[str, Any] = dict(request.query_params)
    files: dict[str, tuple[str, str, bytes]] = {}
    if raw and (kind.startswith(("multipart/", "application/x-www-form-urlencoded"))):
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, str):
                    said[name] = value
                else:
                    files[name] = (value.filename or "", value.content_type or "", await value.read())
    for name in ("reply_markup", "link_preview_options", "message"):
        if isinstance(said.get(name), str) and said[name].startswith("{"):
            said[name] = json.loads(said[name])
    return said, files


class Loopback:
    """A thread with a loop in which the recorder and the shutter of the database live, beside the tests."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def serve(self, platforms: Platforms) -> uvicorn.Server:
        app = Starlette(routes=[Route("/{path:path}", platforms.handle, methods=["GET", "POST", "DELETE"])])
        config = uvicorn.Config(app, "127.0.0.1", 0, log_level="error", lifespan="off")
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        platforms.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        return server

    def end(self) -> None:
        async def cancel() -> None:
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.do(cancel())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def until(look: Callable[[], Result], otherwise: Callable[[], object] = lambda: "it never came") -> Result:
    """What the look finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, otherwise()
        time.sleep(LOOK_S)
    return found
