"""What Viber sees of us, and what its answers mean."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from random import Random

import pytest
from PIL import Image
from viber_recorder import FIRST_TOKEN, Shelf, ViberRecorder

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
from channels.viber.channel import Viber
from flows.messages import (
    Attachment,
    Choice,
    EventType,
    InboundEvent,
    Location,
    OutboundMessage,
    Picture,
    StoredFile,
    Template,
)
from flows.ports import DrawnPicture

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
TOKENS = ("445da6az1s345z78-not-a-true-token", "next-token")
USER = "01234567890A+/bc=="
JPEG = DrawnPicture(b"\xff\xd8\xff" + b"x" * 100, "image/jpeg", "card.jpg")
PDF = DrawnPicture(b"%PDF-1.7" + b"x" * 92, "application/pdf", "receipt.pdf", document=True)


class Bot:
    """A channel whose API is the recorder."""

    def __init__(self, url: str, name: str = "Teller Bank") -> None:
        self.shelf = Shelf()
        self.channel = Viber(TOKENS, name, url, self.shelf, clock=lambda: NOW)

    async def __aenter__(self) -> Viber:
        return self.channel

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()


def offline() -> Viber:
    return Bot("http://127.0.0.1:1").channel


def read(body: dict[str, object]) -> InboundEvent:
    (event,) = offline().parse(json.dumps(body).encode(), NOW)
    return event


def signature(token: str, body: bytes) -> str:
    return hmac.new(token.encode(), body, sha256).hexdigest()


def test_a_callback_must_be_signed_with_one_of_our_tokens() -> None:
    body = b'{"event":"message","timestamp":1795255200123}'
    for token in TOKENS:
        offline().verify({"x-viber-content-signature": signature(token, body)}, body)

    right = signature(TOKENS[0], body)
    for wrong in ("", "0" * 64, right.upper(), f"sha256={right}", right[:-1], "підпис", signature("other", body)):
        with pytest.raises(Unauthentic):
            offline().verify({"x-viber-content-signature": wrong}, body)
    with pytest.raises(Unauthentic):
        offline().verify({}, body)
    with pytest.raises(Unauthentic):
        offline().verify({"x-viber-content-signature": right}, body + b" ")


def test_an_independent_library_finds_the_same_signature() -> None:
    viberbot = pytest.importorskip("viberbot")
    configuration = pytest.importorskip("viberbot.api.bot_configuration")
    theirs = viberbot.Api(configuration.BotConfiguration(name="Bank", avatar="", auth_token=TOKENS[0]))
    body = '{"event":"message","text":"привіт"}'.encode()

    assert theirs.verify_signature(body, signature(TOKENS[0], body))


def test_the_account_does_not_tell_the_token() -> None:
    assert offline().account == offline().account
    assert len(offline().account) == 16
    assert offline().account not in "".join(TOKENS)
    assert Viber(TOKENS, "Bank", "http://127.0.0.1:1", Shelf(), account="main").account == "main"


async def test_a_text_goes_out_with_sender_and_token_in_the_header(viber_api: ViberRecorder) -> None:
    async with Bot(viber_api.url, "The Bank of a Very Long Name of 40 chars") as channel:
        sent = await channel.send(OutboundMessage("k", "Hello <you> & all"), USER, None)

    ((method, body),) = viber_api.calls
    assert (method, body["type"], body["text"], body["receiver"]) == ("send_message", "text", "Hello <you> & all", USER)
    assert body["sender"]["name"] == "The Bank of a Very Long Name of 40 chars"[:28]
    assert "keyboard" not in body
    assert viber_api.tokens == [TOKENS[0]]
    assert TOKENS[0] not in json.dumps(body)
    assert sent.provider_ids == (str(FIRST_TOKEN + 1),)


async def test_a_tapped_button_comes_back_as_the_choice_we_sent(viber_api: ViberRecorder) -> None:
    message = OutboundMessage("k", "Which?", (Choice("card_1", "Gold"), Choice("card_2", "Black")))
    async with Bot(viber_api.url) as channel:
        await channel.send(message, USER, None)

    body = viber_api.bodies[0]
    tapped = body["keyboard"]["Buttons"][1]
    event = read(
        {
            "event": "message",
            "message_token": 1,
            "sender": {"id": USER},
            "message": {"type": "text", "text": tapped["ActionBody"], "tracking_data": body["tracking_data"]},
        }
    )
    assert (event.type, event.payload) == (EventType.POSTBACK, "card_2")


async def test_a_request_for_the_phone_is_a_button_of_newer_clients_and_its_answer_is_proof(
    viber_api: ViberRecorder,
) -> None:
    message = OutboundMessage("k", "Share?", (Choice("p", "Share my number", kind="request_phone"),))
    async with Bot(viber_api.url) as channel:
        await channel.send(message, USER, None)

    body = viber_api.bodies[0]
    (button,) = body["keyboard"]["Buttons"]
    assert button["ActionType"] == "share-phone"
    assert button["ActionBody"]
    assert body["min_api_version"] >= 3
    event = read(
        {
            "event": "message",
            "message_token": 1,
            "sender": {"id": USER},
            "message": {
                "type": "contact",
                "contact": {"phone_number": "380501112233"},
                "tracking_data": body["tracking_data"],
            },
        }
    )
    assert getattr(event.content, "own", None) is True


async def test_a_request_for_the_place_is_a_picker(viber_api: ViberRecorder) -> None:
    message = OutboundMessage("k", "Where?", (Choice("l", "Send my place", kind="request_location"),))
    async with Bot(viber_api.url) as channel:
        await channel.send(message, USER, None)

    assert viber_api.bodies[0]["keyboard"]["Buttons"][0]["ActionType"] == "location-picker"
    assert viber_api.bodies[0]["min_api_version"] >= 3


async def test_a_page_opens_inside_viber(viber_api: ViberRecorder) -> None:
    message = OutboundMessage("k", "See", (Choice("u", "Open", kind="form", url="https://bank.example/secure/1"),))
    async with Bot(viber_api.url) as channel:
        await channel.send(message, USER, None)

    (button,) = viber_api.bodies[0]["keyboard"]["Buttons"]
    assert (button["ActionType"], button["ActionBody"]) == ("open-url", "https://bank.example/secure/1")
    assert button["OpenURLType"] == "internal"
    assert button["InternalBrowser"]["Mode"] == "fullscreen"


def big_png() -> bytes:
    stream = BytesIO()
    Image.frombytes("RGB", (710, 710), Random(7).randbytes(710 * 710 * 3)).save(stream, "PNG")
    return stream.getvalue()


async def test_a_large_picture_is_encoded_anew_and_a_long_caption_goes_apart(viber_api: ViberRecorder) -> None:
    png = big_png()
    assert len(png) > 1_500_000
    message = OutboundMessage("k", "word " * 180, (Choice("a", "Yes"),), picture=Picture("card_front", {}))
    bot = Bot(viber_api.url)
    async with bot as channel:
        sent = await channel.send(message, USER, DrawnPicture(png, "image/png", "card.png"))

    (lent,) = bot.shelf.lent
    assert (lent.mime, lent.file_name) == ("image/jpeg", "card.jpg")
    assert len(lent.data) <= 1_000_000
    picture, text = viber_api.bodies
    assert (picture["type"], picture["text"]) == ("picture", "")
    assert picture["media"] == "https://bank.example/media/1/card.jpg"
    assert "keyboard" not in picture
    assert (text["type"], text["text"]) == ("text", ("word " * 180).strip())
    assert "keyboard" in text
    assert sent.degradations == ("caption_apart", "reencoded")


async def test_a_short_caption_stands_under_the_picture(viber_api: ViberRecorder) -> None:
    message = OutboundMessage("k", "Your card", (Choice("a", "Yes"),), picture=Picture("card_front", {}))
    bot = Bot(viber_api.url)
    async with bot as channel:
        sent = await channel.send(message, USER, JPEG)

    (body,) = viber_api.bodies
    assert (body["type"], body["text"]) == ("picture", "Your card")
    assert body["keyboard"]["Buttons"][0]["ActionBody"] == "a"
    assert bot.shelf.lent == [JPEG]
    assert sent.degradations == ()


async def test_a_receipt_goes_as_a_file_with_its_size_and_name(viber_api: ViberRecorder) -> None:
    message = OutboundMessage("k", "Your receipt", file=StoredFile("m1", document=True))
    async with Bot(viber_api.url) as channel:
        await channel.send(message, USER, PDF)

    file, text = viber_api.bodies
    assert (file["type"], file["size"], file["file_name"]) == ("file", 100, "receipt.pdf")
    assert file["media"] == "https://bank.example/media/1/receipt.pdf"
    assert text["text"] == "Your receipt"


async def test_a_picture_that_is_none_goes_as_a_file_and_one_that_is_too_large_as_a_link(
    viber_api: ViberRecorder,
) -> None:
    message = OutboundMessage("k", "See", picture=Picture("card_front", {}))
    async with Bot(viber_api.url) as channel:
        drawing = await channel.send(message, USER, DrawnPicture(b"<svg/>", "image/svg+xml", "card.svg"))
        huge = DrawnPicture(bytes(50_000_001), "application/zip", "all.zip", document=True)
        sent = await channel.send(message, USER, huge)

    assert viber_api.bodies[0]["type"] == "file"
    assert drawing.degradations == ("caption_apart", "media_as_file")
    assert viber_api.bodies[-1]["text"] == "See\nhttps://bank.example/media/2/all.zip"
    assert sent.degradations == ("media_as_link",)


async def test_a_picture_that_could_not_be_drawn_is_said_in_words(viber_api: ViberRecorder) -> None:
    message = OutboundMessage("k", picture=Picture("card_front", {}, alt="Gold card •1111"))
    async with Bot(viber_api.url) as channel:
        sent = await channel.send(message, USER, None)

    assert viber_api.bodies[0]["text"] == "Gold card •1111"
    assert sent.degradations == ("media_as_text",)


async def test_a_place_is_a_point_on_the_map_with_its_name_below(viber_api: ViberRecorder) -> None:
    message = OutboundMessage("k", "Our branch", place=Location(50.45, 30.52, "Branch 1", "Khreshchatyk 1"))
    async with Bot(viber_api.url) as channel:
        await channel.send(message, USER, None)

    place, text = viber_api.bodies
    assert (place["type"], place["location"]) == ("location", {"lat": 50.45, "lon": 30.52})
    assert text["text"] == "Our branch\nBranch 1\nKhreshchatyk 1"


async def test_what_viber_cannot_take_back_is_corrected_or_disclaimed_aloud(viber_api: ViberRecorder) -> None:
    async with Bot(viber_api.url) as channel:
        edited = await channel.send(OutboundMessage("k", "100 UAH", edit_of="5"), USER, None)
        deleted = await channel.send(OutboundMessage("l", "x", delete_of="5", picture=Picture("c", {})), USER, JPEG)
        assert await channel.delete(USER, "5") is False

    assert [body["text"] for body in viber_api.bodies] == [
        "Correction:\n100 UAH",
        "We take back our message above. Please disregard it.",
    ]
    assert edited.degradations == ("edit_as_correction",)
    assert deleted.degradations == ("delete_as_notice",)


async def test_an_approved_template_is_nothing_that_viber_knows(viber_api: ViberRecorder) -> None:
    async with Bot(viber_api.url) as channel:
        with pytest.raises(PermanentContent):
            await channel.send(OutboundMessage("k", template=Template("card_ready", "uk")), USER, None)

    assert viber_api.calls == []


def started(*, subscribed: bool) -> InboundEvent:
    return read(
        {
            "event": "conversation_started",
            "message_token": 7,
            "type": "open",
            "user": {"id": USER},
            "subscribed": subscribed,
        }
    )


def test_who_has_not_subscribed_is_greeted_in_the_answer_itself() -> None:
    message = OutboundMessage("k", "Welcome!", (Choice("f.card", "Get a card"),))
    body = json.loads(offline().answer(started(subscribed=False), message) or b"")

    assert (body["type"], body["text"], body["sender"]) == ("text", "Welcome!", {"name": "Teller Bank"})
    assert body["keyboard"]["Buttons"][0]["ActionBody"] == "f.card"
    assert "tracking_data" in body
    assert "receiver" not in body


def test_a_greeting_is_one_message_however_long_it_is() -> None:
    body = offline().answer(started(subscribed=False), OutboundMessage("k", "😀" * 9000, (Choice("a", "Б" * 80),)))

    assert body is not None
    assert len(body) <= 30_000
    assert len(json.loads(body)["text"]) <= 7000


def test_who_has_subscribed_is_greeted_by_a_message() -> None:
    assert offline().answer(started(subscribed=True), OutboundMessage("k", "Welcome!")) is None
    other = read({"event": "subscribed", "message_token": 7, "user": {"id": USER}})
    assert offline().answer(other, OutboundMessage("k", "Welcome!")) is None


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (2, ChannelDown),
        (3, PermanentContent),
        (4, PermanentContent),
        (5, PermanentUser),
        (6, PermanentUser),
        (7, ChannelDown),
        (8, ChannelDown),
        (9, ChannelDown),
        (10, ChannelDown),
        (11, PermanentUser),
        (15, ChannelDown),
        (20, PermanentContent),
        (21, PermanentUser),
        (23, WindowClosed),
        (24, WindowClosed),
        (99, Transient),
    ],
)
async def test_every_refusal_inside_a_200_has_its_class(
    viber_api: ViberRecorder, status: int, failure: type[SendFailure]
) -> None:
    viber_api.will_say(status, f"bad +380501112233 {TOKENS[1]}"[:22])
    async with Bot(viber_api.url) as channel:
        with pytest.raises(failure) as caught:
            await channel.send(OutboundMessage("k", "hi"), USER, None)

    assert type(caught.value) is failure
    assert caught.value.code == str(status)
    assert "380501112233" not in str(caught.value)
    assert TOKENS[0] not in repr(caught.value)
    assert len(viber_api.calls) == 1


async def test_too_many_messages_wait_and_the_next_chat_does_not(viber_api: ViberRecorder) -> None:
    viber_api.will_say(12, "tooManyRequests")
    async with Bot(viber_api.url) as channel:
        with pytest.raises(Throttled) as caught:
            await channel.send(OutboundMessage("k", "hi"), USER, None)

    assert caught.value.until == NOW + timedelta(seconds=60)
    assert caught.value.scope == "chat"


async def test_an_old_client_gets_the_same_message_in_a_simpler_form_once(viber_api: ViberRecorder) -> None:
    asked = OutboundMessage(
        "k",
        "Share?",
        (
            Choice("p", "Share my number", kind="request_phone"),
            Choice("u", "Open", kind="url", url="https://bank.example"),
            Choice("no", "No"),
        ),
    )
    viber_api.will_say(13, "apiVersionNotSupported")
    async with Bot(viber_api.url) as channel:
        sent = await channel.send(asked, USER, None)

    first, second = viber_api.bodies
    assert first["min_api_version"] == 3
    assert "min_api_version" not in second
    assert [button["ActionType"] for button in second["keyboard"]["Buttons"]] == ["open-url", "reply"]
    assert "InternalBrowser" not in second["keyboard"]["Buttons"][0]
    assert second["text"].startswith("Share?\nPlease type your phone number")
    assert sent.degradations == ("no_phone_button",)
    assert sent.provider_ids == (str(FIRST_TOKEN + 2),)


async def test_what_is_too_new_even_in_its_simpler_form_is_given_up(viber_api: ViberRecorder) -> None:
    viber_api.will_say(13)
    viber_api.will_say(13)
    async with Bot(viber_api.url) as channel:
        with pytest.raises(PermanentContent):
            await channel.send(OutboundMessage("k", "hi"), USER, None)

    assert len(viber_api.calls) == 2


async def test_the_parts_that_left_before_a_refusal_of_the_last_are_not_sent_again(viber_api: ViberRecorder) -> None:
    text = " ".join(["word"] * 2000)
    viber_api.will_answer({"status": 0, "message_token": 1})
    viber_api.will_say(14)
    async with Bot(viber_api.url) as channel:
        await channel.send(OutboundMessage("k", text, (Choice("p", "Phone", kind="request_phone"),)), USER, None)

    first, refused, simpler = viber_api.bodies
    assert f"{first['text']} {refused['text']}" == text
    assert simpler["text"].startswith(refused["text"])


@pytest.mark.parametrize(
    ("code", "body", "failure"),
    [
        (500, b"<html>", Transient),
        (503, b"", Transient),
        (429, b"", Throttled),
        (403, b"", ChannelDown),
        (413, b"", PermanentContent),
        (200, b"<html>", Unclear),
        (200, b'{"status":"0"}', Unclear),
        (200, b"[]", Unclear),
    ],
)
async def test_an_answer_that_is_not_vibers_has_its_class_too(
    viber_api: ViberRecorder, code: int, body: bytes, failure: type[SendFailure]
) -> None:
    viber_api.will_answer(body, code)
    async with Bot(viber_api.url) as channel:
        with pytest.raises(failure):
            await channel.send(OutboundMessage("k", "hi"), USER, None)


async def test_nobody_at_the_other_end_took_nothing() -> None:
    async with Bot("http://127.0.0.1:9") as channel:
        with pytest.raises(Transient):
            await channel.send(OutboundMessage("k", "hi"), USER, None)


@pytest.mark.parametrize(
    ("words", "failure"),
    [("keyboard is not valid", PermanentContent), ("user is not subscribed", PermanentUser), ("", PermanentContent)],
)
def test_what_fails_later_has_a_class_as_well(words: str, failure: type[SendFailure]) -> None:
    body = {"event": "failed", "message_token": 7, "user_id": USER, "desc": words}
    assert isinstance(offline().failure(read(body)), failure)
    assert offline().failure(read(body | {"event": "seen"})) is None
    assert offline().failure(started(subscribed=True)) is None


async def test_the_webhook_is_set_with_what_we_want_to_hear(viber_api: ViberRecorder) -> None:
    async with Bot(viber_api.url) as channel:
        await channel.meet("https://bank.example/webhooks/viber", {"en": {"help": "Help"}})

    ((method, body),) = viber_api.calls
    assert (method, body["url"], body["send_photo"]) == ("set_webhook", "https://bank.example/webhooks/viber", False)
    assert {"conversation_started", "failed", "seen"} <= set(body["event_types"])


@pytest.mark.parametrize(("status", "failure"), [(1, Transient), (2, ChannelDown), (3, PermanentContent)])
async def test_a_webhook_that_viber_does_not_take_says_what_to_do(
    viber_api: ViberRecorder, status: int, failure: type[SendFailure]
) -> None:
    viber_api.will_say(status)
    async with Bot(viber_api.url) as channel:
        with pytest.raises(failure):
            await channel.meet("https://bank.example/webhooks/viber", {})


def attachment(source: str | None) -> Attachment:
    return Attachment("image", "7", source=source)


async def test_a_picture_of_the_customer_is_fetched_without_our_token(viber_api: ViberRecorder) -> None:
    viber_api.files["a.jpg"] = b"x" * 1000
    viber_api.leads_to["old"] = "/files/a.jpg"
    async with Bot(viber_api.url) as channel:
        assert await channel.fetch(attachment(f"{viber_api.url}/files/a.jpg"), 1000) == b"x" * 1000
        assert await channel.fetch(attachment(f"{viber_api.url}/files/old"), 1000) == b"x" * 1000

    assert all(TOKENS[0] not in json.dumps(headers) for headers in viber_api.asked_with)


async def test_what_is_too_large_gone_or_elsewhere_is_not_fetched(viber_api: ViberRecorder) -> None:
    viber_api.files["a.jpg"] = b"x" * 1001
    viber_api.leads_to |= {"away": "http://127.0.0.1:9/inside", "round": "/files/round"}
    own = f"{viber_api.url}/files"
    async with Bot(viber_api.url) as channel:
        for source in (
            f"{own}/a.jpg",
            f"{own}/gone",
            f"{own}/away",
            f"{own}/round",
            "http://127.0.0.1:9/inside",
            "http://dl-media.viber.com/not-over-tls",
            "https://dl-media.viber.com:444/x",
            "https://viber.com.evil.example/x",
            "https://evilviber.com/x",
            "file:///etc/passwd",
            "https://[",
            "",
            None,
        ):
            with pytest.raises(PermanentContent) as caught:
                await channel.fetch(attachment(source), 1000)
            assert not source or source not in str(caught.value)


async def test_typing_and_spinners_are_nothing_that_viber_has(viber_api: ViberRecorder) -> None:
    async with Bot(viber_api.url) as channel:
        await channel.typing(USER, None)
        await channel.acknowledge(started(subscribed=True))
        assert channel.challenge({"hub.challenge": "1"}) is None

    assert viber_api.calls == []
