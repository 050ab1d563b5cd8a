"""How an exchange can end, seen from raw bytes on a socket, and that an order is never sent twice by itself."""

import ast
import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import core_adapters
from core_adapters.failures import Declined, Missing, TurnedAway, Unavailable, Unclear
from core_adapters.http import REPLY_BYTES_MAX, Service, client
from core_adapters.logins import BearerLogin, PasswordLogin

SOURCES = sorted(Path(core_adapters.__file__).parent.rglob("*.py"))


def http(status: str, body: bytes = b"{}", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n{more}\r\n"
    return head.encode() + body


@asynccontextmanager
async def answering(reply: bytes):
    """A service that says these bytes to every request, and the requests it has seen."""
    seen = []

    async def serve(reader, writer):
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client() as http_client:
        port = server.sockets[0].getsockname()[1]
        yield Service(http_client, f"http://127.0.0.1:{port}", BearerLogin("secret")), seen


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (b"", Unclear),
        (b"nonsense\r\n\r\n", Unclear),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", Unclear),
        (http("200 OK", b"not json"), Unclear),
        (http("200 OK", b"[1]"), Unclear),
        (http("200 OK", b""), Unclear),
        (http("200 OK", b'{"a":' * 50 + b"1" + b"}" * 50), Unclear),
        (http("200 OK", b"[" * 100_000), Unclear),
        (http("200 OK", b'"' + b"a" * REPLY_BYTES_MAX + b'"'), Unclear),
        (http("302 Found", more="location: http://127.0.0.1:1/\r\n"), Unclear),
        (http("500 Internal Server Error"), Unclear),
        (http("503 Service Unavailable"), Unclear),
        (http("408 Request Timeout"), Unclear),
        (http("409 Conflict"), Unclear),
        (http("425 Too Early"), Unclear),
        (http("400 Bad Request"), TurnedAway),
        (http("401 Unauthorized"), TurnedAway),
        (http("429 Too Many Requests"), TurnedAway),
        (http("422 Unprocessable Content"), TurnedAway),
        (http("404 Not Found"), Missing),
        (http("422 Unprocessable Content", b'{"code": "insufficient_funds"}'), Declined),
    ],
)
async def test_an_order_ends_in_the_failure_that_says_what_may_be_done(reply, failure):
    async with answering(reply) as (service, seen):
        with pytest.raises(failure) as raised:
            await service.order("POST", "/transfers", {"a": 1})
        assert type(raised.value) is failure
        assert len(seen) == 1


async def test_nobody_at_the_address_means_that_nothing_was_sent():
    async with client() as http_client:
        service = Service(http_client, "http://127.0.0.1:9", BearerLogin("secret"))
        with pytest.raises(Unavailable):
            await service.order("POST", "/transfers", {})


async def test_a_question_is_put_once_more_and_no_more():
    async with answering(b"") as (service, seen):
        with pytest.raises(Unclear):
            await service.ask("/cards")
        assert len(seen) == 2


async def test_a_no_is_not_asked_again():
    async with answering(http("404 Not Found")) as (service, seen):
        with pytest.raises(Missing):
            await service.ask("/cards")
        assert len(seen) == 1


async def test_the_login_goes_with_every_request_and_shows_in_no_repr():
    async with answering(http("200 OK")) as (service, seen):
        await service.ask("/cards")
    assert b"authorization: bearer secret" in seen[0].lower()
    assert "secret" not in repr(service)
    assert "secret" not in repr(PasswordLogin("name", "secret"))


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_retry_decorator_and_no_open_door_in_the_source(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported.isdisjoint({"tenacity", "stamina", "backoff", "retrying", "pickle", "marshal"})
    for call in calls(tree):
        given = {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
        assert given.get("verify") is not False
        assert given.get("follow_redirects") is not True
        assert not (isinstance(call.func, ast.Name) and call.func.id in {"eval", "exec", "float", "round"})


def test_an_order_is_called_in_no_loop():
    for path in SOURCES:
        loops = [
            n
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.For | ast.While | ast.AsyncFor)
        ]
        called = {call.func.attr for loop in loops for call in calls(loop) if isinstance(call.func, ast.Attribute)}
        assert called.isdisjoint({"order", "perform"}), path
