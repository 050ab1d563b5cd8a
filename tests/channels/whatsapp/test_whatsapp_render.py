"""What WhatsApp is sent for a message, and what is changed so that it fits."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import whatsapp_limits
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import references
from channels.texts import length
from channels.whatsapp.render import Rendered, render
from flows.messages import Choice, Location, OutboundMessage, Picture, StoredFile, Template
from flows.ports import DrawnPicture

PHONE, BSUID = "380501112233", "UA.13491208655302741918"
REF = references.ref_of(UUID(int=7))
PNG = DrawnPicture(b"png", "image/png", "card.png")
PDF = DrawnPicture(b"%PDF", "application/pdf", "квитанція.pdf", document=True)
LINK = Choice("u", "Відкрити", kind="url", url="https://bank.example/s/1")
FAMILY = "👨‍👩‍👧"


def choices(count: int, title: str = "Варіант") -> tuple[Choice, ...]:
    return tuple(Choice(f"q.1.{number}", f"{title} {number}") for number in range(count))


def bodies(rendered: Rendered) -> list[dict[str, Any]]:
    """What goes over the wire, each body checked against the platform's limits."""
    found = [call.with_media("700001") for call in rendered.calls]
    for body in found:
        whatsapp_limits.check(body)
    return found


def shown(message: OutboundMessage, address: str = PHONE, drawn: DrawnPicture | None = None) -> list[dict[str, Any]]:
    return bodies(render(message, address, drawn=drawn))


def interactive(message: OutboundMessage, address: str = PHONE) -> dict[str, Any]:
    (body,) = shown(message, address)
    found: dict[str, Any] = body["interactive"]
    return found


def rows(block: dict[str, Any]) -> list[dict[str, Any]]:
    (section,) = block["action"]["sections"]
    found: list[dict[str, Any]] = section["rows"]
    return found


def test_a_text_goes_to_a_phone_or_to_the_recipient_who_hides_it() -> None:
    (to_phone,), (to_bsuid,) = shown(OutboundMessage("k", "Привіт")), shown(OutboundMessage("k", "Привіт"), BSUID)

    assert to_phone == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": PHONE, "type": "text",
        "text": {"body": "Привіт", "preview_url": False},
    }  # fmt: skip
    assert (to_bsuid["recipient"], "to" in to_bsuid) == (BSUID, False)


def test_up_to_three_short_choices_are_buttons() -> None:
    message = OutboundMessage("k", "Скільки?", choices(3))
    block = interactive(message)

    assert (block["type"], block["body"]["text"]) == ("button", "Скільки?")
    assert [button["reply"] for button in block["action"]["buttons"]] == [
        {"id": f"q.1.{number}", "title": f"Варіант {number}"} for number in range(3)
    ]
    assert render(message, PHONE, drawn=None).degradations == ()


@pytest.mark.parametrize("count", [4, 10])
def test_up_to_ten_choices_are_a_list(count: int) -> None:
    message = OutboundMessage("k", "Що саме?", choices(count), locale="uk")
    block = interactive(message)

    assert (block["type"], block["action"]["button"]) == ("list", "Обрати")
    assert [row["id"] for row in rows(block)] == [f"q.1.{number}" for number in range(count)]
    assert render(message, PHONE, drawn=None).degradations == ("list",)


def test_more_choices_come_in_pages_with_a_way_on_and_back() -> None:
    first, second = (OutboundMessage("k", "Що саме?", choices(12), ref=REF, page=page) for page in (0, 1))

    ids = [row["id"] for row in rows(interactive(first))]
    assert ids == [*(f"q.1.{number}" for number in range(9)), references.to_page(REF, 1)]
    ids = [row["id"] for row in rows(interactive(second))]
    assert ids == ["q.1.9", "q.1.10", "q.1.11", references.to_page(REF, 0)]
    assert render(first, PHONE, drawn=None).degradations == ("list", "paged:1/2")
    assert render(second, PHONE, drawn=None).degradations == ("list", "paged:2/2")


def test_without_a_name_to_come_back_to_many_choices_are_a_numbered_menu() -> None:
    message = OutboundMessage("k", "Що саме?", choices(12))
    (body,) = shown(message)

    assert body["text"]["body"].splitlines()[0::13] == ["Що саме?", "12. Варіант 11"]
    assert render(message, PHONE, drawn=None).degradations == ("numbered_menu",)


def test_a_long_title_is_a_row_with_the_whole_of_it_beside() -> None:
    title = "Переказати кошти з картки на картку інш"
    block = interactive(OutboundMessage("k", "Що?", choices(3, title)))

    assert block["type"] == "list"
    assert [row["description"] for row in rows(block)] == [f"{title} {number}" for number in range(3)]
    assert [row["title"] for row in rows(block)] == [
        "Переказати кошти з карт…", "Переказати кошти з… (2)", "Переказати кошти з… (3)",
    ]  # fmt: skip


def test_a_title_is_cut_on_the_edge_of_a_character() -> None:
    block = interactive(OutboundMessage("k", "Хто?", (Choice("a", "Дванадцять" + FAMILY * 6),)))
    assert rows(block)[0]["title"] == f"Дванадцять{FAMILY}…"


def test_a_title_too_long_even_for_the_row_stands_whole_in_the_text() -> None:
    title = "дуже довга назва послуги " * 6
    block = interactive(OutboundMessage("k", "Що?", (Choice("a", title), Choice("b", "Ні"))))

    assert block["body"]["text"] == f"Що?\n\n• {title.strip()}"


def test_a_description_has_its_place_in_a_list() -> None:
    block = interactive(OutboundMessage("k", "Яка?", (Choice("a", "Картка •1111", "1 250,00 грн"), Choice("b", "Ні"))))
    assert rows(block) == [
        {"id": "a", "title": "Картка •1111", "description": "1 250,00 грн"}, {"id": "b", "title": "Ні"},
    ]  # fmt: skip


def test_an_id_that_whatsapp_would_refuse_gives_way_to_a_token_that_leads_to_it() -> None:
    given = ("x" * 201, " a", "", "b", "b", "c")
    message = OutboundMessage("k", "?", tuple(Choice(one, f"T{n}") for n, one in enumerate(given)), ref=REF)
    ids = [row["id"] for row in rows(interactive(message))]

    tokens = [references.read(one) for one in (ids[0], ids[1], ids[2], ids[4])]
    assert [token.choice if token else None for token in tokens] == [0, 1, 2, 4]
    assert (ids[3], ids[5]) == ("b", "c")
    assert "short_ids" in render(message, PHONE, drawn=None).degradations


def test_a_link_is_a_button_that_leads_there() -> None:
    block = interactive(OutboundMessage("k", "Введіть номер картки тут:", (LINK,)))

    assert (block["type"], block["body"]["text"]) == ("cta_url", "Введіть номер картки тут:")
    assert block["action"]["parameters"] == {"display_text": "Відкрити", "url": "https://bank.example/s/1"}


def test_choices_and_a_link_are_two_messages_the_choices_first() -> None:
    message = OutboundMessage("k", "Як?", (LINK, *choices(2)))
    first, second = shown(message)

    assert (first["interactive"]["type"], first["interactive"]["body"]["text"]) == ("button", "Як?")
    assert len(first["interactive"]["action"]["buttons"]) == 2
    assert (second["interactive"]["type"], second["interactive"]["body"]["text"]) == ("cta_url", "Відкрити")
    assert render(message, PHONE, drawn=None).degradations == ("mixed_kinds",)


def test_three_links_are_a_message_each_and_four_are_lines_of_the_text() -> None:
    links = tuple(
        Choice(f"u{n}", f"Сторінка {n}", kind="form" if n else "url", url=f"https://b.example/{n}") for n in range(4)
    )
    three, four = OutboundMessage("k", "Куди?", links[:3]), OutboundMessage("k", "Куди?", links)

    assert [body["interactive"]["body"]["text"] for body in shown(three)] == ["Куди?", "Сторінка 1", "Сторінка 2"]
    assert render(three, PHONE, drawn=None).degradations == ("choices_apart",)
    (body,) = shown(four)
    assert body["text"]["body"].splitlines()[-1] == "Сторінка 3: https://b.example/3"
    assert render(four, PHONE, drawn=None).degradations == ("links_in_text",)


def test_a_links_long_title_is_whole_above_it() -> None:
    long = Choice("u", "Відкрити захищену сторінку банку", kind="url", url="https://b.example/")
    block = interactive(OutboundMessage("k", "Далі:", (long,)))

    assert block["body"]["text"] == "Далі:\n\nВідкрити захищену сторінку банку"
    assert block["action"]["parameters"]["display_text"] == "Відкрити захищену с…"


def test_nobody_is_asked_for_the_phone_that_they_write_from() -> None:
    message = OutboundMessage("k", "Ваш номер?", (Choice("share", "Поділитися", kind="request_phone"),))
    (body,) = shown(message)

    assert (body["type"], body["text"]["body"]) == ("text", "Ваш номер?")
    assert render(message, PHONE, drawn=None).degradations == ("no_phone_button",)


def test_who_hides_their_phone_is_asked_for_it() -> None:
    message = OutboundMessage("k", "Ваш номер?", (Choice("share", "Поділитися", kind="request_phone"),))
    assert interactive(message, BSUID) == {
        "type": "request_contact_info",
        "body": {"text": "Ваш номер?"},
        "action": {"name": "request_contact_info"},
    }


def test_a_place_is_asked_for() -> None:
    message = OutboundMessage("k", "Де ви?", (Choice("share", "Надіслати місце", kind="request_location"),))
    assert interactive(message) == {
        "type": "location_request_message",
        "body": {"text": "Де ви?"},
        "action": {"name": "send_location"},
    }
    both = OutboundMessage("k", "Де ви?", (*message.choices, *choices(1)))
    assert [body["interactive"]["type"] for body in shown(both)] == ["button", "location_request_message"]


@pytest.mark.parametrize(("count", "last_most"), [(0, 4096), (2, 1024), (5, 4096)])
def test_a_long_text_is_split_and_the_choices_hang_under_its_end(count: int, last_most: int) -> None:
    text = "".join(f"Речення номер {number} з усмішкою 😀. " for number in range(300))[:9000]
    message = OutboundMessage("k", text, choices(count))
    sent = shown(message)

    said = [body["text"]["body"] if body["type"] == "text" else body["interactive"]["body"]["text"] for body in sent]
    assert "".join(" ".join(said).split()) == "".join(text.split())
    assert [body["type"] for body in sent[:-1]] == ["text"] * (len(sent) - 1)
    assert (sent[-1]["type"] == "interactive") == (count > 0)
    assert length(said[-1], "utf16") <= last_most
    assert all(part.endswith("😀.") for part in said[:-1])
    assert render(message, PHONE, drawn=None).degradations[-1] == f"text_split:{len(sent)}"


@pytest.mark.parametrize("name", ["<script>_*[x](y)", "*жирний* _курсив_ ~ні~ ```код``` > цитата"])
def test_marks_in_a_text_arrive_as_they_are(name: str) -> None:
    (body,) = shown(OutboundMessage("k", f"Вітаємо, {name}! 1 250,00 грн"))
    assert body["text"]["body"] == f"Вітаємо, {name}! 1 250,00 грн"


def test_a_picture_has_the_text_as_its_caption() -> None:
    message = OutboundMessage("k", "Ваша картка " * 75, picture=Picture("card_front", {}))
    (body,) = shown(message, drawn=PNG)

    assert (body["type"], body["image"]) == ("image", {"id": "700001", "caption": message.text})


def test_a_picture_whose_text_is_longer_or_has_choices_goes_before_it() -> None:
    long = OutboundMessage("k", "а" * 1025, picture=Picture("card_front", {}))
    asked = OutboundMessage("k", "Ваша картка", choices(2), picture=Picture("card_front", {}))

    assert [body["type"] for body in shown(long, drawn=PNG)] == ["image", "text"]
    assert render(long, PHONE, drawn=PNG).degradations == ("caption_apart",)
    assert [body["type"] for body in shown(asked, drawn=PNG)] == ["image", "interactive"]
    assert render(asked, PHONE, drawn=PNG).degradations == ("choices_apart",)


def test_a_document_keeps_its_name() -> None:
    (body,) = shown(OutboundMessage("k", "Квитанція", picture=Picture("receipt", {}, document=True)), drawn=PDF)
    assert body["document"] == {"id": "700001", "filename": "квитанція.pdf", "caption": "Квитанція"}


def test_a_file_that_cannot_go_is_told_in_words() -> None:
    message = OutboundMessage("k", "Дивіться:", file=StoredFile("m1", alt="Графік відділень"))
    (body,) = shown(message)

    assert body["text"]["body"] == "Графік відділень\nДивіться:"
    assert render(message, PHONE, drawn=None).degradations == ("media_as_text",)


def test_a_picture_too_large_for_one_goes_as_a_file_and_one_of_an_odd_kind_in_words() -> None:
    message = OutboundMessage("k", "", picture=Picture("x", {}, alt="Схема"))
    large = DrawnPicture(bytes(5_000_001), "image/png", "x.png")

    assert shown(message, drawn=large)[0]["document"] == {"id": "700001", "filename": "x.png"}
    assert render(message, PHONE, drawn=large).degradations == ("media_as_file",)
    (body,) = shown(message, drawn=DrawnPicture(b"svg", "image/svg+xml", "x.svg"))
    assert body["text"]["body"] == "Схема"


def test_a_place_goes_with_its_name_and_the_text_after_it() -> None:
    message = OutboundMessage(
        "k", "Найближче:", choices(1), place=Location(50.45, 30.52, "Відділення 12", "Хрещатик, 1")
    )
    place, text = shown(message)

    assert place["location"] == {
        "latitude": 50.45, "longitude": 30.52, "name": "Відділення 12", "address": "Хрещатик, 1",
    }  # fmt: skip
    assert text["interactive"]["body"]["text"] == "Найближче:"


def test_a_template_goes_with_its_values_in_order() -> None:
    template = Template("payment_done", "uk", ("100 грн", "a\n b\t    c", ""))
    message = OutboundMessage("k", "unused", template=template)
    (body,) = shown(message)

    assert body["template"] == {
        "name": "payment_done",
        "language": {"code": "uk"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": one} for one in ("100 грн", "a b c", "-")]}
        ],
    }
    assert render(message, PHONE, drawn=None).degradations == ("template",)
    (bare,) = shown(OutboundMessage("k", template=Template("hello", "en_US")))
    assert bare["template"] == {"name": "hello", "language": {"code": "en_US"}}


def test_an_answer_hangs_under_the_message_it_answers() -> None:
    first, second = shown(OutboundMessage("k", "Так", (*choices(1), LINK), reply_to="wamid.1"))
    assert (first["context"], "context" in second) == ({"message_id": "wamid.1"}, False)


def test_an_edit_is_a_correction_and_a_deletion_a_notice() -> None:
    edited = OutboundMessage("k", "Сума 200", choices(1), locale="uk", edit_of="wamid.1")
    deleted = OutboundMessage("k", "x", picture=Picture("pin", {}), locale="uk", delete_of="wamid.2")

    (correction,), (notice,) = shown(edited), shown(deleted, drawn=PNG)
    assert correction["interactive"]["body"]["text"] == "Виправлення:\nСума 200"
    assert correction["context"] == {"message_id": "wamid.1"}
    assert notice["text"]["body"].startswith("Ми відкликаємо")
    assert notice["context"] == {"message_id": "wamid.2"}
    assert render(edited, PHONE, drawn=None).degradations == ("edit_as_correction",)
    assert render(deleted, PHONE, drawn=PNG).degradations == ("delete_as_notice",)


def test_buttons_without_words_have_some() -> None:
    assert interactive(OutboundMessage("k", " ", choices(2), locale="uk"))["body"]["text"] == "Обрати"


WORDS = st.text(max_size=30) | st.text(alphabet="а б😀👍🏽́.*_\n", max_size=60).map(lambda part: part * 4)
CHOICES = st.builds(
    Choice,
    id=st.text(max_size=20) | st.integers(0, 9).map(lambda number: "x" * (number + 195)),
    title=WORDS,
    description=st.just("") | WORDS,
    kind=st.sampled_from(("reply", "reply", "reply", "url", "form", "request_phone", "request_location")),
    url=st.none() | st.sampled_from(("https://b.example/1", "http://127.0.0.1/x", "tg://no")),
)
MESSAGES = st.builds(
    OutboundMessage,
    key=st.just("k"),
    text=WORDS | st.text(alphabet="слово речення. 😀\n", min_size=300, max_size=400).map(lambda part: part * 15),
    choices=st.lists(CHOICES, max_size=40).map(tuple),
    ref=st.just(REF),
    reply_to=st.none() | st.just("wamid.1"),
    edit_of=st.none() | st.just("wamid.2"),
    place=st.none() | st.just(Location(50.0, 30.0, "н" * 2000)),
    picture=st.none() | st.just(Picture("x", {}, alt="слова")),
)


def offered(sent: list[dict[str, Any]]) -> set[str]:
    """The ids of all that can be tapped."""
    found: set[str] = set()
    for body in sent:
        action = body.get("interactive", {}).get("action", {})
        found |= {button["reply"]["id"] for button in action.get("buttons", [])}
        found |= {row["id"] for section in action.get("sections", []) for row in section["rows"]}
    return found


@given(MESSAGES, st.sampled_from((PHONE, BSUID)), st.sampled_from((None, PNG, PDF)))
@settings(max_examples=120, deadline=None)
def test_whatever_is_sent_fits_and_no_choice_is_lost(
    message: OutboundMessage, address: str, drawn: DrawnPicture | None
) -> None:
    pages = [shown(replace(message, page=page), address, drawn) for page in range(len(message.choices) // 8 + 1)]
    tapped = set().union(*(offered(sent) for sent in pages))
    said = json.dumps(pages, ensure_ascii=False)
    kinds = {body.get("interactive", {}).get("type") for sent in pages for body in sent}

    for number, choice in enumerate(message.choices):
        token = references.to_choice(REF, number)
        if choice.kind == "request_phone":
            assert ("request_contact_info" in kinds) == (address == BSUID)
        elif choice.kind == "request_location":
            assert "location_request_message" in kinds
        elif choice.kind != "reply" and choice.url:
            assert choice.url in said
        else:
            assert choice.id in tapped or token in tapped


LONG = st.text(alphabet=st.characters(exclude_categories=("Cs",)), min_size=5, max_size=300)


@given(LONG.map(lambda part: part * 40), st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_no_word_of_a_text_is_lost(text: str, count: int) -> None:
    sent = shown(OutboundMessage("k", text, choices(count), ref=REF))
    said = "".join(
        body["text"]["body"] if body["type"] == "text" else body["interactive"]["body"]["text"] for body in sent
    )
    if text.strip():
        assert "".join(said.split()) == "".join(text.split())
