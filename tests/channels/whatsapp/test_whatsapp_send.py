"""What WhatsApp sees of us, and what its answers mean."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from graph_recorder import GraphRecorder, hanging_up
from PIL import Image

from channels.errors import (
    ChannelDown,
    PermanentContent,
    PermanentUser,
    SendFailure,
    Throttled,
    Transient,
    Unauthentic,
    Unclear,
    WindowClosed,
)
from channels.graph.client import VERSION
from channels.whatsapp.channel import WhatsApp
from flows.messages import Attachment, Choice, EventType, InboundEvent, OutboundMessage, Picture
from flows.ports import DrawnPicture

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
NUMBER, PHONE = "106540352242922", "380501112233"
HELLO = OutboundMessage("k", "Привіт")
PHOTO = OutboundMessage("k", "Ваша картка", picture=Picture("card_front", {}))
PNG = DrawnPicture(b"\x89PNG", "image/png", "card.png")


async def refused(
    channel: WhatsApp, message: OutboundMessage = HELLO, drawn: DrawnPicture | None = None
) -> SendFailure:
    with pytest.raises(SendFailure) as failure:
        await channel.send(message, PHONE, drawn)
    assert "EAAtoken" not in str(failure.value)
    assert PHONE not in str(failure.value)
    return failure.value


async def test_a_message_goes_to_the_numbers_own_address(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    sent = await whatsapp.send(HELLO, PHONE, None)

    (call,) = graph.calls
    assert (call.path, call.version, call.token) == (f"/{NUMBER}/messages", f"v{VERSION}.0", "EAAtoken")
    assert (call.said["to"], call.said["text"]["body"]) == (PHONE, "Привіт")
    assert (sent.provider_ids, sent.degradations) == (("wamid.1",), ())


async def test_a_message_in_parts_arrives_in_its_order(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    message = OutboundMessage("k", "Речення. " * 500, (Choice("q.1", "Так"),))
    sent = await whatsapp.send(message, PHONE, None)

    assert [said["type"] for said in graph.said()] == ["text", "interactive"]
    assert sent.provider_ids == ("wamid.1", "wamid.2")


async def test_a_picture_is_uploaded_and_then_named(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    await whatsapp.send(PHOTO, PHONE, PNG)

    upload, message = graph.calls
    assert (upload.path, upload.said) == (f"/{NUMBER}/media", {"messaging_product": "whatsapp", "type": "image/png"})
    assert upload.files == {"file": ("card.png", "image/png", b"\x89PNG")}
    assert message.said["image"] == {"id": "700001", "caption": "Ваша картка"}


async def test_a_document_goes_as_a_file_with_its_name(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    receipt = OutboundMessage("k", "Квитанція", picture=Picture("receipt", {}, document=True))
    await whatsapp.send(receipt, PHONE, DrawnPicture(b"%PDF", "application/pdf", "receipt.pdf"))

    assert graph.calls[1].said["document"] == {"id": "700001", "filename": "receipt.pdf", "caption": "Квитанція"}


async def test_a_picture_of_a_kind_that_whatsapp_does_not_take_is_made_into_one(
    graph: GraphRecorder, whatsapp: WhatsApp
) -> None:
    stream = BytesIO()
    Image.new("RGB", (640, 400), "navy").save(stream, "WEBP")
    sent = await whatsapp.send(PHOTO, PHONE, DrawnPicture(stream.getvalue(), "image/webp", "card.webp"))

    ((name, mime, data),) = graph.calls[0].files.values()
    assert (name, mime, Image.open(BytesIO(data)).format) == ("card.jpg", "image/jpeg", "JPEG")
    assert sent.degradations == ("reencoded",)


async def test_a_taken_message_whose_answer_holds_no_id_is_sent(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    for answer in ({}, {"messages": None}, {"messages": [{}, 7]}):
        graph.will_answer(200, answer)
        assert (await whatsapp.send(HELLO, PHONE, None)).provider_ids == ()


async def test_what_is_typed_shows_under_the_message_that_is_answered(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    await whatsapp.typing(PHONE, None)
    assert graph.calls == []
    await whatsapp.typing(PHONE, "wamid.THEIRS")
    graph.will_refuse(131009)
    await whatsapp.typing(PHONE, "wamid.THEIRS")

    assert graph.calls[0].said == {
        "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.THEIRS",
        "typing_indicator": {"type": "text"},
    }  # fmt: skip


async def test_nothing_is_deleted_and_that_is_said(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    assert await whatsapp.delete(PHONE, "wamid.1") is False
    assert graph.calls == []


@pytest.mark.parametrize("code", [4, 80007, 130429, 131048, 133016])
async def test_too_fast_for_the_number_slows_the_whole_number(
    graph: GraphRecorder, whatsapp: WhatsApp, code: int
) -> None:
    graph.will_refuse(code)
    failure = await refused(whatsapp)

    assert isinstance(failure, Throttled)
    assert (failure.scope, failure.code) == ("account", str(code))
    assert NOW + timedelta(seconds=5) <= failure.until <= NOW + timedelta(hours=1)


async def test_how_long_to_wait_is_what_the_platform_says(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    graph.will_answer(429, b"", retry_after="17")
    failure = await refused(whatsapp)

    assert isinstance(failure, Throttled)
    assert (failure.scope, failure.until) == ("account", NOW + timedelta(seconds=17))


async def test_too_fast_for_one_customer_slows_only_their_chat(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    graph.will_refuse(131056)
    failure = await refused(whatsapp)

    assert isinstance(failure, Throttled)
    assert (failure.scope, failure.until) == ("chat", NOW + timedelta(seconds=6))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (131047, WindowClosed),
        (131026, PermanentUser),
        (131030, PermanentUser),
        (131049, PermanentContent),
        (131050, PermanentContent),
        (130472, PermanentContent),
        (131062, PermanentContent),
        (131008, PermanentContent),
        (131009, PermanentContent),
        (131051, PermanentContent),
        (132000, PermanentContent),
        (132001, PermanentContent),
        (132015, PermanentContent),
        (132016, PermanentContent),
        (132068, PermanentContent),
        (100, PermanentContent),
        (999_999, PermanentContent),
        (190, ChannelDown),
        (10, ChannelDown),
        (200, ChannelDown),
        (299, ChannelDown),
        (368, ChannelDown),
        (131031, ChannelDown),
        (131042, ChannelDown),
        (131045, ChannelDown),
        (1, Transient),
        (2, Transient),
        (131000, Transient),
        (131016, Transient),
        (131057, Transient),
    ],
)
async def test_each_refusal_says_what_to_do_at_once_or_later(
    graph: GraphRecorder, whatsapp: WhatsApp, code: int, expected: type[SendFailure]
) -> None:
    graph.will_refuse(code)
    at_once = await refused(whatsapp)
    later = whatsapp.failure(failed(whatsapp, code))

    assert type(at_once) is type(later) is expected
    assert at_once.code == str(code)


def failed(channel: WhatsApp, code: int) -> InboundEvent:
    document = json.loads((PAYLOADS / "status_failed.json").read_text())
    status = document["entry"][0]["changes"][0]["value"]["statuses"][0]
    status["errors"][0]["code"] = code
    (event,) = channel.parse(json.dumps(document).encode(), NOW)
    return event


def test_a_failed_status_without_a_known_code_is_the_messages_own_fault(whatsapp: WhatsApp) -> None:
    event = failed(whatsapp, 131047)
    for code in ("", "x", "9" * 30, "²"):
        odd = replace(event, details={"state": "failed", "code": code})
        assert type(whatsapp.failure(odd)) is PermanentContent
    assert whatsapp.failure(replace(event, details={"state": "read"})) is None
    assert whatsapp.failure(replace(event, type=EventType.MESSAGE)) is None


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (500, b"<html>oops</html>", Transient),
        (503, {"error": {"code": 131016, "message": "Service unavailable"}}, Transient),
        (500, {"error": {"code": 987654, "message": "?"}}, Transient),
        (400, {"error": {"code": 987654, "is_transient": True}}, Transient),
        (401, {"error": {"code": 0, "message": "who are you"}}, ChannelDown),
        (404, b"<html>no such page</html>", ChannelDown),
        (400, {"error": {"code": 100, "error_subcode": 33}}, ChannelDown),
        (400, {"error": {"code": 131026, "title": "no message here"}}, PermanentUser),
        (400, {"error": "text"}, PermanentContent),
        (400, b"", PermanentContent),
        (200, b"OK", Unclear),
    ],
)
async def test_the_answers_status_counts_where_no_code_speaks(
    graph: GraphRecorder, whatsapp: WhatsApp, status: int, body: object, expected: type[SendFailure]
) -> None:
    graph.will_answer(status, body)
    assert type(await refused(whatsapp)) is expected


async def test_a_connection_that_breaks_leaves_the_message_unclear() -> None:
    async with hanging_up() as url:
        channel = WhatsApp("EAAtoken", ["s"], "vt", NUMBER, url)
        assert type(await refused(channel)) is Unclear
        await channel.close()


async def test_a_file_that_is_not_taken_is_tried_once_more(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    graph.will_refuse(131053, status=500)
    sent = await whatsapp.send(PHOTO, PHONE, PNG)
    assert [call.path for call in graph.calls] == [f"/{NUMBER}/media", f"/{NUMBER}/media", f"/{NUMBER}/messages"]
    assert len(sent.provider_ids) == 1

    graph.calls.clear()
    graph.will_refuse(131053)
    graph.will_refuse(131053, subcode=2494)
    assert type(await refused(whatsapp, PHOTO, PNG)) is PermanentContent
    assert len(graph.calls) == 2
    assert type(whatsapp.failure(failed(whatsapp, 131053))) is Transient


async def test_what_a_customer_sent_is_fetched_with_our_token(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    graph.media["1003383421387256"] = ("image/jpeg", b"12345678")
    image = Attachment("image", "1003383421387256", "image/jpeg")

    assert await whatsapp.fetch(image, 8) == b"12345678"
    asked, lent = graph.calls
    assert (asked.path, asked.query) == ("/1003383421387256", {"phone_number_id": NUMBER})
    assert (lent.path, lent.token) == ("/lent/1003383421387256", "EAAtoken")

    with pytest.raises(PermanentContent):
        await whatsapp.fetch(image, 7)
    assert len(graph.calls) == 3  # its size was told before a byte of it came


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"url": "https://evil.example/x"}, PermanentContent),
        ({"url": None}, PermanentContent),
        ({}, PermanentContent),
        ({"error": {"code": 100, "error_subcode": 33}}, PermanentContent),
        ({"error": {"code": 190}}, ChannelDown),
        ({"error": {"code": 2}}, Transient),
    ],
)
async def test_a_file_that_cannot_be_fetched_says_why(
    graph: GraphRecorder, whatsapp: WhatsApp, answer: object, expected: type[SendFailure]
) -> None:
    graph.will_answer(400 if "error" in str(answer) else 200, answer)
    with pytest.raises(expected) as failure:
        await whatsapp.fetch(Attachment("image", "1"), 8)
    assert "EAAtoken" not in str(failure.value)


async def test_the_token_is_tried_and_the_webhook_registered_where_the_app_is_named(
    graph: GraphRecorder, whatsapp: WhatsApp
) -> None:
    await whatsapp.meet("https://bank.example/webhooks/whatsapp", {"uk": {"help": "Допомога"}})

    asked, call = graph.calls
    assert (asked.method, asked.path, asked.token) == ("GET", f"/{NUMBER}", "EAAtoken")
    assert (call.path, call.token) == ("/55/subscriptions", "55|current")
    assert call.said == {
        "object": "whatsapp_business_account", "callback_url": "https://bank.example/webhooks/whatsapp",
        "verify_token": "vt", "fields": "messages",
    }  # fmt: skip

    nameless = WhatsApp("EAAtoken", ["current"], "vt", NUMBER, graph.url)
    await nameless.meet("https://bank.example/webhooks/whatsapp", {})
    await nameless.close()
    assert [call.method for call in graph.calls[2:]] == ["GET"]


async def test_a_token_that_is_refused_is_known_at_the_start(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    graph.will_refuse(190, status=401)
    with pytest.raises(ChannelDown):
        await whatsapp.meet("https://bank.example/webhooks/whatsapp", {})
    assert len(graph.calls) == 1


def test_a_webhook_proves_itself_with_either_secret(whatsapp: WhatsApp) -> None:
    body = (PAYLOADS / "text.json").read_bytes()
    for secret in (b"current", b"next"):
        signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        assert len(signature) == 71
        whatsapp.verify({"x-hub-signature-256": signature}, body)
        for wrong in (signature.upper(), f"sha256={signature[7:].upper()}", signature[7:], "sha256=" + "0" * 64):
            with pytest.raises(Unauthentic):
                whatsapp.verify({"x-hub-signature-256": wrong}, body)
        with pytest.raises(Unauthentic):
            whatsapp.verify({"x-hub-signature-256": signature}, json.dumps(json.loads(body)).encode())


def test_the_handshake_is_answered_letter_by_letter(whatsapp: WhatsApp) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "vt", "hub.challenge": "1158201444"}
    assert whatsapp.challenge(query) == "1158201444"
    for wrong in (query | {"hub.verify_token": "x"}, query | {"hub.mode": "unsubscribe"}, {"hub.mode": "subscribe"}):
        with pytest.raises(Unauthentic):
            whatsapp.challenge(wrong)


async def test_what_whatsapp_does_not_know_of_does_nothing(graph: GraphRecorder, whatsapp: WhatsApp) -> None:
    (event,) = whatsapp.parse((PAYLOADS / "button_reply.json").read_bytes(), NOW)
    await whatsapp.acknowledge(event)
    await whatsapp.warm_up()
    assert whatsapp.answer(event, HELLO) is None
    assert graph.calls == []
