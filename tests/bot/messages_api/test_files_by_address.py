"""Files that a caller names by address: fetched and kept by us, and no way to look into the bank's network."""

import asyncio
import io
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from api_rig import Api, serving
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from turn_rig import Recorder

from bot.keyring import Keyring
from bot.messages_api import fetching
from bot.messages_api.fetching import Fetcher, Unfetchable


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "#E4572E").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A web server with a picture, a page, a document, a file that does not say how long it is, and redirects."""

    async def long() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 1_000_000
            await asyncio.sleep(0)

    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        known: dict[str, Callable[[], Response]] = {
            "a.png": lambda: Response(picture(), media_type="image/png"),
            "page": lambda: Response(b"<html>", media_type="text/html"),
            "lie.png": lambda: Response(b"%PDF-1.7\n", media_type="image/png"),
            "a.pdf": lambda: Response(b"%PDF-1.7\n", media_type="application/pdf"),
            "long": lambda: StreamingResponse(long(), media_type="image/png"),
            "once": lambda: RedirectResponse("a.png"),
            "for-ever": lambda: RedirectResponse("for-ever"),
            "inwards": lambda: RedirectResponse("http://169.254.169.254/latest/meta-data"),
        }
        return known[name]() if name in known else Response(status_code=404)

    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Route("/{name}", answer)]), "127.0.0.1", 0, log_level="error", lifespan="off")
    )
    serving_ = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this flag alone
        await asyncio.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    server.force_exit = True
    await serving_


async def ask(api: Api, kind: str = "image", key: str = "a", **source: Any) -> Any:
    return await api.post(key=key, content={"type": kind, "caption": "Look"} | source)


@pytest.mark.parametrize("name", ["a.png", "once"])
async def test_a_picture_is_fetched_kept_and_sent_under_its_id(
    database: str, keyring: Keyring, recorder: Recorder, site: str, name: str
) -> None:
    async with serving(database, keyring, recorder) as api:
        answer = await ask(api, url=f"{site}/{name}")
        assert answer.status_code == 202, answer.text
        await api.until(answer.json()["message_id"], "sent")
        again = await ask(api, url=f"{site}/{name}")
        media_id = recorder.calls[0]["file"]
        kept = await api.media.find(UUID(media_id))
        second = await ask(api, key="b", media_id=media_id)
        await api.until(second.json()["message_id"], "sent")
    assert again.json() == answer.json()
    assert kept is not None
    assert (kept.data, kept.mime, kept.file_name) == (picture(), "image/png", "a.png")
    assert [call["file"] for call in recorder.calls] == [media_id, media_id]
    assert recorder.calls[0]["text"] == "Look"


async def test_a_document_is_sent_as_one_and_never_as_a_picture(
    database: str, keyring: Keyring, recorder: Recorder, site: str
) -> None:
    async with serving(database, keyring, recorder) as api:
        answer = await ask(api, "document", url=f"{site}/a.pdf")
        await api.until(answer.json()["message_id"], "sent")
        wrong = await ask(api, "image", key="b", url=f"{site}/a.pdf")
    assert wrong.json()["problems"] == [
        {"path": "content.url", "what": "the file is application/pdf, no picture", "fix": "send it with type document"}
    ]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("none.png", "its server answers 404"),
        ("page", "this kind of file is not taken"),
        ("lie.png", "the file says image/png and is application/pdf"),
        ("long", "it is larger than 25 MB"),
        ("for-ever", "its server sends from one address to the next"),
        ("inwards", "its host is not on the public Internet"),
    ],
)
async def test_a_file_that_cannot_be_had_is_told_with_the_reason(
    database: str, keyring: Keyring, recorder: Recorder, site: str, name: str, what: str
) -> None:
    async with serving(database, keyring, recorder, working=False, scheduling=False) as api:
        answer = await ask(api, url=f"{site}/{name}")
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["path"], problem["what"]) == (422, "content.url", what)
    assert problem["fix"]


INSIDE = (
    "127.0.0.1", "127.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "[::1]", "[::]", "[fe80::1]", "[fd00::1]", "[::ffff:10.0.0.1]", "[::ffff:127.0.0.1]",
    "[2002:0a00:0001::1]", "[64:ff9b::a00:1]", "2130706433", "0x7f.1", "localhost",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nothing_inside_is_fetched_in_production(scheme: str) -> None:
    fetcher = Fetcher()
    try:
        for host in INSIDE:
            with pytest.raises(Unfetchable, match=r"not on the public Internet|no such host"):
                await fetcher.fetch(f"{scheme}://{host}:9/a.png")
    finally:
        await fetcher.close()


async def test_only_this_machine_is_reached_in_sandbox_mode() -> None:
    fetcher = Fetcher(inside=True)
    try:
        with pytest.raises(Unfetchable, match="does not answer"):
            await fetcher.fetch("http://127.0.0.1:9/a.png")
        for host in ("10.1.2.3", "169.254.169.254", "[fe80::1]"):
            with pytest.raises(Unfetchable, match="not on the public Internet"):
                await fetcher.fetch(f"http://{host}:9/a.png")
    finally:
        await fetcher.close()


async def test_a_public_host_is_reached_by_tls_alone_and_by_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name answers with a public address once and an inner one ever after."""
    answers = ["93.184.215.14", "10.0.0.1"]
    asked: list[str] = []

    async def resolve(self: object, host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        found = host if host.replace(".", "").isdigit() else answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port))]

    tried: list[str] = []

    async def connect(self: object, request: Any, **_: object) -> Any:
        tried.append(str(request.url))
        assert request.headers["host"] == "bank.example"
        assert request.extensions["sni_hostname"] == "bank.example"
        raise fetching.httpx.ConnectError("nobody there")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    monkeypatch.setattr(fetching.httpx.AsyncClient, "send", connect)
    fetcher = Fetcher()
    with pytest.raises(Unfetchable, match="does not answer"):
        await fetcher.fetch("https://bank.example/a.png")
    answers[:] = ["93.184.215.14"]
    with pytest.raises(Unfetchable, match="not encrypted"):
        await fetcher.fetch("http://bank.example/a.png")
    answers[:] = ["10.0.0.1"]
    with pytest.raises(Unfetchable, match="not on the public Internet"):
        await fetcher.fetch("https://bank.example/a.png")
    assert tried == ["https://93.184.215.14/a.png"]
    assert ipaddress.ip_address("93.184.215.14").is_global
    await fetcher.close()
