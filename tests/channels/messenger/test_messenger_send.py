"""What the Graph API sees of the page, and what its refusals mean; what of a webhook is believed."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

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
from channels.messenger.channel import FIELDS, Messenger
from channels.messenger.profile import GREETING_MAX, MENU_MAX, TITLE_MAX
from channels.messenger.profile import of as profile_of
from channels.words import say
from flows.messages import Attachment, Choice, OutboundMessage, Picture
from flows.ports import Channel, DrawnPicture

PAYLOADS = Path(__file__).parent / "payloads"
PAGE, ANNA, APP = "104850001234567", "7012345678901234", "880077001"
TOKEN, SECRET, NEXT_SECRET, HANDSHAKE = "not-a-true-page-token", "not-a-true-secret", "the-next-secret", "vt-1"
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
PDF = DrawnPicture(b"%PDF-1.7", "application/pdf", "receipt.pdf", document=True)
COMMANDS = {"uk": {"balance": "Баланс", "pay": "Оплатити"}, "en": {"balance": "Balance", "pay": "Pay"}}


def channel_at(url: str, app_id: str = APP) -> Messenger:
    return Messenger(TOKEN, [SECRET, NEXT_SECRET], HANDSHAKE, PAGE, url, app_id, clock=lambda: NOW)


@pytest.fixture
async def messenger(graph: GraphRecorder) -> AsyncIterator[Messenger]:
    channel = channel_at(graph.url)
    yield channel
    await channel.close()


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def png(side: int, noise: bool = False) -> bytes:
    """A picture; noise cannot be packed, so such a one is large."""
    stream = BytesIO()
    image = Image.effect_noise((side, side), 90).convert("RGB") if noise else Image.new("RGB", (side, side))
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def test_it_is_a_channel_like_every_other() -> None:
    channel: Channel = channel_at("http://127.0.0.1:1")

    assert (channel.name, channel.account) == ("messenger", PAGE)
    assert channel.capabilities.window_h == 24


@pytest.mark.parametrize("secret", [SECRET, NEXT_SECRET])
def test_a_webhook_signed_with_one_of_our_secrets_is_believed(secret: str) -> None:
    body = (PAYLOADS / "text.json").read_bytes()

    channel_at("http://127.0.0.1:1").verify({"x-hub-signature-256": signed(body, secret)}, body)


BODY = (PAYLOADS / "text.json").read_bytes()
FORGED = {
    "missing": {},
    "empty": {"x-hub-signature-256": ""},
    "zeros": {"x-hub-signature-256": "sha256=" + "0" * 64},
    "upper case": {"x-hub-signature-256": "sha256=" + signed(BODY)[7:].upper()},
    "sha1 alone": {"x-hub-signature": "sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()},
    "of another body": {"x-hub-signature-256": signed(json.dumps(json.loads(BODY)).encode())},
    "of another secret": {"x-hub-signature-256": signed(BODY, "other")},
    "no hex": {"x-hub-signature-256": "sha256=café"},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_webhook_that_proves_nothing_is_not_believed(name: str) -> None:
    with pytest.raises(Unauthentic):
        channel_at("http://127.0.0.1:1").verify(FORGED[name], BODY)


RIGHT = {"hub.mode": "subscribe", "hub.verify_token": HANDSHAKE, "hub.challenge": "1158201444"}


def test_the_handshake_gives_back_the_challenge_letter_by_letter() -> None:
    assert channel_at("http://127.0.0.1:1").challenge(RIGHT) == "1158201444"


@pytest.mark.parametrize(
    "wrong", [{"hub.verify_token": "other"}, {"hub.mode": "unsubscribe"}, {"hub.challenge": ""}, {"hub.mode": ""}]
)
def test_a_wrong_handshake_gives_nothing_back(wrong: dict[str, str]) -> None:
    with pytest.raises(Unauthentic) as caught:
        channel_at("http://127.0.0.1:1").challenge(RIGHT | wrong)

    assert "1158201444" not in str(caught.value)


async def test_a_message_goes_to_the_page_with_the_token_in_the_header(
    messenger: Messenger, graph: GraphRecorder
) -> None:
    sent = await messenger.send(OutboundMessage("k", "Good day!", (Choice("c.1", "Menu"),)), ANNA, None)

    (call,) = graph.calls
    assert (call.method, call.version, call.path) == ("POST", f"v{VERSION}.0", f"/{PAGE}/messages")
    assert (call.token, call.query) == (TOKEN, {})
    assert call.said["recipient"] == {"id": ANNA}
    assert sent.provider_ids == ("m_1",)


async def test_a_document_travels_in_a_form(messenger: Messenger, graph: GraphRecorder) -> None:
    await messenger.send(OutboundMessage("k", picture=Picture("receipt", {}, document=True)), ANNA, PDF)

    (call,) = graph.calls
    assert call.files == {"filedata": ("receipt.pdf", "application/pdf", b"%PDF-1.7")}
    assert json.loads(call.said["recipient"]) == {"id": ANNA}
    assert json.loads(call.said["message"]) == {"attachment": {"type": "file", "payload": {"is_reusable": False}}}
    assert call.said["messaging_type"] == "RESPONSE"


async def test_a_card_picture_of_a_megabyte_and_a_half_goes_as_it_is_and_its_words_after_it(
    messenger: Messenger, graph: GraphRecorder
) -> None:
    card = DrawnPicture(png(1100, noise=True), "image/png", "card.png")
    assert 1_000_000 < len(card.data) < 8_000_000

    sent = await messenger.send(OutboundMessage("k", "w" * 900, picture=Picture("card_front", {})), ANNA, card)

    picture, words = graph.calls
    assert picture.files["filedata"][2] == card.data
    assert json.loads(picture.said["message"])["attachment"]["type"] == "image"
    assert words.said["message"] == {"text": "w" * 900}
    assert (sent.provider_ids, sent.degradations) == (("m_1", "m_2"), ("caption_apart",))


async def test_a_picture_too_large_for_messenger_is_made_smaller(messenger: Messenger, graph: GraphRecorder) -> None:
    card = DrawnPicture(png(2500, noise=True), "image/png", "card.png")
    assert len(card.data) > 8_000_000

    sent = await messenger.send(OutboundMessage("k", picture=Picture("card_front", {})), ANNA, card)

    name, mime, data = graph.calls[0].files["filedata"]
    assert (name, mime) == ("card.jpg", "image/jpeg")
    assert len(data) <= 8_000_000
    assert sent.degradations == ("reencoded",)


@pytest.mark.parametrize("mime", ["application/pdf", "image/heic"])
async def test_what_messenger_shows_as_no_picture_goes_as_a_file(
    messenger: Messenger, graph: GraphRecorder, mime: str
) -> None:
    odd = DrawnPicture(b"no picture that could be opened", mime, "card.bin")

    sent = await messenger.send(OutboundMessage("k", picture=Picture("card_front", {})), ANNA, odd)

    assert graph.calls[0].files["filedata"] == ("card.bin", mime, odd.data)
    assert json.loads(graph.calls[0].said["message"])["attachment"]["type"] == "file"
    assert sent.degradations == ("media_as_file",)


async def test_what_is_too_large_even_for_a_file_is_told_in_words(messenger: Messenger, graph: GraphRecorder) -> None:
    huge = DrawnPicture(b"%" * 25_000_001, "application/pdf", "statement.pdf", document=True)
    message = OutboundMessage("k", picture=Picture("statement", {}, alt="Your statement", document=True))

    sent = await messenger.send(message, ANNA, huge)

    assert graph.said()[0]["message"] == {"text": "Your statement"}
    assert sent.degradations == ("media_as_text",)


REFUSALS: list[tuple[int, int, type[SendFailure]]] = [
    (613, 0, Throttled),
    (4, 0, Throttled),
    (32, 0, Throttled),
    (1, 0, Transient),
    (2, 0, Transient),
    (1200, 0, Transient),
    (551, 1545041, PermanentUser),
    (551, 0, PermanentUser),
    (200, 1545041, PermanentUser),
    (10, 2018108, PermanentUser),
    (100, 2018001, PermanentUser),
    (200, 2018028, PermanentUser),
    (10903, 0, PermanentUser),
    (10, 2018278, WindowClosed),
    (10, 2018065, WindowClosed),
    (10, 0, ChannelDown),
    (190, 0, ChannelDown),
    (190, 460, ChannelDown),
    (200, 0, ChannelDown),
    (230, 0, ChannelDown),
    (368, 0, ChannelDown),
    (100, 0, PermanentContent),
    (100, 2018109, PermanentContent),
    (10, 2018300, PermanentContent),
    (9999, 0, PermanentContent),
]


@pytest.mark.parametrize(("code", "subcode", "failure"), REFUSALS)
async def test_every_refusal_has_its_class(
    messenger: Messenger, graph: GraphRecorder, code: int, subcode: int, failure: type[SendFailure]
) -> None:
    graph.will_refuse(code, subcode=subcode)

    with pytest.raises(failure) as caught:
        await messenger.send(OutboundMessage("k", "hi"), ANNA, None)

    assert type(caught.value) is failure
    assert str(code) in caught.value.code
    assert TOKEN not in repr(caught.value)
    assert len(graph.calls) == 1


@pytest.mark.parametrize(("told", "pause_s"), [({}, 30), ({"retry_after": "7"}, 7)])
async def test_too_many_messages_pause_the_whole_page(
    messenger: Messenger, graph: GraphRecorder, told: dict[str, str], pause_s: int
) -> None:
    graph.will_answer(400, {"error": {"message": "(#613) no", "code": 613}}, **told)

    with pytest.raises(Throttled) as caught:
        await messenger.send(OutboundMessage("k", "hi"), ANNA, None)

    assert (caught.value.until, caught.value.scope) == (NOW + timedelta(seconds=pause_s), "account")


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (429, {"error": {"code": 0}}, Throttled),
        (502, b"<html>Bad Gateway</html>", Transient),
        (500, {"error": {"message": "x", "code": 9999}}, Transient),
        (400, {"error": {"message": "x", "code": 9999, "is_transient": True}}, Transient),
        (200, {"error": {"code": 190}}, ChannelDown),
        (200, b"not JSON", Unclear),
    ],
)
async def test_an_answer_in_another_shape_has_its_class_too(
    messenger: Messenger, graph: GraphRecorder, status: int, body: object, failure: type[SendFailure]
) -> None:
    graph.will_answer(status, body)

    with pytest.raises(failure) as caught:
        await messenger.send(OutboundMessage("k", "hi"), ANNA, None)

    assert type(caught.value) is failure


async def test_nobody_at_the_other_end_took_nothing_and_who_hangs_up_may_have() -> None:
    nobody = channel_at("http://127.0.0.1:9")
    with pytest.raises(Transient):
        await nobody.send(OutboundMessage("k", "hi"), ANNA, None)
    await nobody.close()
    async with hanging_up() as url:
        silent = channel_at(url)
        with pytest.raises(Unclear):
            await silent.send(OutboundMessage("k", "hi"), ANNA, None)
        await silent.close()


async def test_a_later_part_that_fails_fails_the_message(messenger: Messenger, graph: GraphRecorder) -> None:
    graph.will_answer(200, {"recipient_id": ANNA, "message_id": "m_1"})
    graph.will_refuse(10, subcode=2018278)

    with pytest.raises(WindowClosed):
        await messenger.send(OutboundMessage("k", "word " * 500), ANNA, None)


async def test_a_message_that_was_read_and_an_answer_on_its_way_are_shown(
    messenger: Messenger, graph: GraphRecorder
) -> None:
    (written,) = messenger.parse(BODY, NOW)
    (quiet,) = messenger.parse((PAYLOADS / "handover.json").read_bytes(), NOW)

    await messenger.acknowledge(written)
    await messenger.acknowledge(quiet)
    await messenger.typing(ANNA, written.message_id)

    assert graph.said() == [
        {"recipient": {"id": ANNA}, "sender_action": "mark_seen"},
        {"recipient": {"id": ANNA}, "sender_action": "typing_on"},
    ]


async def test_typing_that_fails_harms_nothing(messenger: Messenger, graph: GraphRecorder) -> None:
    graph.will_refuse(551, subcode=1545041)

    await messenger.typing(ANNA, None)

    assert len(graph.calls) == 1


async def test_nothing_said_can_be_deleted_and_that_is_no_success(messenger: Messenger, graph: GraphRecorder) -> None:
    assert await messenger.delete(ANNA, "m_1") is False
    assert graph.calls == []
    assert not messenger.capabilities.edits
    assert not messenger.capabilities.deletes


def test_a_failure_never_comes_later() -> None:
    channel = channel_at("http://127.0.0.1:1")

    for path in PAYLOADS.glob("*.json"):
        assert all(channel.failure(event) is None for event in channel.parse(path.read_bytes(), NOW))


def attachment(source: str | None) -> Attachment:
    return Attachment("image", "m_1:0", source=source)


async def test_a_customers_file_is_fetched_without_showing_the_token(
    messenger: Messenger, graph: GraphRecorder
) -> None:
    graph.media["77"] = ("image/png", b"the bytes")

    assert await messenger.fetch(attachment(f"{graph.url}/lent/77"), 100) == b"the bytes"
    assert graph.calls[0].token == ""


@pytest.mark.parametrize(
    "source",
    [
        None,
        "",
        "https://evil.example/1.jpg",
        "https://fbcdn.net.evil.example/1.jpg",
        "http://scontent.xx.fbcdn.net/1.jpg",
        "https://notfbcdn.net/1.jpg",
        "file:///etc/passwd",
    ],
)
async def test_a_file_that_lies_elsewhere_is_not_fetched(
    messenger: Messenger, graph: GraphRecorder, source: str | None
) -> None:
    with pytest.raises(SendFailure):
        await messenger.fetch(attachment(source), 100)

    assert graph.calls == []


async def test_a_file_larger_than_wanted_is_left(messenger: Messenger, graph: GraphRecorder) -> None:
    graph.media["77"] = ("image/png", b"x" * 101)

    with pytest.raises(PermanentContent):
        await messenger.fetch(attachment(f"{graph.url}/lent/77"), 100)


async def test_a_redirect_to_elsewhere_is_not_followed(messenger: Messenger, graph: GraphRecorder) -> None:
    graph.will_answer(302, b"", location="https://evil.example/1.jpg")

    with pytest.raises(PermanentContent):
        await messenger.fetch(attachment(f"{graph.url}/lent/77"), 100)


async def test_meeting_the_platform_tells_it_the_webhook_the_page_and_the_menu(
    messenger: Messenger, graph: GraphRecorder
) -> None:
    await messenger.meet("https://bank.example/webhooks/messenger", COMMANDS)

    app, page, shown = graph.calls
    assert (app.path, app.token) == (f"/{APP}/subscriptions", f"{APP}|{SECRET}")
    assert (app.said["object"], app.said["verify_token"]) == ("page", HANDSHAKE)
    assert app.said["callback_url"] == "https://bank.example/webhooks/messenger"
    assert (page.path, page.token) == (f"/{PAGE}/subscribed_apps", TOKEN)
    assert app.said["fields"] == page.said["subscribed_fields"] == ",".join(FIELDS)
    assert shown.path == f"/{PAGE}/messenger_profile"
    assert shown.said == profile_of(COMMANDS)


async def test_without_an_app_there_is_nobody_to_tell(graph: GraphRecorder) -> None:
    channel = channel_at(graph.url, app_id="")

    await channel.meet("https://bank.example/webhooks/messenger", COMMANDS)
    await channel.close()

    assert graph.calls == []


def test_the_menu_is_there_for_everybody_and_in_each_language() -> None:
    profile = profile_of(COMMANDS)

    assert profile["get_started"] == {"payload": "GET_STARTED"}
    menus = {menu["locale"]: menu["call_to_actions"] for menu in profile["persistent_menu"]}
    assert list(menus) == ["default", "uk_UA", "en_US", "en_GB"]
    assert menus["default"][0] == {"type": "postback", "title": "Баланс", "payload": "/balance"}
    assert menus["en_GB"][1] == {"type": "postback", "title": "Pay", "payload": "/pay"}
    assert [greeting["text"] for greeting in profile["greeting"][:2]] == [say("greeting", "uk")] * 2
    assert all(0 < len(greeting["text"]) <= GREETING_MAX for greeting in profile["greeting"])


def test_a_menu_longer_than_messengers_keeps_its_first_lines() -> None:
    many = {"en": {f"command_{number}": f"What the command number {number} does" for number in range(30)}}

    lines = profile_of(many)["persistent_menu"][0]["call_to_actions"]

    assert len(lines) == MENU_MAX
    assert all(len(line["title"]) <= TITLE_MAX for line in lines)


def test_without_commands_there_is_no_menu() -> None:
    assert "persistent_menu" not in profile_of({})
    assert profile_of({})["greeting"][0]["locale"] == "default"


async def test_the_page_token_stands_in_no_address(messenger: Messenger, graph: GraphRecorder) -> None:
    await messenger.send(OutboundMessage("k", "hi"), ANNA, replace(PDF))
    await messenger.typing(ANNA, None)
    await messenger.meet("https://bank.example/webhooks/messenger", COMMANDS)

    told: list[dict[str, Any]] = [call.said for call in graph.calls]
    assert all(TOKEN not in f"{call.path}{call.query}" for call in graph.calls)
    assert all(TOKEN not in json.dumps(said) for said in told)
