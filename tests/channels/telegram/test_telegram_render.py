"""Every kind of message within Telegram's limits, and nothing of it lost."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import references
from channels.errors import PermanentContent
from channels.telegram.render import Rendered, render
from channels.texts import length
from flows.messages import Choice, Location, OutboundMessage, Picture, StoredFile, Template
from flows.ports import DrawnPicture

REF = "AZqz7SL_cJ-0ESIzRFVmdw"
PHOTO = DrawnPicture(b"\xff\xd8\xff", "image/jpeg", "card.jpg")
PDF = DrawnPicture(b"%PDF-1.7", "application/pdf", "receipt.pdf", document=True)


def inline(result: Rendered) -> list[dict[str, Any]]:
    """The buttons under the last call, in order."""
    markup: dict[str, Any] = result.calls[-1].params.get("reply_markup", {})
    return [button for row in markup.get("inline_keyboard", []) for button in row]


def test_twelve_choices_are_buttons_under_the_message() -> None:
    choices = tuple(Choice(f"id{number}", f"Choice {number}") for number in range(12))
    result = render(OutboundMessage("k", "Which?", choices), "1")

    assert [button["callback_data"] for button in inline(result)] == [f"id{number}" for number in range(12)]
    assert result.degradations == ()


def test_an_id_of_eighty_bytes_becomes_a_token_that_leads_back_to_it() -> None:
    long = "ї" * 40
    result = render(OutboundMessage("k", "Which?", (Choice("a", "A"), Choice(long, "B")), ref=REF), "1")

    first, second = (button["callback_data"] for button in inline(result))
    token = references.read(second)
    assert (first, second) == ("a", f"m.{REF}.1")
    assert token is not None
    assert token.choice == 1
    assert len(second.encode()) <= 64
    assert result.degradations == ("short_ids",)


def test_an_id_of_exactly_sixty_four_bytes_goes_as_it_is() -> None:
    result = render(OutboundMessage("k", "Which?", (Choice("ї" * 32, "A"),), ref=REF), "1")

    assert inline(result)[0]["callback_data"] == "ї" * 32


def test_more_choices_than_telegram_holds_go_on_pages() -> None:
    choices = tuple(Choice(str(number), f"Choice {number}") for number in range(150))
    first = render(OutboundMessage("k", "Which?", choices, ref=REF), "1")
    second = render(OutboundMessage("k", "Which?", choices, ref=REF, page=1), "1")

    assert (len(inline(first)), first.degradations) == (100, ("paged:1/2",))
    assert (inline(first)[-1]["callback_data"], inline(second)[-1]["callback_data"]) == (f"m.{REF}.p1", f"m.{REF}.p0")
    shown = {button["callback_data"] for button in inline(first) + inline(second)}
    assert {choice.id for choice in choices} <= shown


def test_a_message_without_a_name_lists_what_it_cannot_page() -> None:
    choices = tuple(Choice(str(number), f"Choice {number}") for number in range(101))
    result = render(OutboundMessage("k", "Which?", choices), "1")

    assert all(f"{number + 1}. Choice {number}" in result.calls[0].params["text"] for number in range(101))
    assert result.degradations == ("numbered_menu",)


def test_beside_a_request_for_the_phone_a_link_stands_in_the_text() -> None:
    choices = (
        Choice("p", "My number", kind="request_phone"),
        Choice("u", "Terms", kind="url", url="https://bank.example/terms"),
        Choice("no", "Later"),
    )
    result = render(OutboundMessage("k", "Share?", choices), "1")

    params = result.calls[0].params
    keyboard = params["reply_markup"]["keyboard"]
    assert keyboard == [[{"text": "My number", "request_contact": True}], [{"text": "Later"}]]
    assert params["text"] == "Share?\nTerms: https://bank.example/terms"
    assert result.degradations == ("mixed_kinds", "links_in_text")


def test_a_request_for_the_place_is_a_keyboard() -> None:
    result = render(OutboundMessage("k", "Where?", (Choice("l", "Send my place", kind="request_location"),)), "1")

    assert result.calls[0].params["reply_markup"]["keyboard"] == [[{"text": "Send my place", "request_location": True}]]


def test_a_page_is_a_button_that_opens_it() -> None:
    choice = Choice("f", "Enter the card", kind="form", url="https://bank.example/secure/1")

    assert inline(render(OutboundMessage("k", "See", (choice,)), "1")) == [
        {"text": "Enter the card", "url": "https://bank.example/secure/1"}
    ]


def test_a_name_that_looks_like_markup_is_letters() -> None:
    name = "<script>_*[x](y)</script> & `co`"
    call = render(OutboundMessage("k", f"Hello, {name}!", (Choice("a", name),)), "1").calls[0]

    assert call.params["text"] == f"Hello, {name}!"
    assert call.params["reply_markup"]["inline_keyboard"][0][0]["text"] == name
    assert "parse_mode" not in call.params
    assert "entities" not in call.params


def test_control_characters_stay_behind_and_marks_of_direction_stay_in() -> None:
    text = "a\x00b\x07c\u202bעמית\u202c\u200f\n\td"

    assert render(OutboundMessage("k", text), "1").calls[0].params["text"] == "abc\u202bעמית\u202c\u200f\n\td"


@pytest.mark.parametrize("text", ["One sentence with an emoji 🙂. " * 300, "😀" * 9000, "👩‍👩‍👧‍👦 " * 1200, "ї" * 9000])
def test_nine_thousand_letters_go_in_parts_that_telegram_counts_right(text: str) -> None:
    result = render(OutboundMessage("k", text, (Choice("a", "Yes"),)), "1")

    parts = [call.params["text"] for call in result.calls]
    assert all(length(part, "utf16") <= 4096 for part in parts)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert ["reply_markup" in call.params for call in result.calls] == [False] * (len(parts) - 1) + [True]


def test_a_place_is_a_point_with_its_name_and_the_buttons_below() -> None:
    message = OutboundMessage(
        "k", "Our branch", (Choice("a", "Go"),), place=Location(50.45, 30.52, "No. 1", "Main st. 1")
    )
    place, text = render(message, "1").calls

    assert (place.method, place.params) == ("sendLocation", {"chat_id": "1", "latitude": 50.45, "longitude": 30.52})
    assert text.params["text"] == "Our branch\nNo. 1\nMain st. 1"
    assert "reply_markup" in text.params


def test_a_document_goes_as_a_file_whatever_it_was_drawn_from() -> None:
    stored = OutboundMessage("k", "Receipt", file=StoredFile("m1", document=True))

    assert [(call.method, call.file_field) for call in render(stored, "1", drawn=PDF).calls] == [
        ("sendDocument", "document")
    ]
    assert render(stored, "1", drawn=PHOTO).calls[0].method == "sendPhoto"


def test_a_picture_that_could_not_be_drawn_is_said_in_words() -> None:
    result = render(OutboundMessage("k", picture=Picture("card", {}, alt="Gold card •1111")), "1")

    assert result.calls[0].params["text"] == "Gold card •1111"
    assert result.degradations == ("media_as_text",)


def test_choices_without_a_word_get_one_and_nothing_at_all_is_no_call() -> None:
    assert (
        render(OutboundMessage("k", choices=(Choice("a", "A"),), locale="uk"), "1").calls[0].params["text"] == "Обрати"
    )
    assert render(OutboundMessage("k", " "), "1").calls == ()


def test_the_first_call_alone_answers_the_message_that_is_meant() -> None:
    result = render(OutboundMessage("k", "слово " * 1500, reply_to="77"), "1")

    answered = {"message_id": 77, "allow_sending_without_reply": True}
    assert [call.params.get("reply_parameters") for call in result.calls] == [answered, None, None]
    assert "reply_parameters" not in render(OutboundMessage("k", "x", reply_to="wamid.1"), "1").calls[0].params


def test_an_edit_changes_text_caption_or_buttons() -> None:
    choices = (Choice("a", "A"),)
    for message, method, field in (
        (OutboundMessage("k", "new", choices, edit_of="5"), "editMessageText", "text"),
        (OutboundMessage("k", "new", choices, edit_of="5", picture=Picture("c", {})), "editMessageCaption", "caption"),
        (OutboundMessage("k", "new", choices, edit_of="5", file=StoredFile("m")), "editMessageCaption", "caption"),
        (OutboundMessage("k", "", choices, edit_of="5"), "editMessageReplyMarkup", "reply_markup"),
    ):
        (call,) = render(message, "1", drawn=PHOTO if message.picture else None).calls
        assert (call.method, call.params["message_id"]) == (method, 5)
        assert field in call.params
        assert "inline_keyboard" in call.params["reply_markup"]


@pytest.mark.parametrize(("length_", "picture"), [(4097, None), (1025, Picture("c", {}))])
def test_an_edit_too_long_for_its_place_is_a_correction_below(length_: int, picture: Picture | None) -> None:
    result = render(OutboundMessage("k", "x" * length_, edit_of="5", picture=picture), "1")

    assert result.calls[0].params["text"].startswith("Correction:")
    assert result.calls[0].params["reply_parameters"]["message_id"] == 5
    assert result.degradations[0] == "edit_as_correction"


@pytest.mark.parametrize(
    "message",
    [
        OutboundMessage("k", template=Template("card_ready", "uk")),
        OutboundMessage("k", "x", edit_of="wamid.1"),
        OutboundMessage("k", "x", delete_of=""),
        OutboundMessage("k", "x", delete_of="²"),
    ],
)
def test_what_telegram_knows_nothing_of_is_refused(message: OutboundMessage) -> None:
    with pytest.raises(PermanentContent):
        render(message, "1")


words = st.text(max_size=90)
some_choices = st.lists(
    st.builds(
        Choice,
        id=st.text(min_size=1, max_size=90),
        title=words,
        kind=st.sampled_from(["reply", "reply", "url", "form"]),
        url=st.just("https://bank.example/a"),
    ),
    max_size=130,
    unique_by=lambda choice: choice.id,
).map(tuple)


@settings(max_examples=50, deadline=None)
@given(words.map(lambda text: text * 90), some_choices, st.booleans())
def test_no_message_breaks_a_limit_and_no_choice_is_lost_over_all_pages(
    text: str, choices: tuple[Choice, ...], has_picture: bool
) -> None:
    reached: set[str] = set()
    page, pages = 0, 1
    while page < pages:
        message = OutboundMessage("k", text, choices, ref=REF, page=page)
        result = render(message, "1", drawn=PHOTO if has_picture else None)
        for call in result.calls:
            assert length(call.params.get("text", ""), "utf16") <= 4096
            assert length(call.params.get("caption", ""), "utf16") <= 1024
            assert call.method != "sendMessage" or call.params["text"].strip()
        buttons = inline(result) if result.calls else []
        assert len(buttons) <= 100
        assert all(len(button.get("callback_data", "").encode(errors="replace")) <= 64 for button in buttons)
        assert all(button["text"].strip() for button in buttons)
        reached |= {button.get("callback_data", "") for button in buttons}
        paged = [change for change in result.degradations if change.startswith("paged:")]
        pages = int(paged[0].partition("/")[2]) if paged else 1
        page += 1
    for number, choice in enumerate(choices):
        assert choice.kind != "reply" or choice.id in reached or references.to_choice(REF, number) in reached
