"""What the contract of all adapters has to know of a messenger's platform, and a recorder that plays any of them.

Beside its tests each adapter has ``<name>_platform.py`` with ``PLATFORM``, an object of the shape ``Platform``.
"""

import asyncio
import importlib.util
import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from flows.ports import Channel, DrawnPicture

HERE = Path(__file__).parent
CHANNELS = HERE.parents[1] / "channels"
Refusal = tuple[int, bytes]


@dataclass(frozen=True)
class Call:
    """One request that the platform saw. ``body`` is its JSON, or the fields of its form with files by their size."""

    path: str
    body: dict[str, Any]
    raw: bytes = b""


class Host:
    """Lends files as the bot does; nobody fetches them here."""

    async def publish(self, drawn: DrawnPicture) -> str:
        return f"https://bank.example/media/{len(drawn.data)}.{drawn.file_name.rpartition('.')[2]}"


class Platform(Protocol):
    """A messenger's platform, as far as the contract needs it."""

    secrets: Sequence[str]  # words that may stand in no error

    def channel(self, url: str) -> Channel: ...
    def headers(self, body: bytes) -> Mapping[str, str]:
        """What proves a webhook's body."""
        ...

    def text(self, id_: str, user: str, text: str) -> bytes:
        """The webhook of a text."""
        ...

    def press(self, id_: str, user: str, button: Any, sent: Sequence[Call]) -> bytes:
        """The webhook of a tap on one of ``buttons``; ``sent`` are the calls that drew it."""
        ...

    def unknown(self, user: str) -> bytes:
        """The webhook of something that nobody knows yet."""
        ...

    def taken(self, call: Call, number: int) -> object:
        """The platform's answer to a call that it takes."""
        ...

    def texts(self, call: Call) -> list[str]:
        """The words that a customer reads of a call: text, caption or body."""
        ...

    def buttons(self, call: Call) -> list[Any]:
        """What a customer can tap on in it to answer."""
        ...

    def media(self, call: Call) -> str:
        """``image`` or ``document`` for a call that delivers one, else nothing."""
        ...

    throttled: Refusal
    blocked: Refusal
    revoked: Refusal


def names() -> list[str]:
    """Every messenger: a folder of channels with a capability record."""
    return sorted(path.parent.name for path in CHANNELS.glob("*/capabilities.py"))


def platform(name: str) -> Platform:
    """What is known of a messenger's platform."""
    path = HERE / name / f"{name}_platform.py"
    assert path.exists(), f"tests/channels/{name}/{path.name} is missing: it tells the contract how {name} speaks"
    return _module(path).PLATFORM  # type: ignore[no-any-return]


def _module(path: Path) -> ModuleType:
    if path.stem in sys.modules:
        return sys.modules[path.stem]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class PlatformRecorder:
    """Any platform: notes the calls, takes them, or answers what it is told to, once each."""

    platform: Platform
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: list[Refusal] = field(default_factory=list)

    def texts(self) -> list[str]:
        return [text for call in self.calls for text in self.platform.texts(call)]

    def buttons(self) -> Iterator[Any]:
        for call in self.calls:
            yield from self.platform.buttons(call)

    async def handle(self, request: Request) -> Response:
        raw = await request.body()
        if request.headers.get("content-type", "").startswith("application/json"):
            body = json.loads(raw)
        else:
            async with request.form() as form:
                body = {key: value if isinstance(value, str) else value.filename for key, value in form.items()}
        call = Call(request.url.path, body, raw)
        self.calls.append(call)
        if self.answers:
            status, answer = self.answers.pop(0)
            return Response(answer, status, media_type="application/json")
        return Response(json.dumps(self.platform.taken(call, len(self.calls))), media_type="application/json")


@asynccontextmanager
async def recording(of: Platform) -> AsyncIterator[PlatformRecorder]:
    """The platform behind a true socket."""
    recorder = PlatformRecorder(of)
    app = Starlette(routes=[Route("/{path:path}", recorder.handle, methods=["GET", "POST"])])
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    recorder.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield recorder
    finally:
        server.should_exit = True
        await task
