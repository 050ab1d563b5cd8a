"""What an answer of the acquirer is worth: one about our payment that fits its schema, or none at all.

The acquirer is a socket of the test's own, so that it can answer with anything, or with nothing.
"""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import pytest

from core_adapters.breaker import Breaker
from core_adapters.external.acquirer import Acquirer
from core_adapters.external.acquirer.acquirer import Asked, MerchantLogin, Opening
from core_adapters.failures import Declined, Refused, TurnedAway, Unavailable, Unclear
from core_adapters.http import REPLY_BYTES_MAX, client
from flows.money import Money

REFERENCE = "A" * 26
ASKED = Asked(REFERENCE, Money(300_00, "UAH"))
OPENING = Opening(ASKED, "Teller Bank", "https://bank.example/back", 3600, 1)


def told(**changes):
    body = {
        "payment_id": "pay_1",
        "reference": REFERENCE,
        "status": "opened",
        "amount_minor": 300_00,
        "currency": "UAH",
    }
    return body | {"url": "https://acquirer.example/pay/1"} | changes


def http(body, status="200 OK", kind="application/json", length=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length or len(data)}\r\n\r\n"
    return head.encode() + data


@asynccontextmanager
async def answering(reply, timeout_s=2.0):
    """The acquirer at a socket that answers everything with these bytes, and what it has heard."""
    heard, over = [], asyncio.Event()

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b"0")
        heard.append(head + await reader.readexactly(int(length)))
        if reply is None:
            await over.wait()
        writer.write(reply or b"")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, client() as ours:
        ours.timeout = httpx.Timeout(timeout_s, connect=2.0)
        yield Acquirer.at(ours, url, "key", Breaker()), heard
        over.set()
        await asyncio.sleep(0)


async def test_an_answer_about_our_payment_is_believed():
    async with answering(http(told(status="authorised"))) as (acquirer, heard):
        payment = await acquirer.find(ASKED)
    assert (payment.status, payment.page) == ("authorised", "https://acquirer.example/pay/1")
    assert b"authorization: Merchant key\r\n" in heard[0].replace(b"Authorization", b"authorization")


@pytest.mark.parametrize(
    "body",
    [
        told(reference="B" * 26),
        told(amount_minor=300_01),
        told(amount_minor=300.0),
        told(amount_minor=True),
        told(amount_minor="30000"),
        told(currency="USD"),
        told(status="paid"),
        told(url="javascript:alert(1)"),
        told(url=None),
        {"status": "opened"},
        {},
        [],
        {"code": "refused"},
    ],
    ids=[
        "another reference", "another amount", "a float", "a truth", "a text", "another currency", "an unknown status",
        "a script", "no page", "half", "nothing", "a list", "a failure in a 200",
    ],
)  # fmt: skip
async def test_a_200_that_is_not_about_our_payment_is_no_answer(body):
    async with answering(http(body)) as (acquirer, _):
        for asks in (acquirer.begin(OPENING), acquirer.find(ASKED), acquirer.capture(ASKED, f"{REFERENCE}-C")):
            with pytest.raises(Unclear):
                await asks


@pytest.mark.parametrize("status", ["authorised", "voided", "opened"])
async def test_a_200_to_a_capture_that_did_not_capture_is_in_doubt(status):
    async with answering(http(told(status=status))) as (acquirer, _):
        with pytest.raises(Unclear, match="says that the payment is"):
            await acquirer.capture(ASKED, f"{REFERENCE}-C")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n",
        http(told(), length=9999),
        http(b'{"payment_id": "pay_'),
        http(b"<html>busy</html>", kind="text/html"),
        http(b"\xff\xfe\x00", kind="application/json"),
        http(b"[" * 100_000),
        http(b'{"a": "' + b"x" * (REPLY_BYTES_MAX + 1) + b'"}'),
        b"garbage that is no HTTP\r\n\r\n",
        http(told(), status="500 Oops"),
        http(told(), status="302 Found"),
        http(told(), status="409 Conflict"),
        http(told(), status="425 Too Early"),
    ],
    ids=[
        "reset", "half a head", "cut", "broken off", "another kind", "no text", "deep", "huge", "no HTTP", "ill",
        "elsewhere", "conflict", "too early",
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_in_doubt_and_an_order_is_sent_once(reply):
    async with answering(reply) as (acquirer, heard):
        with pytest.raises(Unclear):
            await acquirer.capture(ASKED, f"{REFERENCE}-C")
        assert len(heard) == 1


async def test_silence_is_in_doubt():
    async with answering(None, timeout_s=0.2) as (acquirer, heard):
        with pytest.raises(Unclear):
            await acquirer.void(ASKED, f"{REFERENCE}-V")
        assert len(heard) == 1


async def test_a_door_that_is_closed_was_never_passed():
    async with answering(b"") as (acquirer, _):
        pass
    async with client() as ours:
        gone = Acquirer.at(ours, acquirer.service.url, "key", Breaker())
        with pytest.raises(Unavailable):
            await gone.begin(OPENING)


@pytest.mark.parametrize(
    ("status", "means"), [("401 No", TurnedAway), ("400 Bad", TurnedAway), ("429 Slow", TurnedAway)]
)
async def test_a_request_that_is_turned_away_was_not_taken(status, means):
    async with answering(http({"code": "x"}, status=status)) as (acquirer, _):
        with pytest.raises(means):
            await acquirer.begin(OPENING)


async def test_a_no_has_its_code_and_an_unknown_reference_is_none():
    async with answering(http({"code": "not_authorised"}, status="422 No")) as (acquirer, _):
        with pytest.raises(Declined, match="not_authorised"):
            await acquirer.capture(ASKED, f"{REFERENCE}-C")
    async with answering(http({"code": "payment_unknown"}, status="404 None")) as (acquirer, _):
        assert await acquirer.find(ASKED) is None


@pytest.mark.parametrize("reference", ["short", "A" * 25 + "/", "../" + "A" * 23, "a" * 26])
async def test_what_would_lead_elsewhere_is_not_sent(reference):
    async with answering(http(told())) as (acquirer, heard):
        for asks in (acquirer.find(Asked(reference, ASKED.amount)), acquirer.capture(ASKED, reference)):
            with pytest.raises(Refused):
                await asks
        assert heard == []


def test_the_key_shows_nowhere():
    assert "key" not in repr(MerchantLogin("key"))
