"""How an exchange can end, seen from raw bytes on a socket, and that an order is never sent twice by itself."""

import ast
import asyncio
import gzip
import socket
import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from raw_http import answering, http, serving, whole

import core_adapters
from core_adapters.external.billers.xml_wire import XmlWire
from core_adapters.failures import Declined, Missing, TurnedAway, Unavailable, Unclear
from core_adapters.http import REPLY_BYTES_MAX, Service, client
from core_adapters.logins import BearerLogin, PasswordLogin

SOURCES = sorted(Path(core_adapters.__file__).parent.rglob("*.py"))


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
        # what is not labelled as JSON is no word of the bank's, whatever it says
        (http("200 OK", b'{"transfer_id": "t"}', label="text/html"), Unclear),
        (http("200 OK", b'{"transfer_id": "t"}', label="application/jsonp"), Unclear),
        (http("200 OK", b'{"transfer_id": "t"}', label=""), Unclear),
        (http("404 Not Found", label="text/html"), TurnedAway),
        (http("404 Not Found", b"<html>"), TurnedAway),
        (http("422 Unprocessable Content", b'{"code": "insufficient_funds"}', label="text/plain"), TurnedAway),
        # unpacked, a small one may have no end
        (http("200 OK", gzip.compress(b"{}"), "content-encoding: gzip\r\n"), Unclear),
    ],
)
async def test_an_order_ends_in_the_failure_that_says_what_may_be_done(reply, failure):
    async with answering(reply) as (service, seen):
        with pytest.raises(failure) as raised:
            await service.order("POST", "/transfers", {"a": 1})
        assert type(raised.value) is failure
        assert len(seen) == 1


@pytest.mark.parametrize("label", ["application/json; charset=utf-8", "Application/JSON", "application/problem+json"])
async def test_json_may_be_labelled_in_several_ways(label):
    async with answering(http("200 OK", b'{"a": 1}', label=label)) as (service, _):
        assert (await service.order("POST", "/transfers", {})).document == {"a": 1}


async def test_an_answer_without_end_costs_no_more_memory_than_its_bound():
    async with serving(endless) as (service, _):
        tracemalloc.start()
        with pytest.raises(Unclear):
            await service.order("POST", "/transfers", {})
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 5 * REPLY_BYTES_MAX


async def endless(reader, writer, seen):
    seen.append(await reader.readuntil(b"\r\n\r\n"))
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
    with suppress(ConnectionError):
        while True:
            writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            await writer.drain()


def leaving(how):
    """Answers once on each connection, keeps it, then closes it: with a goodbye, without one, or at the next word."""

    async def talk(reader, writer, seen):
        seen.append(await whole(reader))
        writer.write(http("200 OK", stays=True))
        await writer.drain()
        if how == "at the next word" and (again := await whole(reader)):
            seen.append(again)
        if how != "with a goodbye":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()

    return talk


@pytest.mark.parametrize("how", ["with a goodbye", "without one"])
@pytest.mark.parametrize("put", ["order", "question"])
async def test_a_connection_that_the_peer_closed_while_it_was_idle_is_not_used_again(how, put):
    async with serving(leaving(how)) as (service, seen):
        for number in range(3):
            if put == "order":
                await service.order("POST", "/transfers", {"number": number})
            else:
                await service.ask(f"/cards/{number}")
            await asyncio.sleep(0.05)  # the close arrives
    assert len(seen) == 3
    assert len(set(seen)) == 3


async def test_an_order_whose_connection_closes_as_it_leaves_is_in_doubt_and_sent_once():
    async with serving(leaving("at the next word")) as (service, seen):
        await service.order("POST", "/transfers", {"number": 1})
        with pytest.raises(Unclear):
            await service.order("POST", "/transfers", {"number": 2})
    assert [b'"number":2' in each for each in seen] == [False, True]


async def test_a_question_whose_connection_closes_as_it_leaves_is_put_once_more():
    async with serving(leaving("at the next word")) as (service, seen):
        await service.ask("/cards/1")
        assert (await service.ask("/cards/2")).status == 200
    assert [b"/cards/2" in each for each in seen] == [False, True, True]


@pytest.mark.parametrize("how", ["with a goodbye", "without one"])
async def test_a_partner_in_xml_is_found_again_as_well(how):
    answer = b"<answer><status>0</status></answer>"

    async def talk(reader, writer, seen):
        seen.append(await whole(reader))
        writer.write(http("200 OK", answer, label="application/xml", stays=True))
        await writer.drain()
        if how == "without one":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()

    async with serving(talk) as (service, seen):
        wire = XmlWire(service.client, service.url, BearerLogin("secret"))
        for number in range(3):
            await wire.ask("check", {"number": number})
            await asyncio.sleep(0.05)
    assert len(seen) == 3


@pytest.mark.parametrize(
    "reply",
    [
        http("200 OK", b"<answer><status>0</status></answer>", label="text/html"),
        http("200 OK", b"<answer><status>0</status></answer>", label=""),
        http("200 OK", gzip.compress(b"<answer/>"), "content-encoding: gzip\r\n", label="text/xml"),
        http("200 OK", b"<answer><status>0</stat", label="text/xml"),
        http("200 OK", b"<answer>" + b" " * 200_000 + b"</answer>", label="text/xml"),
    ],
    ids=["mislabelled", "unlabelled", "packed", "truncated", "huge"],
)
async def test_an_answer_in_xml_that_cannot_be_believed_is_none(reply):
    async with answering(reply) as (service, seen):
        with pytest.raises(Unclear):
            await XmlWire(service.client, service.url, BearerLogin("secret")).ask("pay", {"amount": 1})
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
