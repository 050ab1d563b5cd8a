"""What Telegram sees of us, and what its answers mean."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from telegram_recorder import Recorder

from channels.errors import ChannelDown, PermanentContent, PermanentUser, SendFailure, Throttled, Transient, Unauthentic
from channels.telegram.channel import Telegram
from channels.telegram.render import render
from channels.texts import length, split
from flows.messages import Choice, OutboundMessage, Picture
from flows.ports import DrawnPicture

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
TOKEN = "770001:not-a-true-token"
PICTURE = DrawnPicture(b"\xff\xd8\xff", "image/jpeg", "card.jpg")


class Bot:
    """A channel whose API is the recorder."""

    def __init__(self, url: str) -> None:
        self.channel = Telegram(TOKEN, ["current_1", "next_2"], url, clock=lambda: NOW)

    async def __aenter__(self) -> Telegram:
        return self.channel

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()


def test_the_secret_must_be_one_of_ours() -> None:
    channel = Telegram(TOKEN, ["current_1", "next_2"], "http://127.0.0.1:1")

    for right in ("current_1", "next_2"):
        channel.verify({"x-telegram-bot-api-secret-token": right}, b"")
    for wrong in ({}, {"x-telegram-bot-api-secret-token": "other"}, {"x-telegram-bot-api-secret-token": "café"}):
        with pytest.raises(Unauthentic):
            channel.verify(wrong, b"")


async def test_a_question_goes_out_with_its_buttons(recorder: Recorder) -> None:
    message = OutboundMessage(
        "k",
        "How much?",
        (Choice("q.1", "100"), Choice("q.2", "200"), Choice("u", "Open", kind="url", url="https://bank.example")),
    )
    async with Bot(recorder.url) as channel:
        sent = await channel.send(message, "5500001", None)

    ((method, params),) = recorder.calls
    assert (method, params["text"], sent.provider_ids) == ("sendMessage", "How much?", ("501",))
    keyboard = json.loads(params["reply_markup"])["inline_keyboard"]
    assert [button.get("callback_data") for row in keyboard for button in row] == ["q.1", "q.2", None]
    assert "parse_mode" not in params


async def test_a_request_for_the_phone_is_a_keyboard(recorder: Recorder) -> None:
    message = OutboundMessage("k", "Share?", (Choice("p", "Share my number", kind="request_phone"),))
    async with Bot(recorder.url) as channel:
        await channel.send(message, "5500001", None)

    markup = json.loads(recorder.calls[0][1]["reply_markup"])
    assert markup["keyboard"] == [[{"text": "Share my number", "request_contact": True}]]
    assert markup["one_time_keyboard"] is True


async def test_a_picture_goes_out_as_photo_with_caption_and_a_document_as_file(recorder: Recorder) -> None:
    async with Bot(recorder.url) as channel:
        await channel.send(OutboundMessage("k", "Your card", picture=Picture("card_front", {})), "5500001", PICTURE)
        await channel.send(
            OutboundMessage("l", "Receipt", picture=Picture("receipt", {}, document=True)), "5500001", PICTURE
        )

    assert [method for method, _ in recorder.calls] == ["sendPhoto", "sendDocument"]
    assert recorder.calls[0][1]["caption"] == "Your card"
    assert "card.jpg" in recorder.calls[0][1].values()


async def test_a_long_caption_goes_apart_with_the_buttons_below_it(recorder: Recorder) -> None:
    message = OutboundMessage("k", "word " * 300, (Choice("a", "Yes"),), picture=Picture("card_front", {}))
    async with Bot(recorder.url) as channel:
        sent = await channel.send(message, "5500001", PICTURE)

    assert [method for method, _ in recorder.calls] == ["sendPhoto", "sendMessage"]
    assert "reply_markup" not in recorder.calls[0][1]
    assert "reply_markup" in recorder.calls[1][1]
    assert sent.degradations == ("caption_apart",)


async def test_a_pressed_button_is_answered(recorder: Recorder) -> None:
    (event,) = Telegram(TOKEN, ["s"], recorder.url).parse(
        b'{"update_id":1,"callback_query":{"id":"77","from":{"id":1},"message":{"message_id":2,"chat":{"id":1,"type":"private"}},"data":"x"}}',
        NOW,
    )
    async with Bot(recorder.url) as channel:
        await channel.acknowledge(event)

    assert recorder.calls == [("answerCallbackQuery", {"callback_query_id": "77"})]


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}, PermanentUser),
        (400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, PermanentUser),
        (400, {"ok": False, "error_code": 400, "description": "Bad Request: BUTTON_DATA_INVALID"}, PermanentContent),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, ChannelDown),
        (502, b"<html><body>502 Bad Gateway</body></html>", Transient),
        (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}, Transient),
    ],
)
async def test_every_refusal_has_its_class(
    recorder: Recorder, status: int, body: object, failure: type[SendFailure]
) -> None:
    recorder.will_answer(status, body)
    async with Bot(recorder.url) as channel:
        with pytest.raises(failure) as caught:
            await channel.send(OutboundMessage("k", "hi"), "5500001", None)

    assert TOKEN not in repr(caught.value)


@pytest.mark.parametrize(("result", "ids"), [(True, ()), ({"message_id": 77, "of_the_future": 1}, ("77",))])
async def test_an_answer_that_says_ok_is_never_sent_again(
    recorder: Recorder, result: object, ids: tuple[str, ...]
) -> None:
    recorder.will_answer(200, {"ok": True, "result": result})
    async with Bot(recorder.url) as channel:
        sent = await channel.send(OutboundMessage("k", "hi"), "5500001", None)

    assert sent.provider_ids == ids
    assert len(recorder.calls) == 1


async def test_too_many_requests_says_until_when(recorder: Recorder) -> None:
    recorder.will_answer(
        429,
        {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        },
    )
    async with Bot(recorder.url) as channel:
        with pytest.raises(Throttled) as caught:
            await channel.send(OutboundMessage("k", "hi"), "5500001", None)

    assert caught.value.until == NOW + timedelta(seconds=7)


async def test_nobody_at_the_other_end_took_nothing() -> None:
    async with Bot("http://127.0.0.1:9") as channel:
        with pytest.raises(Transient):
            await channel.send(OutboundMessage("k", "hi"), "5500001", None)


@pytest.mark.parametrize(
    "words", ["message is not modified: same", "message to edit not found", "query is too old and ..."]
)
async def test_an_edit_with_nothing_left_to_do_is_no_failure(recorder: Recorder, words: str) -> None:
    recorder.will_answer(400, {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"})
    async with Bot(recorder.url) as channel:
        sent = await channel.send(OutboundMessage("k", "new words", edit_of="12"), "5500001", None)

    assert sent.provider_ids == ()


async def test_an_old_message_that_stays_is_said_to_stay(recorder: Recorder) -> None:
    recorder.will_answer(
        400, {"ok": False, "error_code": 400, "description": "Bad Request: message can't be deleted for everyone"}
    )
    async with Bot(recorder.url) as channel:
        assert await channel.delete("5500001", "12") is False


async def test_the_webhook_is_registered_with_the_current_secret(recorder: Recorder) -> None:
    async with Bot(recorder.url) as channel:
        await channel.meet("https://bank.example/webhooks/telegram", {})

    ((method, params),) = recorder.calls
    assert (method, params["secret_token"]) == ("setWebhook", "current_1")
    assert params["url"] == "https://bank.example/webhooks/telegram"


async def test_the_menu_is_told_in_each_language_and_in_the_first_to_everybody_else(recorder: Recorder) -> None:
    menu = {"en": {"help": "What I can do"}, "uk": {"help": "Що я вмію"}}
    async with Bot(recorder.url) as channel:
        await channel.meet("https://bank.example/webhooks/telegram", menu)

    assert [method for method, _ in recorder.calls] == ["setMyCommands", "setMyCommands", "setWebhook"]
    assert [params.get("language_code") for _, params in recorder.calls[:2]] == [None, "uk"]
    assert "What I can do" in recorder.calls[0][1]["commands"]


async def test_without_an_address_of_ours_the_webhook_is_taken_away(recorder: Recorder) -> None:
    async with Bot(recorder.url) as channel:
        await channel.meet("", {})

    assert [method for method, _ in recorder.calls] == ["deleteWebhook"]


def test_a_long_text_is_cut_at_sentences_and_only_the_last_part_has_buttons() -> None:
    text = "One sentence with an emoji 🙂. " * 300
    rendered = render(OutboundMessage("k", text, (Choice("a", "Yes"),)), "1")

    parts = [call.params["text"] for call in rendered.calls]
    assert all(length(part, "utf16") <= 4096 for part in parts)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert ["reply_markup" in call.params for call in rendered.calls] == [False] * (len(parts) - 1) + [True]


def test_a_text_without_a_break_is_cut_all_the_same() -> None:
    assert [len(part) for part in split("x" * 9000, 4096, "char")] == [4096, 4096, 808]
