"""Taking back, fetching, and pictures that Telegram would not take: never a silent success, never a token told."""

from io import BytesIO
from random import Random

import pytest
from PIL import Image
from telegram_recorder import Recorder

from channels.errors import ChannelDown, PermanentContent, SendFailure, Transient
from channels.telegram.channel import Telegram
from flows.messages import Attachment, Choice, OutboundMessage, Picture
from flows.ports import DrawnPicture

TOKEN = "770001:not-a-true-token"
DONE = {"ok": True, "result": {"message_id": 9, "date": 1795255200, "chat": {"id": 1, "type": "private"}}}
PHOTO = Attachment("image", "f1", "image/jpeg")


class Bot:
    """A channel whose API is the recorder."""

    def __init__(self, url: str) -> None:
        self.channel = Telegram(TOKEN, ["current_1"], url)

    async def __aenter__(self) -> Telegram:
        return self.channel

    async def __aexit__(self, *_: object) -> None:
        await self.channel.close()


def refused(words: str) -> tuple[int, dict[str, object]]:
    return 400, {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"}


async def test_an_edit_and_a_deletion_are_telegrams_own(recorder: Recorder) -> None:
    async with Bot(recorder.url) as channel:
        edited = await channel.send(OutboundMessage("k", "new", edit_of="5"), "1", None)
        deleted = await channel.send(OutboundMessage("l", delete_of="5"), "1", None)
        assert await channel.delete("1", "6") is True

    assert [method for method, _ in recorder.calls] == ["editMessageText", "deleteMessage", "deleteMessage"]
    assert edited.degradations == deleted.degradations == ()


@pytest.mark.parametrize(
    ("message", "words", "text", "change"),
    [
        (
            OutboundMessage("k", "100 UAH", (Choice("a", "A"),), edit_of="5"),
            "message can't be edited",
            "Correction:\n100 UAH",
            "edit_as_correction",
        ),
        (
            OutboundMessage("k", "PIN", picture=Picture("pin", {}), delete_of="5"),
            "message can't be deleted for everyone",
            "We take back our message above. Please disregard it.",
            "delete_as_notice",
        ),
    ],
)
async def test_what_is_too_old_to_change_is_corrected_or_disclaimed_below_it(
    recorder: Recorder, message: OutboundMessage, words: str, text: str, change: str
) -> None:
    recorder.will_answer(*refused(words))
    recorder.will_answer(200, DONE)
    async with Bot(recorder.url) as channel:
        sent = await channel.send(message, "1", DrawnPicture(b"\xff\xd8\xff", "image/jpeg", "p.jpg"))

    method, params = recorder.calls[-1]
    assert method in ("sendMessage", "sendPhoto")
    assert params.get("text", params.get("caption")) == text
    assert "5" in params["reply_parameters"]
    assert sent.degradations == (change,)
    assert sent.provider_ids == ("9",)


async def test_a_deletion_that_may_yet_work_is_tried_again_and_one_that_cannot_says_so(recorder: Recorder) -> None:
    recorder.will_answer(502, b"<html>")
    recorder.will_answer(*refused("message can't be deleted for everyone"))
    async with Bot(recorder.url) as channel:
        with pytest.raises(Transient):
            await channel.delete("1", "5")
        assert await channel.delete("1", "5") is False
        assert await channel.delete("1", "not-a-number") is False

    assert len(recorder.calls) == 2


async def test_an_edit_finds_out_that_the_message_has_a_caption(recorder: Recorder) -> None:
    recorder.will_answer(*refused("there is no text in the message to edit"))
    recorder.will_answer(200, DONE)
    async with Bot(recorder.url) as channel:
        await channel.send(OutboundMessage("k", "new", edit_of="5"), "1", None)

    assert recorder.calls[-1] == ("editMessageCaption", {"chat_id": "1", "message_id": "5", "caption": "new"})


async def test_an_edit_of_a_caption_finds_out_that_the_message_is_a_text(recorder: Recorder) -> None:
    recorder.will_answer(*refused("there is no caption in the message to edit"))
    recorder.will_answer(200, DONE)
    async with Bot(recorder.url) as channel:
        await channel.send(OutboundMessage("k", "new", edit_of="5", picture=Picture("c", {})), "1", None)

    method, params = recorder.calls[-1]
    assert (method, params["text"]) == ("editMessageText", "new")


async def test_a_message_that_is_gone_is_as_good_as_deleted(recorder: Recorder) -> None:
    recorder.will_answer(*refused("message to delete not found"))
    async with Bot(recorder.url) as channel:
        sent = await channel.send(OutboundMessage("k", delete_of="5"), "1", None)

    assert len(recorder.calls) == 1
    assert sent.degradations == ()


async def test_a_picture_that_is_too_large_is_encoded_anew(recorder: Recorder) -> None:
    stream = BytesIO()
    Image.frombytes("RGB", (1900, 1900), Random(7).randbytes(1900 * 1900 * 3)).save(stream, "PNG")
    assert len(stream.getvalue()) > 10_000_000
    async with Bot(recorder.url) as channel:
        message = OutboundMessage("k", "Card", picture=Picture("card", {}))
        sent = await channel.send(message, "1", DrawnPicture(stream.getvalue(), "image/png", "card.png"))

    ((method, params),) = recorder.calls
    assert method == "sendPhoto"
    assert "card.jpg" in params.values()
    assert sent.degradations == ("reencoded",)


async def test_what_is_no_picture_goes_as_a_file_and_what_is_too_large_does_not_go(recorder: Recorder) -> None:
    async with Bot(recorder.url) as channel:
        drawing = DrawnPicture(b"<svg/>", "image/svg+xml", "card.svg")
        sent = await channel.send(OutboundMessage("k", "See"), "1", drawing)
        huge = DrawnPicture(bytes(50_000_001), "application/zip", "all.zip", document=True)
        with pytest.raises(PermanentContent):
            await channel.send(OutboundMessage("k", "See"), "1", huge)

    assert [method for method, _ in recorder.calls] == ["sendDocument"]
    assert sent.degradations == ("media_as_file",)


async def test_a_picture_that_telegram_does_not_show_goes_as_a_file(recorder: Recorder) -> None:
    recorder.will_answer(*refused("PHOTO_INVALID_DIMENSIONS"))
    recorder.will_answer(200, DONE)
    async with Bot(recorder.url) as channel:
        message = OutboundMessage("k", "Statement", (Choice("a", "Ok"),), picture=Picture("statement", {}))
        sent = await channel.send(message, "1", DrawnPicture(b"\xff\xd8\xff", "image/jpeg", "long.jpg"))

    assert [method for method, _ in recorder.calls] == ["sendPhoto", "sendDocument"]
    assert recorder.calls[-1][1]["caption"] == "Statement"
    assert sent.degradations == ("media_as_file",)


async def test_a_customers_picture_is_asked_for_and_fetched(recorder: Recorder) -> None:
    recorder.files["photos/file 1.jpg"] = b"x" * 1000
    async with Bot(recorder.url) as channel:
        assert await channel.fetch(PHOTO, 1000) == b"x" * 1000

    assert recorder.calls == [("getFile", {"file_id": "f1"})]


async def test_a_file_is_counted_by_what_comes_and_not_only_by_what_was_said(recorder: Recorder) -> None:
    recorder.files["photos/file 1.jpg"] = b"x" * 1_000_001
    async with Bot(recorder.url) as channel:
        with pytest.raises(PermanentContent, match="larger than 999 bytes"):
            await channel.fetch(PHOTO, 999)
        with pytest.raises(PermanentContent, match="larger than 1000 bytes"):
            await channel.fetch(PHOTO, 1000)


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (*refused("file is too big"), PermanentContent),
        (*refused("wrong file_id or the file is temporarily unavailable"), PermanentContent),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, ChannelDown),
        (502, b"<html>", Transient),
        (200, {"ok": True, "result": {"file_id": "f1", "file_unique_id": "u1"}}, PermanentContent),
        (200, {"ok": True, "result": {"file_id": "f1", "file_unique_id": "u1", "file_path": "gone"}}, PermanentContent),
    ],
)
async def test_a_file_that_cannot_be_had_says_so_without_the_token(
    recorder: Recorder, status: int, body: object, failure: type[SendFailure]
) -> None:
    recorder.will_answer(status, body)
    async with Bot(recorder.url) as channel:
        with pytest.raises(failure) as caught:
            await channel.fetch(PHOTO, 1000)

    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None


async def test_a_file_that_lies_with_somebody_else_is_not_fetched(recorder: Recorder) -> None:
    recorder.leads_to["photos/file 1.jpg"] = "http://127.0.0.1:9/inside"
    async with Bot(recorder.url) as channel:
        with pytest.raises(PermanentContent, match="not the platform's"):
            await channel.fetch(PHOTO, 1000)


async def test_a_file_of_nobody_at_the_other_end_can_be_asked_for_again() -> None:
    async with Bot("http://127.0.0.1:9") as channel:
        with pytest.raises(Transient):
            await channel.fetch(PHOTO, 1000)
