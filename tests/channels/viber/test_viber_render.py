"""Keyboards and texts within Viber's limits, and nothing of them lost."""

from html import unescape
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import references
from channels.viber.render import Lent, Rendered, render
from flows.messages import Choice, Location, OutboundMessage

USER = "01234567890A+/bc=="
REF = "AZqz7SL_cJ-0ESIzRFVmdw"


def rendered(message: OutboundMessage, *, simple: bool = False) -> Rendered:
    return render(message, USER, sender="Bank", simple=simple)


def buttons(result: Rendered) -> list[dict[str, Any]]:
    board: dict[str, Any] = result.calls[-1].get("keyboard", {"Buttons": []})
    found: list[dict[str, Any]] = board["Buttons"]
    return found


def rows(found: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Buttons as they fall into rows of six columns."""
    made: list[list[dict[str, Any]]] = [[]]
    for button in found:
        if sum(one["Columns"] for one in made[-1]) + button["Columns"] > 6:
            made.append([])
        made[-1].append(button)
    return made


def choices(count: int, title: str = "Choice number {}") -> tuple[Choice, ...]:
    return tuple(Choice(f"id{number}", title.format(number)) for number in range(count))


def test_twelve_choices_are_a_keyboard_whose_rows_are_full() -> None:
    result = rendered(OutboundMessage("k", "Which?", choices(12)))

    found = buttons(result)
    assert result.calls[0]["keyboard"]["Type"] == "keyboard"
    assert [button["ActionBody"] for button in found] == [f"id{number}" for number in range(12)]
    assert all(button["ActionType"] == "reply" for button in found)
    assert all(sum(one["Columns"] for one in row) == 6 for row in rows(found))
    assert len(rows(found)) <= 12
    assert result.degradations == ()


def test_choices_that_are_over_give_way_to_the_menu_for_viber_takes_no_keyboard_away() -> None:
    (tile,) = buttons(rendered(OutboundMessage("k", "Done.", remove_choices=True, locale="uk")))
    assert (tile["ActionBody"], tile["ActionType"]) == ("/menu", "reply")
    assert "Меню" in tile["Text"]
    assert buttons(rendered(OutboundMessage("k", "One moment."))) == []


@pytest.mark.parametrize(
    ("titles", "columns"),
    [
        (["1", "2", "3", "4", "5", "6"], [1] * 6),
        (["100 UAH", "200 UAH", "500 UAH"], [2] * 3),
        (["To my card", "To a friend"], [3, 3]),
        (["To my card", "To a friend", "Somewhere else"], [3, 3, 6]),
        (["Transfer by card number", "No"], [6, 6]),
    ],
)
def test_short_titles_share_a_row(titles: list[str], columns: list[int]) -> None:
    found = buttons(rendered(OutboundMessage("k", "?", tuple(Choice(title, title) for title in titles))))

    assert [button["Columns"] for button in found] == columns


def test_a_title_is_words_and_never_markup() -> None:
    title = '<script>_*[x](y)</script> & "Co"'
    (button,) = buttons(rendered(OutboundMessage("k", title, (Choice("a", title),))))

    assert button["Text"] == '&lt;script&gt;_*[x](y)&lt;/script&gt; &amp; "Co"'
    assert rendered(OutboundMessage("k", title)).calls[0]["text"] == title


def test_a_title_too_long_for_a_phone_is_cut_and_stands_whole_in_the_text() -> None:
    title = "Transfer to the account of " + "a person with a name " * 5
    result = rendered(OutboundMessage("k", "Which?", (Choice("a", title), Choice("b", title + "2"))))

    texts = [button["Text"] for button in buttons(result)]
    assert all(len(text) <= 80 for text in texts)
    assert len(set(texts)) == 2
    assert title in result.calls[0]["text"]
    assert result.degradations == ("titles_cut",)


def test_what_does_not_fit_one_keyboard_goes_on_pages_with_a_way_there_and_back() -> None:
    message = OutboundMessage("k", "Which?", choices(30, "A rather long choice {}"), ref=REF, page=1)
    result = rendered(message)

    found = buttons(result)
    assert result.degradations == ("paged:2/3",)
    assert [references.read(button["ActionBody"]) for button in found[-2:]] == [
        references.Reference(references.read(f"m.{REF}.0").message, page=page)  # type: ignore[union-attr]
        for page in (2, 0)
    ]


def test_an_id_too_long_for_a_button_becomes_a_token() -> None:
    result = rendered(OutboundMessage("k", "Which?", (Choice("a", "A"), Choice("b" * 251, "B")), ref=REF))

    assert [button["ActionBody"] for button in buttons(result)] == ["a", f"m.{REF}.1"]
    assert result.degradations == ("short_ids",)


def test_an_address_too_long_for_a_button_stands_in_the_text() -> None:
    url = "https://bank.example/" + "x" * 240
    result = rendered(OutboundMessage("k", "See", (Choice("u", "Open", kind="url", url=url), Choice("a", "A"))))

    assert [button["ActionBody"] for button in buttons(result)] == ["a"]
    assert f"Open: {url}" in result.calls[0]["text"]
    assert result.degradations == ("links_in_text",)


def test_a_keyboard_too_heavy_for_a_request_is_paged_though_it_is_low_enough() -> None:
    links = tuple(
        Choice(f"u{number}", str(number), kind="url", url=f"https://bank.example/{number}/{'x' * 220}")
        for number in range(60)
    )
    result = rendered(OutboundMessage("k", "слово " * 1160, links, ref=REF))

    assert all(len(orjson.dumps(call)) <= 30_000 for call in result.calls)
    assert result.degradations[0].startswith("paged:1/")


def test_kinds_mix_on_one_keyboard() -> None:
    mixed = (
        Choice("a", "Yes"),
        Choice("u", "Page", kind="url", url="https://bank.example"),
        Choice("p", "Phone", kind="request_phone"),
    )
    found = buttons(rendered(OutboundMessage("k", "?", mixed)))

    assert [button["ActionType"] for button in found] == ["reply", "open-url", "share-phone"]


def test_choices_without_a_word_get_one() -> None:
    assert rendered(OutboundMessage("k", choices=(Choice("a", "A"),), locale="uk")).calls[0]["text"] == "Обрати"
    assert rendered(OutboundMessage("k", " ")).calls == ()


@pytest.mark.parametrize("text", ["One sentence with an emoji 🙂. " * 300, "слово " * 1500, "😀" * 9000, "😀" * 6990])
def test_a_long_text_goes_in_parts_in_order_and_the_last_has_the_buttons(text: str) -> None:
    result = rendered(OutboundMessage("k", text, choices(12, "Картка з довгою назвою номер {}")))

    parts = [call["text"] for call in result.calls]
    assert all(len(part) <= 7000 for part in parts)
    assert all(len(orjson.dumps(call)) <= 30_000 for call in result.calls)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert ["keyboard" in call for call in result.calls] == [False] * (len(parts) - 1) + [True]
    assert result.degradations == (f"text_split:{len(parts)}",)


def test_control_characters_stay_behind_and_marks_of_direction_stay_in() -> None:
    text = rendered(OutboundMessage("k", "a\x00b\x07c\u202bעמית\u202c\n\td")).calls[0]["text"]

    assert text == "abc\u202bעמית\u202c\n\td"


def test_viberbot_writes_the_same_requests() -> None:
    messages = pytest.importorskip("viberbot.api.messages")
    location = pytest.importorskip("viberbot.api.messages.data_types.location")
    sender = pytest.importorskip("viberbot.api.message_sender")
    configuration = pytest.importorskip("viberbot.api.bot_configuration").BotConfiguration("Bank", None, "t")

    def theirs(message: Any) -> dict[str, Any]:
        prepare = sender.MessageSender(None, None, configuration)._prepare_payload
        body: dict[str, Any] = prepare(message, "Bank", None, receiver=USER)
        del body["auth_token"], body["sender"]["avatar"]  # ours is in the header, and the account has its own picture
        return body

    picture = Lent("picture", "https://x/a.jpg", 10, "a.jpg")
    file = Lent("file", "https://x/a.pdf", 10, "a.pdf")
    said = OutboundMessage("k", "Hi")
    with_keyboard = rendered(OutboundMessage("k", "Hi", choices(2))).calls[0]
    around = {"keyboard": with_keyboard["keyboard"], "tracking_data": with_keyboard["tracking_data"]}
    for ours, other in (
        (rendered(said).calls[0], messages.TextMessage(text="Hi")),
        (with_keyboard, messages.TextMessage(text="Hi", **around)),
        (
            render(said, USER, sender="Bank", lent=picture).calls[0],
            messages.PictureMessage(text="Hi", media=picture.url),
        ),
        (
            render(said, USER, sender="Bank", lent=file).calls[0],
            messages.FileMessage(media=file.url, size=10, file_name="a.pdf"),
        ),
        (
            rendered(OutboundMessage("k", place=Location(50.5, 30.5))).calls[0],
            messages.LocationMessage(location=location.Location(lat=50.5, lon=30.5)),
        ),
    ):
        assert other.validate()
        assert ours == theirs(other)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)
some_choices = st.lists(
    st.builds(
        Choice,
        id=st.text(st.characters(min_codepoint=33, max_codepoint=1200), min_size=1, max_size=300),
        title=words,
        kind=st.sampled_from(["reply", "reply", "reply", "url", "request_phone", "request_location"]),
        url=st.sampled_from(["https://bank.example/a", "https://bank.example/" + "b" * 240]),
    ),
    max_size=40,
    unique_by=lambda choice: choice.id,
).map(tuple)


def check_limits(result: Rendered) -> None:
    for call in result.calls:
        assert len(orjson.dumps(call)) <= 30_000
        assert 0 < len(call["text"]) <= 7000
        assert len(call.get("tracking_data", "")) <= 4000
    found = buttons(result) if result.calls else []
    assert sum(max(one["Rows"] for one in row) for row in rows(found) if row) <= 12
    assert all(sum(one["Columns"] for one in row) == 6 for row in rows(found) if row)
    for button in found:
        assert 0 < len(button["ActionBody"]) <= 250
        assert 0 < len(button["Text"]) <= 250
        assert unescape(button["Text"]).strip()


@settings(max_examples=80, deadline=None)
@given(words.map(lambda text: text * 90), some_choices, st.booleans())
def test_no_message_breaks_a_limit_and_no_choice_is_lost_over_all_pages(
    text: str, given_choices: tuple[Choice, ...], simple: bool
) -> None:
    reached: set[str] = set()
    in_words = ""
    page, pages = 0, 1
    while page < pages:
        result = rendered(OutboundMessage("k", text, given_choices, ref=REF, page=page), simple=simple)
        check_limits(result)
        reached |= {button["ActionBody"] for button in buttons(result)} if result.calls else set()
        in_words += "".join(call["text"] for call in result.calls)
        paged = [change for change in result.degradations if change.startswith("paged:")]
        pages = int(paged[0].partition("/")[2]) if paged else 1
        page += 1
    for number, choice in enumerate(given_choices):
        if choice.kind == "reply":
            assert choice.id in reached or references.to_choice(REF, number) in reached
        elif choice.kind == "url":
            assert choice.url in reached or str(choice.url)[:40] in in_words
        elif not simple:
            assert choice.title.strip()[:80] in reached or choice.kind in reached
