"""What goes out to Messenger: within its limits, in order, and without losing a choice."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import references
from channels.errors import PermanentContent
from channels.messenger.render import LINK_CHARS_MAX, Rendered, render
from channels.texts import length
from flows.messages import Choice, Location, OutboundMessage, Picture, StoredFile, Template
from flows.ports import DrawnPicture

ANNA = "7012345678901234"
REF = references.ref_of(UUID(int=7))
JPEG = DrawnPicture(b"\xff\xd8\xff", "image/jpeg", "card.jpg")
PDF = DrawnPicture(b"%PDF-1.7", "application/pdf", "receipt.pdf", document=True)
TEXT_MAX, BESIDE_MAX, TITLE_MAX, PAYLOAD_MAX = 2000, 640, 20, 1000
BUTTONS_MAX, QUICK_MAX = 3, 13


def outbound(text: str = "", *choices: Choice, **more: Any) -> OutboundMessage:
    return OutboundMessage("k", text, choices, ref=REF, **more)


def replies(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(f"c.{number}", f"Choice {number}") for number in range(count))


def links(count: int) -> tuple[Choice, ...]:
    return tuple(
        Choice(f"u.{number}", f"Page {number}", kind="url", url=f"https://bank.example/{number}")
        for number in range(count)
    )


def bodies(rendered: Rendered) -> list[dict[str, Any]]:
    return [call.body for call in rendered.calls]


def messages(rendered: Rendered) -> list[dict[str, Any]]:
    return [body["message"] for body in bodies(rendered)]


def payload_of(message: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = message["attachment"]["payload"]
    return payload


def buttons_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a button template, none for any other message."""
    buttons: list[dict[str, Any]] = message.get("attachment", {}).get("payload", {}).get("buttons", [])
    return buttons


def test_a_text_goes_out_as_an_answer_and_news_as_news() -> None:
    answer, news = outbound("Good day!"), outbound("Paid.", purpose="update")

    assert bodies(render(answer, ANNA)) == [
        {"recipient": {"id": ANNA}, "messaging_type": "RESPONSE", "message": {"text": "Good day!"}}
    ]
    assert bodies(render(news, ANNA))[0]["messaging_type"] == "UPDATE"
    assert bodies(render(replace(news, purpose="authentication"), ANNA))[0]["messaging_type"] == "UPDATE"


def test_an_answer_to_a_message_names_it_once() -> None:
    first, second = bodies(render(outbound("word " * 500, reply_to="m_1"), ANNA))

    assert first["reply_to"] == {"mid": "m_1"}
    assert "reply_to" not in second


def test_who_has_only_ticked_a_box_is_written_to_by_that() -> None:
    (body,) = bodies(render(outbound("Hello"), "user_ref:box-41"))

    assert body["recipient"] == {"user_ref": "box-41"}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_up_to_three_choices_are_buttons_that_stay(count: int) -> None:
    rendered = render(outbound("How much?", *replies(count)), ANNA)

    (message,) = messages(rendered)
    assert message["attachment"]["type"] == "template"
    assert (payload_of(message)["template_type"], payload_of(message)["text"]) == ("button", "How much?")
    assert buttons_of(message)[0] == {"type": "postback", "title": "Choice 0", "payload": "c.0"}
    assert len(buttons_of(message)) == count
    assert rendered.degradations == ()


def test_links_and_answers_stand_under_one_text_in_the_order_of_the_flow() -> None:
    (link,), (first, second) = links(1), replies(2)

    (message,) = messages(render(outbound("Choose", first, link, second), ANNA))

    assert [button["type"] for button in buttons_of(message)] == ["postback", "web_url", "postback"]
    opens = buttons_of(message)[1]
    assert (opens["url"], opens["webview_height_ratio"]) == ("https://bank.example/0", "full")
    assert opens["webview_share_button"] == "hide"


@pytest.mark.parametrize("count", [4, 13])
def test_up_to_thirteen_choices_are_quick_replies(count: int) -> None:
    rendered = render(outbound("Which?", *replies(count)), ANNA)

    (message,) = messages(rendered)
    assert message["text"] == "Which?"
    assert message["quick_replies"][0] == {"content_type": "text", "title": "Choice 0", "payload": "c.0"}
    assert len(message["quick_replies"]) == count
    assert rendered.degradations == ()


def test_fourteen_choices_come_in_two_pages_that_lead_to_each_other() -> None:
    message = outbound("Which?", *replies(14))

    first, second = render(message, ANNA), render(replace(message, page=1), ANNA)

    on_first = [one["payload"] for one in messages(first)[0]["quick_replies"]]
    on_second = [one["payload"] for one in messages(second)[0]["quick_replies"]]
    assert on_first == [f"c.{number}" for number in range(12)] + [f"m.{REF}.p1"]
    assert on_second == ["c.12", "c.13", f"m.{REF}.p0"]
    assert (first.degradations, second.degradations) == (("paged:1/2",), ("paged:2/2",))


def test_a_message_that_nothing_could_lead_back_to_is_a_numbered_menu() -> None:
    rendered = render(replace(outbound("Which?", *replies(14)), ref=""), ANNA)

    assert rendered.degradations == ("numbered_menu",)
    assert "14. Choice 13" in messages(rendered)[0]["text"]


def test_a_text_too_long_for_buttons_goes_before_them() -> None:
    rendered = render(outbound("a" * 641, *replies(2)), ANNA)

    words, asked = messages(rendered)
    assert words == {"text": "a" * 641}
    assert (payload_of(asked)["text"], len(buttons_of(asked))) == ("Choose", 2)
    assert rendered.degradations == ("choices_apart",)
    assert len(render(outbound("a" * 640, *replies(2)), ANNA).calls) == 1


def test_more_links_than_fit_are_further_messages_and_the_last_has_the_answers() -> None:
    rendered = render(outbound("Read", *links(5), *replies(4)), ANNA)

    first, last = messages(rendered)
    assert [len(buttons_of(one)) for one in (first, last)] == [3, 2]
    assert (payload_of(first)["text"], payload_of(last)["text"]) == ("Read", "Open")
    assert len(last["quick_replies"]) == 4
    assert rendered.degradations == ("choices_apart",)


def test_links_beyond_all_measure_are_lines_of_the_text() -> None:
    rendered = render(outbound("Read", *links(10)), ANNA)

    (message,) = messages(rendered)
    assert "Page 9: https://bank.example/9" in message["text"]
    assert rendered.degradations == ("links_in_text",)


def test_nine_thousand_characters_are_split_in_order_with_the_choices_at_the_end() -> None:
    text = "Ціна зросла 🎉. " * 600

    rendered = render(outbound(text, *replies(5)), ANNA)

    said = messages(rendered)
    assert all(length(one["text"], "utf16") <= TEXT_MAX for one in said)
    assert "".join(one["text"] for one in said).replace(" ", "") == text.replace(" ", "")
    assert [bool(one.get("quick_replies")) for one in said] == [False] * (len(said) - 1) + [True]
    assert rendered.degradations == (f"text_split:{len(said)}",)


def test_a_long_title_is_cut_and_stands_in_full_in_the_text() -> None:
    long = Choice("c.long", "Pay the mobile phone of another person")

    rendered = render(outbound("What?", Choice("c.1", "Balance"), long), ANNA)

    (message,) = messages(rendered)
    assert payload_of(message)["text"] == "What?\n2. Pay the mobile phone of another person"
    assert buttons_of(message)[1]["title"] == "Pay the mobile phon…"
    assert rendered.degradations == ("titles_cut",)


def test_choices_that_would_look_alike_are_told_apart() -> None:
    same = [Choice(f"c.{number}", "Transfer to the card of a friend") for number in range(3)]

    titles = [button["title"] for button in buttons_of(messages(render(outbound("?", *same), ANNA))[0])]

    assert len(set(titles)) == 3
    assert all(len(title) <= TITLE_MAX for title in titles)


def test_an_id_too_long_for_a_button_becomes_a_token_that_leads_back() -> None:
    rendered = render(outbound("?", Choice("a", "A"), Choice("ї" * 1001, "B")), ANNA)

    assert [button["payload"] for button in buttons_of(messages(rendered)[0])] == ["a", f"m.{REF}.1"]
    assert rendered.degradations == ("short_ids",)


def test_a_phone_is_asked_for_by_the_button_that_fills_it_in() -> None:
    ask = Choice("p", "Share my number", kind="request_phone")

    (alone,) = messages(render(outbound("Your phone?", ask), ANNA))
    (beside,) = messages(render(outbound("Your phone?", ask, *replies(1)), ANNA))

    assert alone == {"text": "Your phone?", "quick_replies": [{"content_type": "user_phone_number"}]}
    assert [one["content_type"] for one in beside["quick_replies"]] == ["user_phone_number", "text"]


def test_a_place_is_asked_for_in_words() -> None:
    rendered = render(outbound("Where?", Choice("l", "Share the place", kind="request_location")), ANNA)

    (message,) = messages(rendered)
    assert message["text"] == "Where?\nPlease type the place: a city and a street."
    assert rendered.degradations == ("no_place_button",)


def test_a_form_opens_in_the_webview() -> None:
    form = Choice("f", "Open", kind="form", url="https://bank.example/secure/x")

    (button,) = buttons_of(messages(render(outbound("Enter it here", form), ANNA))[0])

    assert (button["type"], button["url"]) == ("web_url", "https://bank.example/secure/x")


def test_a_link_that_leads_nowhere_can_still_be_chosen() -> None:
    odd = Choice("u", "Odd", kind="url", url="tel:102")

    (button,) = buttons_of(messages(render(outbound("?", odd), ANNA))[0])

    assert button == {"type": "postback", "title": "Odd", "payload": "u"}


def test_a_card_picture_goes_first_and_its_words_with_the_buttons_after_it() -> None:
    message = outbound("w" * 600, *replies(2), picture=Picture("card_front", {}))

    rendered = render(message, ANNA, drawn=JPEG)

    picture, words = rendered.calls
    assert picture.body["message"] == {"attachment": {"type": "image", "payload": {"is_reusable": False}}}
    assert (picture.file, words.file) == (JPEG, None)
    assert len(buttons_of(words.body["message"])) == 2
    assert rendered.degradations == ("caption_apart",)


def test_a_receipt_goes_as_a_file_and_a_picture_too_when_it_is_meant_as_one() -> None:
    kinds = [
        messages(render(outbound(picture=Picture("receipt", {}, document=True)), ANNA, drawn=drawn))
        for drawn in (PDF, replace(JPEG, document=True))
    ]

    assert [one["attachment"]["type"] for (one,) in kinds] == ["file", "file"]


def test_a_picture_that_cannot_go_is_told_in_words() -> None:
    rendered = render(outbound("Here", file=StoredFile("m1", alt="A map of our branches")), ANNA)

    assert messages(rendered) == [{"text": "Here\nA map of our branches"}]
    assert rendered.degradations == ("media_as_text",)


def test_a_place_of_ours_is_words_and_a_link_to_the_map() -> None:
    rendered = render(outbound("We are here", place=Location(50.4501, 30.5234, "Branch 1", "Khreshchatyk 1")), ANNA)

    assert messages(rendered)[0]["text"].splitlines() == [
        "We are here",
        "Branch 1",
        "Khreshchatyk 1",
        "https://www.google.com/maps/search/?api=1&query=50.450100,30.523400",
    ]
    assert rendered.degradations == ("media_as_text",)


def test_an_edit_is_a_correction_and_a_deletion_a_notice_never_a_silent_success() -> None:
    edited = render(outbound("250 UAH", edit_of="m_1"), ANNA)
    deleted = render(outbound("PIN 9876", *replies(2), delete_of="m_1", picture=Picture("pin", {})), ANNA, drawn=JPEG)

    assert bodies(edited)[0]["message"]["text"] == "Correction:\n250 UAH"
    assert bodies(edited)[0]["reply_to"] == bodies(deleted)[0]["reply_to"] == {"mid": "m_1"}
    assert (edited.degradations, deleted.degradations) == (("edit_as_correction",), ("delete_as_notice",))
    assert len(deleted.calls) == 1
    assert "9876" not in repr(deleted)


def test_a_template_is_a_utility_message() -> None:
    template = Template("payment_received", "uk", ("150,00 UAH", "1111"))

    (body,) = bodies(render(outbound("ignored", template=template), ANNA))

    assert body["messaging_type"] == "UTILITY"
    assert body["message"] == {
        "template": {
            "name": "payment_received",
            "language": {"code": "uk"},
            "components": [
                {
                    "type": "body",
                    "parameters": [{"type": "text", "text": "150,00 UAH"}, {"type": "text", "text": "1111"}],
                }
            ],
        }
    }


def test_nothing_at_all_is_refused_before_it_leaves() -> None:
    with pytest.raises(PermanentContent):
        render(outbound(" \n\x00 "), ANNA)


titles = st.text(max_size=60) | st.sampled_from(["Balance", "👨‍👩‍👧‍👦" * 10, "Поповнити мобільний телефон", "", "  "])
urls = st.none() | st.sampled_from(["https://bank.example/x", "tel:102", "https://bank.example/" + "x" * 3000])
ids = st.text(max_size=20) | st.sampled_from(["x" * 1000, "ї" * 1001, " ", "\r"])
kinds = st.sampled_from(["reply", "reply", "reply", "url", "form", "request_phone", "request_location"])
choices = st.lists(st.builds(Choice, ids, titles, kind=kinds, url=urls), max_size=45).map(tuple)
texts = st.text(max_size=300) | st.text(min_size=1, max_size=30).map(lambda word: word * 150)
any_message = st.builds(
    OutboundMessage,
    st.just("k"),
    texts,
    choices,
    ref=st.sampled_from([REF, REF, ""]),
    page=st.integers(-1, 6),
    picture=st.sampled_from([None, Picture("card_front", {}, alt="A card")]),
    place=st.sampled_from([None, Location(50.45, 30.52, "Branch")]),
    edit_of=st.sampled_from([None, None, "m_1"]),
    locale=st.sampled_from(["en", "uk"]),
)


@settings(deadline=None)
@given(any_message, st.sampled_from([None, JPEG, PDF]))
def test_no_message_exceeds_what_messenger_takes(message: OutboundMessage, drawn: DrawnPicture | None) -> None:
    try:
        rendered = render(message, ANNA, drawn=drawn)
    except PermanentContent:
        return
    for one in messages(rendered):
        check_limits(one)
    assert [bool(call.file) for call in rendered.calls] == [bool(drawn)] * (drawn is not None) + [False] * (
        len(rendered.calls) - (drawn is not None)
    )


def check_limits(message: dict[str, Any]) -> None:
    """The platform's documented limits, in UTF-16 units."""
    if "text" in message:
        assert message["text"].strip()
        assert length(message["text"], "utf16") <= TEXT_MAX
    buttons, quick = buttons_of(message), message.get("quick_replies", [])
    if buttons:
        text = payload_of(message)["text"]
        assert text.strip()
        assert length(text, "utf16") <= BESIDE_MAX
    assert len(buttons) <= BUTTONS_MAX
    assert len(quick) <= QUICK_MAX
    titled = [one for one in [*buttons, *quick] if one.get("content_type") != "user_phone_number"]
    for one in titled:
        assert one["title"].strip()
        assert length(one["title"], "utf16") <= TITLE_MAX
        assert one.get("url") or one["payload"].strip()
        assert length(one.get("payload", ""), "utf16") <= PAYLOAD_MAX
        assert len(one.get("url", "")) <= LINK_CHARS_MAX
    for group in (buttons, [one for one in quick if "title" in one]):
        assert len({one["title"] for one in group}) == len(group)


@settings(deadline=None)
@given(choices, st.sampled_from(["", "Which one?"]))
def test_no_choice_is_lost_over_all_pages(given_choices: tuple[Choice, ...], text: str) -> None:
    message = outbound(text, *given_choices)
    seen: list[str] = []
    for page in range(6):
        try:
            rendered = render(replace(message, page=page), ANNA)
        except PermanentContent:
            assert not given_choices
            return
        for one in messages(rendered):
            seen += [tap.get("payload") or tap.get("url") or "phone" for tap in buttons_of(one)]
            seen += [tap.get("payload", "phone") for tap in one.get("quick_replies", [])]
            seen += (one.get("text") or payload_of(one)["text"]).split()
    for number, choice in enumerate(given_choices):
        opens = choice.kind in ("url", "form") and (choice.url or "") == "https://bank.example/x"
        if choice.kind == "request_location":
            assert "place:" in seen
        elif choice.kind == "request_phone":
            assert "phone" in seen
        elif opens:
            assert choice.url in seen
        elif choice.id.strip():
            assert choice.id in seen or f"m.{REF}.{number}" in seen
