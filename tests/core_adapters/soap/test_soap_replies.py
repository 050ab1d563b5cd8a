"""How an exchange with a SOAP core can end, seen from raw bytes on a socket. An order leaves at most once."""

import asyncio
import gzip
import re
import tracemalloc
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from core_adapters.breaker import Resting
from core_adapters.digits import CardDigits
from core_adapters.failures import BankFailure, Declined, Missing, Refused, TurnedAway, Unavailable, Unclear
from core_adapters.http import REPLY_BYTES_MAX, Service, client
from core_adapters.internal.soap import bank, schemas, wire
from core_adapters.internal.soap.calls import Calls
from core_adapters.internal.soap.wire import Wire
from core_adapters.logins import PasswordLogin
from core_adapters.ports import Order
from flows.money import Money

REFERENCE = "A" * 26
BODY = {
    "XREF": REFERENCE, "DRCARDID": "crd_1", "CRCARDNO": CardDigits("4111111111111111"), "AMOUNT": 5000, "CCY": "UAH",
    "NARRATIVE": "for tea",
}  # fmt: skip
DONE = (
    "<t:Body><t:TXNREF>tra_1</t:TXNREF><t:XREF>" + REFERENCE + "</t:XREF><t:TXNSTAT>POSTED</t:TXNSTAT>"
    "<t:AMOUNT>5000</t:AMOUNT><t:CCY>UAH</t:CCY><t:FEE>0</t:FEE><t:CRLAST4>1111</t:CRLAST4>"
    "<t:BOOKED>2026-11-21T10:00:00+00:00</t:BOOKED></t:Body>"
)
WARNED = "<t:Warnings><t:WARNING><t:WCODE>TB-WRN-01</t:WCODE><t:WDESC>fee</t:WDESC></t:WARNING></t:Warnings>"
SOAP = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="urn:teller:core:1"'


def errors(*codes):
    listed = "".join(f"<t:ERROR><t:ECODE>{code}</t:ECODE><t:EDESC>no</t:EDESC></t:ERROR>" for code in codes)
    return f"<t:Errors>{listed}</t:Errors>"


def envelope(inside, before=""):
    return f"{before}<s:Envelope {SOAP}><s:Body>{inside}</s:Body></s:Envelope>".encode()


def message(status="SUCCESS", rest=DONE, correl="@MSGID@", operation="CreateTransfer", name=""):
    head = (
        f"<t:Header><t:SOURCE>B</t:SOURCE><t:MSGID>b1</t:MSGID><t:CORRELID>{correl}</t:CORRELID>"
        "<t:USERID>TELLER</t:USERID><t:BRANCH>000</t:BRANCH><t:SERVICE>S</t:SERVICE>"
        f"<t:OPERATION>{operation}</t:OPERATION><t:FUNCTIONID>F</t:FUNCTIONID><t:ACTION>NEW</t:ACTION>"
        f"<t:MSGSTAT>{status}</t:MSGSTAT></t:Header>"
    )
    name = name or operation
    return f"<t:{name}Response>{head}{rest}</t:{name}Response>"


def fault(detail=""):
    return f"<s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring>{detail}</s:Fault>"


def refusal(code):
    return f"<detail><t:Refusal><t:ECODE>{code}</t:ECODE><t:EDESC>no</t:EDESC></t:Refusal></detail>"


def laughs():
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE b [<!ENTITY l0 "ha">{lines}]>'


def http(body, status="200 OK", label="text/xml; charset=utf-8", more="", cut=False):
    """A reply that knows the MSGID it answers to."""

    def say(message_id):
        data = body.replace(b"@MSGID@", message_id)
        head = (
            f"HTTP/1.1 {status}\r\ncontent-type: {label}\r\ncontent-length: {len(data)}\r\nconnection: close\r\n{more}"
        )
        return f"{head}\r\n".encode() + (data[: len(data) // 2] if cut else data)

    return say


def ok(*given, **named):
    return http(envelope(message(*given, **named)))


@asynccontextmanager
async def answering(reply):
    """A core that answers every message so, and the messages it has seen."""
    seen = []

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head.lower())[1])
        body = await reader.readexactly(length)
        seen.append(head + body)
        found = re.search(rb"MSGID>([^<]+)<", body)
        writer.write(reply(found[1]))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client() as http_client:
        port = server.sockets[0].getsockname()[1]
        yield Service(http_client, f"http://127.0.0.1:{port}/core", PasswordLogin("TELLER", "secret word")), seen


async def ordered(service, body=BODY):
    return await Calls(Wire(service), "TELLER").order("CreateTransfer", body, schemas.TRANSFER, schemas.TRANSFERRED)


REPLIES = {
    "nothing": (lambda _: b"", Unclear),
    "no HTTP": (lambda _: b"nonsense\r\n\r\n", Unclear),
    "cut": (http(envelope(message()), cut=True), Unclear),
    "half of the XML": (http(envelope(message())[:400]), Unclear),
    "no XML": (http(b"hello"), Unclear),
    "an empty body": (http(b""), Unclear),
    "a page": (http(b"<html/>", label="text/html"), Unclear),
    "a wrong label": (http(envelope(message()), label="application/json"), Unclear),
    "no label": (http(envelope(message()), label=""), Unclear),
    "parts": (http(envelope(message()), label="multipart/related; boundary=x"), Unclear),
    "a document type": (http(envelope(message(), "<!DOCTYPE b>")), Unclear),
    "billion laughs": (http(envelope(message("&l9;"), laughs())), Unclear),
    "a file": (http(envelope(message("&f;"), '<!DOCTYPE b [<!ENTITY f SYSTEM "file:///etc/hostname">]>')), Unclear),
    "UTF-16": (http(envelope(message()).decode().encode("utf-16")), Unclear),
    "depth": (http(b"<a>" * 100_000), Unclear),
    "length": (http(envelope(message()) + b" " * REPLY_BYTES_MAX), Unclear),
    "packed": (http(gzip.compress(envelope(message())), more="content-encoding: gzip\r\n"), Unclear),
    "a redirect": (http(b"", "302 Found", more="location: http://127.0.0.1:1/\r\n"), Unclear),
    "accepted": (http(b"", "202 Accepted"), Unclear),
    "500 without a fault": (http(envelope(message()), "500 Oops"), Unclear),
    "500 and a page": (http(b"<html/>", "500 Oops", label="text/html"), Unclear),
    "503": (http(b"", "503 Service Unavailable"), Unclear),
    "408": (http(b"", "408 Request Timeout"), Unclear),
    "a fault": (http(envelope(fault()), "500 Oops"), Unclear),
    "a fault in a 200": (http(envelope(fault())), Unclear),
    "a fault of the core's own": (http(envelope(fault(refusal("TB-SYS-01"))), "500 Oops"), Unclear),
    "a fault with a refusal of money": (http(envelope(fault(refusal("TB-PAY-01"))), "500 Oops"), Unclear),
    "a failure without a code": (ok("FAILURE", ""), Unclear),
    "a failure with a code of nobody": (ok("FAILURE", errors("TB-NEW-01")), Unclear),
    "a failure that is also in doubt": (ok("FAILURE", errors("TB-PAY-01", "TB-SYS-01")), Unclear),
    "a reference used for something else": (ok("FAILURE", errors("TB-GEN-03")), Unclear),
    "a success with errors": (ok("SUCCESS", DONE + errors("TB-PAY-01")), Unclear),
    "a success of nothing": (ok("SUCCESS", ""), Unclear),
    "no status": (http(envelope(message().replace("<t:MSGSTAT>SUCCESS</t:MSGSTAT>", ""))), Unclear),
    "a status of its own": (ok("OKAY"), Unclear),
    "an answer to another message": (ok(correl="somebody-else"), Unclear),
    "an answer to another operation": (ok(operation="QueryTransfer"), Unclear),
    "a header of another operation": (ok(operation="QueryTransfer", name="CreateTransfer"), Unclear),
    "two answers": (http(envelope(message() * 2)), Unclear),
    "another namespace": (http(envelope(message()).replace(b"core:1", b"core:2")), Unclear),
    "a field too many": (ok("SUCCESS", DONE.replace("</t:Body>", "<t:X/></t:Body>")), Unclear),
    "an amount with an underscore": (ok("SUCCESS", DONE.replace("5000", "5_000")), Unclear),
    "a time without a zone": (ok("SUCCESS", DONE.replace("+00:00", "")), Unclear),
    "400": (http(b"", "400 Bad Request"), TurnedAway),
    "401": (http(envelope(fault(refusal("TB-GEN-05"))), "401 Unauthorized"), TurnedAway),
    "404 is an address and no reference": (http(b"", "404 Not Found"), TurnedAway),
    "a fault that the contract lists": (http(envelope(fault(refusal("TB-GEN-01"))), "500 Oops"), TurnedAway),
    "another user": (ok("FAILURE", errors("TB-GEN-04")), TurnedAway),
    "an unknown card": (ok("FAILURE", errors("TB-GEN-02")), Missing),
    "no money": (ok("FAILURE", errors("TB-PAY-01")), Declined),
}


@pytest.mark.parametrize("what", REPLIES)
async def test_an_order_ends_in_the_failure_that_says_what_may_be_done(what):
    reply, failure = REPLIES[what]
    async with answering(reply) as (service, seen):
        with pytest.raises(failure) as raised:
            await ordered(service)
    assert type(raised.value) is failure
    assert len(seen) == 1
    assert "4111" not in repr(raised.value)


@pytest.mark.parametrize(("status", "rest"), [("SUCCESS", DONE), ("WARNING", DONE + WARNED), ("WARNING", DONE)])
async def test_a_success_and_a_warning_are_done(status, rest):
    async with answering(ok(status, rest)) as (service, seen):
        told = await ordered(service)
    assert (told["TXNREF"], told["AMOUNT"], told["BOOKED"]) == ("tra_1", 5000, "2026-11-21T10:00:00+00:00")
    assert b'soapaction: "urn:teller:core:1:createtransfer"' in seen[0].lower()
    assert b"<ns0:USERID>TELLER<" in seen[0]
    assert "secret" not in repr(service)


async def test_nobody_at_the_address_means_that_nothing_was_sent():
    async with client() as http_client:
        with pytest.raises(Unavailable):
            await ordered(Service(http_client, "http://127.0.0.1:9", PasswordLogin("TELLER", "word")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"CRCARDNO": CardDigits("41111")}, {"CRCARDNO": "4111111111111111"}, {"AMOUNT": 0}, {"AMOUNT": True},
        {"AMOUNT": 10**13}, {"NARRATIVE": "a\x00"}, {"NARRATIVE": "\ud800"}, {"NARRATIVE": "x" * 141}, {"CCY": "uah"},
        {"XREF": "short"}, {"MORE": "x"},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}-{type(next(iter(wrong.values()))).__name__}",
)  # fmt: skip
async def test_what_does_not_fit_the_contract_does_not_leave(wrong):
    async with answering(ok()) as (service, seen):
        with pytest.raises(Refused) as raised:
            await ordered(service, BODY | wrong)
    assert seen == []
    assert "4111" not in str(raised.value)


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        (DONE.replace(REFERENCE, "B" * 26), Unclear),
        (DONE.replace("5000", "5001"), Unclear),
        (DONE.replace("UAH", "EUR"), Unclear),
        (DONE.replace("POSTED", "REVERSED"), Unclear),
        (DONE.replace("POSTED</t:TXNSTAT>", "REFUSED</t:TXNSTAT><t:REASON>TB-SYS-01</t:REASON>"), Unclear),
        (DONE.replace("POSTED</t:TXNSTAT>", "REFUSED</t:TXNSTAT><t:REASON>TB-PAY-02</t:REASON>"), Declined),
        (DONE, None),
    ],
    ids=["reference", "amount", "currency", "reversed", "no reason", "refused", "posted"],
)
async def test_an_enquiry_believes_only_what_is_said_of_this_very_order(said, failure):
    order = Order(
        UUID(int=1), "transfers.execute", REFERENCE, "anna", {}, {}, Money(5000, "UAH")
    )  # fmt: skip
    async with answering(ok("SUCCESS", said, operation="QueryTransfer")) as (service, _):
        enquiry = bank(service, None, None).enquire(order)
        if failure is None:
            assert (await enquiry).core_id == "tra_1"
        else:
            with pytest.raises(failure):
                await enquiry


async def test_a_reference_that_the_core_does_not_know_is_none():
    order = Order(UUID(int=1), "transfers.execute", REFERENCE, "anna", {}, {}, Money(5000, "UAH"))
    async with answering(ok("FAILURE", errors("TB-GEN-02"), operation="QueryTransfer")) as (service, seen):
        assert await bank(service, None, None).enquire(order) is None
    assert len(seen) == 1


async def test_a_404_of_the_address_is_not_taken_for_an_unknown_reference():
    order = Order(UUID(int=1), "transfers.execute", REFERENCE, "anna", {}, {}, Money(5000, "UAH"))
    async with answering(http(b"", "404 Not Found")) as (service, _):
        with pytest.raises(TurnedAway) as raised:
            await bank(service, None, None).enquire(order)
    assert not isinstance(raised.value, Missing)


FLOOD, DRIP = b"<b/>" * 16_384, b" "


@pytest.mark.parametrize("part", [FLOOD, DRIP], ids=["flood", "drip"])
async def test_a_reply_without_an_end_is_given_up_in_bounded_time_and_memory(part, monkeypatch):
    monkeypatch.setattr(wire, "ANSWER_S", 1.0 if part is DRIP else wire.ANSWER_S)
    hung_up = asyncio.Event()

    async def serve(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\n\r\n<a>")
        try:
            while not reader.at_eof():
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.02 if part is DRIP else 0)
        except ConnectionError:
            pass
        finally:
            writer.close()
            hung_up.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, client() as http_client:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        service = Service(http_client, url, PasswordLogin("TELLER", "word"))
        tracemalloc.start()
        with pytest.raises(Unclear):
            await ordered(service)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await hung_up.wait()
    assert peak < 10 * REPLY_BYTES_MAX


MANY = 20  # more failures than a service may have before it is left alone


async def test_a_core_that_is_ill_is_left_alone_and_one_that_says_no_is_not():
    async with answering(http(b"<html/>", "500 Oops", label="text/html")) as (service, seen):
        failures = [await failed(service) for _ in range(MANY)]
        assert failures == [Unclear] * len(seen) + [Resting] * (MANY - len(seen))
        assert 1 < len(seen) < MANY
        assert bank(service, None, None).rest_s() > 0
    async with answering(http(envelope(fault(refusal("TB-GEN-01"))), "500 Oops")) as (service, seen):
        assert [await failed(service) for _ in range(MANY)] == [TurnedAway] * MANY
        assert len(seen) == MANY


async def failed(service):
    with pytest.raises(BankFailure) as raised:
        await ordered(service)
    return type(raised.value)


async def test_nothing_but_our_own_copy_of_the_contract_is_read():
    async with client() as http_client:
        made = Wire(Service(http_client, "http://127.0.0.1:9", PasswordLogin("TELLER", "word")))
    for url in ("http://127.0.0.1:9/more.xsd", "file:///etc/hostname"):
        with pytest.raises(ValueError, match="contract"):
            made._client.transport.load(url)
