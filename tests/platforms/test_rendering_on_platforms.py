"""What each platform gets to see of our messages: choices, texts, requests, links, pictures, changes."""

import io
import json
import os
from collections.abc import Sequence
from html import unescape
from typing import Any

import httpx
import platform_posts as posts
import pytest
from bank_in_front import Bank, button
from four_platforms import Seen, until
from PIL import Image

from channels.texts import length

Json = dict[str, Any]
LONG = "A title that is just about forty letters"
TEXT_MAX = {"telegram": 4096, "viber": 7000, "whatsapp": 4096, "messenger": 2000}
CAPTION = "Your new card. " * 60
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def choices(count: int) -> list[Json]:
    return [button(number) for number in range(count)]


def words(channel: str, call: Seen) -> str:
    """What a customer reads of a call."""
    if channel in ("telegram", "viber"):
        return str(call.said.get("text") or call.said.get("caption") or "")
    if channel == "messenger":
        message = call.said["message"]
        return str(message.get("text") or message.get("attachment", {}).get("payload", {}).get("text", ""))
    part = call.said[call.said["type"]]
    return str(
        part.get("caption") or (part["body"]["text"] if isinstance(part.get("body"), dict) else part.get("body", ""))
    )


def file_of(call: Seen) -> tuple[str, str, bytes]:
    """The name, kind and bytes of the one file that came with a call."""
    (file,) = call.files.values()
    return file


def tappable(channel: str, call: Seen) -> bool:
    """Whether anything hangs under a call."""
    return any(
        word in json.dumps(call.said)
        for word in ("inline_keyboard", "Buttons", "interactive", "quick_replies", '"template"')
    )


def rows(call: Seen) -> list[Json]:
    sections = call.said["interactive"]["action"]["sections"]
    assert len(sections) == 1
    return list(sections[0]["rows"])


def test_three_short_choices_are_buttons_of_whatsapp(bank: Bank) -> None:
    (call,) = bank.delivers("whatsapp", bank.greeted("whatsapp"), "Which?", *choices(3))
    shown = call.said["interactive"]
    assert (shown["type"], shown["body"]["text"]) == ("button", "Which?")
    assert [one["type"] for one in shown["action"]["buttons"]] == ["reply"] * 3
    assert [one["reply"]["id"] for one in shown["action"]["buttons"]] == ["id-0", "id-1", "id-2"]
    assert all(len(one["reply"]["title"]) <= 20 for one in shown["action"]["buttons"])


@pytest.mark.parametrize("count", [4, 10])
def test_four_to_ten_choices_are_a_list_of_whatsapp(bank: Bank, count: int) -> None:
    (call,) = bank.delivers("whatsapp", bank.greeted("whatsapp"), "Which?", *choices(count))
    assert call.said["interactive"]["type"] == "list"
    assert 0 < len(call.said["interactive"]["action"]["button"]) <= 20
    assert [row["id"] for row in rows(call)] == [f"id-{number}" for number in range(count)]
    assert all(len(row["title"]) <= 24 for row in rows(call))


def chosen(bank: Bank, user: str, row: Json) -> Seen:
    """What comes when a row of a list is tapped."""
    before = len(bank.platforms.to("whatsapp", user))
    part: Json = {"type": "list_reply", "list_reply": {"id": row["id"], "title": row["title"]}}
    bank.hear("whatsapp", posts.whatsapp(posts.wa_message(user, "interactive", interactive=part)))
    return until(lambda: bank.platforms.to("whatsapp", user)[before:])[0]


def test_twelve_choices_are_pages_of_a_list_and_none_is_lost(bank: Bank) -> None:
    user = bank.greeted("whatsapp")
    (first,) = bank.delivers("whatsapp", user, "Which?", *choices(12))
    *nine, more = rows(first)
    second = chosen(bank, user, more)
    *three, back = rows(second)
    assert [row["id"] for row in nine + three] == [f"id-{number}" for number in range(12)]
    assert len(nine) == 9
    assert rows(chosen(bank, user, back)) == rows(first)


def test_long_titles_are_rows_with_the_whole_title_beside(bank: Bank) -> None:
    (call,) = bank.delivers(
        "whatsapp", bank.greeted("whatsapp"), "Which?", *[button(number, f"{LONG[:39]}{number}") for number in range(3)]
    )
    assert call.said["interactive"]["type"] == "list"
    assert len({row["title"] for row in rows(call)}) == 3
    for number, row in enumerate(rows(call)):
        assert len(row["title"]) <= 24
        assert "…" in row["title"]
        assert row["description"] == f"{LONG[:39]}{number}"


@pytest.mark.parametrize("count", [13, 14])
def test_many_choices_of_messenger_are_quick_replies_in_pages_beyond_thirteen(bank: Bank, count: int) -> None:
    user = bank.greeted("messenger")
    (call,) = bank.delivers("messenger", user, "Which?", *choices(count))
    shown = call.said["message"]["quick_replies"]
    assert all(len(one["title"]) <= 20 for one in shown)
    assert len(shown) == 13
    found = [one["payload"] for one in shown]
    if count > 13:
        before = len(bank.platforms.to("messenger", user))
        tap = posts.fb_message(user, text=shown[-1]["title"], quick_reply={"payload": found.pop()})
        bank.hear("messenger", posts.messenger(tap))
        (second,) = until(lambda: bank.platforms.to("messenger", user)[before:])
        found += [one["payload"] for one in second.said["message"]["quick_replies"]]
    assert [payload for payload in found if payload.startswith("id-")] == [f"id-{number}" for number in range(count)]


def test_three_buttons_of_messenger_are_a_template_and_a_long_text_goes_before_it(bank: Bank) -> None:
    user = bank.greeted("messenger")
    mixed = [button(0), button(1, kind="url", url="https://bank.example/a"), button(2)]
    (call,) = bank.delivers("messenger", user, "Which?", *mixed)
    shown = call.said["message"]["attachment"]["payload"]
    assert (shown["template_type"], shown["text"]) == ("button", "Which?")
    assert [one["type"] for one in shown["buttons"]] == ["postback", "web_url", "postback"]
    long, below = bank.delivers("messenger", user, "Which? " * 100, *mixed)
    assert words("messenger", long) == ("Which? " * 100).strip()
    assert 0 < len(below.said["message"]["attachment"]["payload"]["text"]) <= 640


def test_twelve_choices_of_telegram_hang_under_the_message_and_a_long_id_leads_back(bank: Bank) -> None:
    user, wide = bank.greeted("telegram"), "ї" * 40
    (call,) = bank.delivers("telegram", user, "Which?", *choices(11), {"id": wide, "title": "Last"})
    shown = [one for row in call.said["reply_markup"]["inline_keyboard"] for one in row]
    data = [one["callback_data"] for one in shown]
    assert len(data) == 12
    assert all(len(one.encode()) <= 64 for one in data)
    assert data[:11] == [f"id-{number}" for number in range(11)]
    tapped = {"message_id": int(call.id), "date": posts.SAID_AT_S, "chat": {"id": int(user), "type": "private"}}
    bank.hear("telegram", posts.telegram(user, "callback_query", id="1", message=tapped, data=data[-1]))
    assert bank.events("telegram", user)[-1]["payload"] == wide


def test_twelve_choices_of_viber_are_a_keyboard_that_a_phone_can_show(bank: Bank) -> None:
    titled = [button(number, f"<b>Card & {number}</b>") for number in range(12)]
    (call,) = bank.delivers("viber", posts.customer("viber"), "Which?", *titled)
    board = call.said["keyboard"]
    assert board["Type"] == "keyboard"
    assert [one["ActionBody"] for one in board["Buttons"]] == [f"id-{number}" for number in range(12)]
    assert [unescape(one["Text"]) for one in board["Buttons"]] == [one["title"] for one in titled]
    assert not [one for one in board["Buttons"] if "<" in one["Text"]]
    height, width = 0, 0
    for one in board["Buttons"]:
        height += one["Rows"] if width == 0 else 0
        width = (width + one["Columns"]) % 6
    assert (width, height <= 12, len(call.raw) <= 30_000) == (0, True, True)


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_nine_thousand_letters_go_in_order_in_parts_that_fit_with_the_buttons_at_the_end(
    bank: Bank, channel: str
) -> None:
    user = bank.greeted(channel)
    said = " ".join(f"Речення {number} про гроші 👩‍👩‍👧." for number in range(330))
    assert len(said) > 9000
    calls = bank.delivers(channel, user, said, *choices(2))
    texts = [words(channel, call) for call in calls]
    unit = "char" if channel == "viber" else "utf16"
    assert "".join("".join(texts).split()).startswith("".join(said.split()))
    assert all(length(text, unit) <= TEXT_MAX[channel] for text in texts)
    assert all(text.rstrip().endswith(".") for text in texts[:-1])
    assert [tappable(channel, call) for call in calls] == [False] * (len(calls) - 1) + [True]
    if channel == "whatsapp":
        assert length(texts[-1], "utf16") <= 1024
    assert [call.id for call in bank.platforms.to(channel, user)] == [call.id for call in calls]


def test_a_name_that_looks_like_markup_reaches_telegram_as_letters(bank: Bank) -> None:
    name = "<script>_*[x](y)"
    (call,) = bank.delivers("telegram", posts.customer("telegram"), f"Hello {name}")
    assert call.said["text"] == f"Hello {name}"
    assert not call.said.get("parse_mode")


PHONE = button(1, "Share my number", kind="request_phone")
PLACE = button(1, "Share my place", kind="request_location")


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_the_phone_is_asked_for_as_each_platform_can(bank: Bank, channel: str) -> None:
    user = bank.greeted(channel)
    calls = bank.delivers(channel, user, "Your phone?", PHONE)
    call = calls[-1]
    if channel == "telegram":
        markup = call.said["reply_markup"]
        assert markup["keyboard"] == [[{"text": "Share my number", "request_contact": True}]]
        assert markup["one_time_keyboard"] is True
    elif channel == "viber":
        assert [one["ActionType"] for one in call.said["keyboard"]["Buttons"]] == ["share-phone"]
        assert call.said["min_api_version"] >= 3
    elif channel == "messenger":
        assert call.said["message"]["quick_replies"] == [{"content_type": "user_phone_number"}]
    else:  # it is known: the customer writes from it
        assert call.said["type"] == "text"


def test_who_hides_the_phone_on_whatsapp_is_asked_for_it(bank: Bank) -> None:
    bsuid = f"UA.134912086{posts.number()}"
    said = {"from_user_id": bsuid, "id": f"wamid.IN{posts.number()}", "timestamp": str(posts.SAID_AT_S)}
    reaction = said | {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "+"}}
    event = bank.heard("whatsapp", posts.whatsapp(reaction, contacts=[{"user_id": bsuid}]), bsuid)
    until(lambda: bank.sql("select 1 from bot.conversation where id = $1::text::uuid", event["conversation_key"]))
    (call,) = bank.delivers("whatsapp", bsuid, "Your phone?", PHONE)
    assert call.said["interactive"]["type"] == "request_contact_info"


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_the_place_is_asked_for_as_each_platform_can(bank: Bank, channel: str) -> None:
    (call,) = bank.delivers(channel, bank.greeted(channel), "Where are you?", PLACE)
    if channel == "telegram":
        assert call.said["reply_markup"]["keyboard"] == [[{"text": "Share my place", "request_location": True}]]
    elif channel == "viber":
        assert [one["ActionType"] for one in call.said["keyboard"]["Buttons"]] == ["location-picker"]
    elif channel == "whatsapp":
        assert call.said["interactive"]["type"] == "location_request_message"
    else:
        assert "street" in words(channel, call) or "вулиц" in words(channel, call)


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_a_page_opens_as_each_platform_can_and_the_answers_beside_it_stay(bank: Bank, channel: str) -> None:
    url = "https://bank.example/terms"
    calls = bank.delivers(channel, bank.greeted(channel), "Read", button(1), button(2, "Terms", kind="url", url=url))
    if channel == "telegram":
        shown = [one for row in calls[0].said["reply_markup"]["inline_keyboard"] for one in row]
        assert [one.get("url") for one in shown] == [None, url]
    elif channel == "viber":
        answer, page = calls[0].said["keyboard"]["Buttons"]
        assert (answer["ActionType"], page["ActionType"], page["ActionBody"]) == ("reply", "open-url", url)
        assert page["OpenURLType"] == "internal"
        assert page["InternalBrowser"]
    elif channel == "whatsapp":
        answers, page = (call.said["interactive"] for call in calls)
        assert (answers["type"], page["type"]) == ("button", "cta_url")
        assert page["action"]["parameters"] == {"display_text": "Terms", "url": url}
    else:
        shown = calls[0].said["message"]["attachment"]["payload"]["buttons"]
        assert [one["type"] for one in shown] == ["postback", "web_url"]
        assert shown[1]["webview_height_ratio"]


@pytest.fixture(scope="module")
def png() -> bytes:
    """A picture of a card of a megabyte and a half."""
    out = io.BytesIO()
    Image.frombytes("RGB", (720, 720), os.urandom(720 * 720 * 3)).save(out, "PNG")
    assert 1_500_000 < len(out.getvalue()) < 2_000_000
    return out.getvalue()


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_a_heavy_picture_with_a_long_caption_arrives_whole_on_every_platform(
    bank: Bank, channel: str, png: bytes
) -> None:
    user = bank.greeted(channel)
    media = bank.keep(png, "card.png", "image/png")
    began = len(bank.platforms.calls)
    calls = bank.delivers(channel, user, {"type": "image", "media_id": media, "caption": CAPTION})
    assert CAPTION.strip() in [words(channel, call).strip() for call in calls]
    if channel == "telegram":
        (call,) = calls
        assert (call.method, file_of(call)[2]) == ("sendPhoto", png)
    elif channel == "viber":
        picture, text = calls
        assert (picture.said["type"], text.said["type"]) == ("picture", "text")
        lent = httpx.get(picture.said["media"])
        assert len(lent.content) <= 1_000_000
        assert Image.open(io.BytesIO(lent.content)).format == "JPEG"
    elif channel == "whatsapp":
        (call,) = calls
        (upload,) = [one for one in bank.platforms.calls[began:] if one.method == "media"]
        assert call.said["type"] == "image"
        assert len(file_of(upload)[2]) <= 5_000_000
    else:
        picture, text = calls
        assert picture.said["message"]["attachment"]["type"] == "image"
        assert file_of(picture)[2] == png
        assert "text" in text.said["message"]


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_a_receipt_is_a_file_with_its_name(bank: Bank, channel: str) -> None:
    user = bank.greeted(channel)
    media = bank.keep(PDF, "receipt.pdf", "application/pdf")
    began = len(bank.platforms.calls)
    content = {"type": "document", "media_id": media, "file_name": "receipt.pdf", "caption": "Paid"}
    calls = bank.delivers(channel, user, content)
    assert "Paid" in [words(channel, call) for call in calls]
    if channel == "telegram":
        assert calls[0].method == "sendDocument"
        assert file_of(calls[0])[::2] == ("receipt.pdf", PDF)
    elif channel == "viber":
        said = calls[0].said
        assert (said["type"], said["size"], said["file_name"]) == ("file", len(PDF), "receipt.pdf")
        assert httpx.get(said["media"]).content == PDF
    elif channel == "whatsapp":
        (upload,) = [one for one in bank.platforms.calls[began:] if one.method == "media"]
        assert (calls[0].said["document"]["filename"], file_of(upload)[2]) == ("receipt.pdf", PDF)
    else:
        assert calls[0].said["message"]["attachment"]["type"] == "file"
        assert file_of(calls[0])[::2] == ("receipt.pdf", PDF)


def after(bank: Bank, channel: str, user: str, call: Seen) -> Sequence[Seen]:
    """What followed a call in its chat."""
    calls = bank.platforms.to(channel, user)
    return calls[calls.index(call) + 1 :]


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_an_edit_and_a_deletion_are_done_or_said_aloud(bank: Bank, channel: str) -> None:
    user = bank.greeted(channel)
    message = bank.write(channel, user, "Fee: 5.00")
    (call,) = bank.sent(channel, message)
    bank.http.patch(
        f"/api/v1/messages/{message}", json={"content": {"type": "text", "text": "Fee: 6.00"}}
    ).raise_for_status()
    edited = bank.changed(message)
    bank.http.delete(f"/api/v1/messages/{message}").raise_for_status()
    deleted = bank.changed(message, 2)
    edit, deletion = after(bank, channel, user, call)
    if channel == "telegram":
        assert (edit.method, edit.said["message_id"], edit.said["text"]) == ("editMessageText", call.id, "Fee: 6.00")
        assert (deletion.method, deletion.said["message_id"]) == ("deleteMessage", call.id)
        assert deleted["degradations"] == []
        return
    assert "edit_as_correction" in edited["degradations"]
    assert "delete_as_notice" in deleted["degradations"]
    assert "Fee: 6.00" in words(channel, edit)
    assert words(channel, deletion)
    if channel != "viber":  # which cannot answer a message
        assert call.id in json.dumps(edit.said)


@pytest.mark.parametrize(
    "told", ["message is not modified: the same", "message to edit not found"], ids=["same", "gone"]
)
def test_an_edit_that_telegram_finds_nothing_to_do_for_is_a_success_and_not_repeated(bank: Bank, told: str) -> None:
    user = posts.customer("telegram")
    message = bank.write("telegram", user, "Fee: 5.00")
    (call,) = bank.sent("telegram", message)
    refusal = {"ok": False, "error_code": 400, "description": f"Bad Request: {told}"}
    bank.platforms.will_answer("telegram", user, 400, refusal)
    bank.http.patch(
        f"/api/v1/messages/{message}", json={"content": {"type": "text", "text": "Fee: 6.00"}}
    ).raise_for_status()
    (change,) = bank.changed(message)["changes"]
    assert (change["state"], change["error"]) == ("sent", None)
    bank.delivers("telegram", user, "And more")
    assert [one.method for one in after(bank, "telegram", user, call)] == ["editMessageText", "sendMessage"]


def test_a_tap_that_telegram_has_forgotten_is_taken_all_the_same(bank: Bank) -> None:
    user, query = bank.greeted("telegram"), f"q{posts.number()}"
    (call,) = bank.delivers("telegram", user, "Which?", *choices(2))
    told = {"ok": False, "error_code": 400, "description": "Bad Request: query is too old and response timeout expired"}
    bank.platforms.will_answer_call("telegram", "answerCallbackQuery", 400, told)
    shown = {"message_id": int(call.id), "date": posts.SAID_AT_S, "chat": {"id": int(user), "type": "private"}}
    bank.hear("telegram", posts.telegram(user, "callback_query", id=query, message=shown, data="id-1"))

    def answers() -> list[Seen]:
        return [one for one in bank.platforms.calls if one.said.get("callback_query_id") == query]

    until(answers)
    assert bank.events("telegram", user)[-1]["payload"] == "id-1"
    bank.delivers("telegram", user, "And more")
    assert len(answers()) == 1
