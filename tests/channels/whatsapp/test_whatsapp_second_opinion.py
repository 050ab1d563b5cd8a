"""Another client of the Cloud API, written by others, reads the same webhooks and sends the same messages as we do."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graph_recorder import GraphRecorder

from channels.graph.client import VERSION
from channels.whatsapp.channel import WhatsApp
from channels.whatsapp.parse import parse
from flows.messages import (
    Attachment,
    Choice,
    Contact,
    InboundEvent,
    Location,
    OutboundMessage,
    Picture,
    Template,
    Text,
)
from flows.ports import DrawnPicture

pywa = pytest.importorskip("pywa")

PAYLOADS = Path(__file__).parent / "payloads"
NUMBER, PHONE, BSUID = "106540352242922", "380501112233", "UA.13491208655302741918"
PNG = DrawnPicture(b"png", "image/png", "image.png")
PDF = DrawnPicture(b"%PDF", "application/pdf", "receipt.pdf", document=True)


@pytest.fixture
def other(graph: GraphRecorder) -> Iterator[Any]:
    client = pywa.WhatsApp(phone_id=NUMBER, token="EAAtoken", api_version=f"{VERSION}.0")
    client.api._session.base_url = f"{graph.url}/v{VERSION}.0"
    yield client
    client.api._session.close()


def both(name: str, kind: str, other: Any) -> tuple[InboundEvent, Any]:
    """Our reading of a payload, and theirs."""
    raw = (PAYLOADS / f"{name}.json").read_bytes()
    (ours,) = parse(raw, NUMBER, datetime.now(UTC))
    return ours, getattr(pywa.types, kind).from_update(other, json.loads(raw))


@pytest.mark.parametrize(
    "name",
    [
        "text", "text_reply", "text_hidden_phone", "advertisement", "location", "location_named", "image", "document",
        "voice", "video", "sticker", "contact_of_another", "contact_requested", "reaction", "reaction_removed",
    ],
)  # fmt: skip
def test_both_read_the_same_from_a_message(name: str, other: Any) -> None:
    ours, theirs = both(name, "Message", other)

    assert (ours.message_id, ours.occurred_at) == (theirs.id, theirs.timestamp)
    assert ours.sender.display_name == theirs.from_user.name
    alternatives = ours.sender.alt_ids
    assert alternatives["bsuid"] == theirs.from_user.bsuid
    assert alternatives.get("phone", "").removeprefix("+") == (theirs.from_user.wa_id or "")
    assert alternatives.get("parent_bsuid") == theirs.from_user.parent_bsuid
    assert _content(ours) == _their_content(theirs)
    if theirs.reply_to_message is not None:
        assert ours.in_reply_to == theirs.reply_to_message.id
    if theirs.referral is not None:
        assert (ours.referral["source_id"], ours.referral["ctwa_clid"]) == (
            theirs.referral.source_id, theirs.referral.ctwa_clid,
        )  # fmt: skip


def _content(event: InboundEvent) -> tuple[object, ...]:
    match event.content:
        case Text(text):
            return (text,)
        case Location(lat, lon, name, address):
            return lat, lon, name or None, address or None
        case Attachment() as file:
            return file.ref, file.mime, file.caption or None, file.file_name
        case Contact(phone):
            return (phone,)
        case _:
            return event.in_reply_to, event.details["emoji"] or None


def _their_content(message: Any) -> tuple[object, ...]:
    if message.media is not None:
        mime = message.media.mime_type.partition(";")[0]
        return message.media.id, mime, message.caption, getattr(message.media, "filename", None)
    if message.location is not None:
        place = message.location
        return place.latitude, place.longitude, place.name, place.address
    if message.contacts is not None:
        return (message.contacts.first.phones[0].phone.replace(" ", ""),)
    if message.reaction is not None:
        return message.reaction.message_id, message.reaction.emoji
    return (message.text,)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("button_reply", "CallbackButton"), ("template_button", "CallbackButton"), ("list_reply", "CallbackSelection"),
    ],
)  # fmt: skip
def test_both_read_the_same_from_a_tap(name: str, kind: str, other: Any) -> None:
    ours, theirs = both(name, kind, other)
    assert (ours.payload, ours.details["title"], ours.in_reply_to) == (
        theirs.data, theirs.title, theirs.reply_to_message.id,
    )  # fmt: skip


def test_both_read_the_same_from_a_form_a_change_and_a_status(other: Any) -> None:
    ours, theirs = both("form", "FlowCompletion", other)
    assert (ours.details["flow_token"], json.loads(ours.details["data"])) == (theirs.token, theirs.response)
    ours, theirs = both("edited", "EditedMessage", other)
    assert (ours.in_reply_to, _content(ours)) == (theirs.original_message_id, (theirs.message.text,))
    ours, theirs = both("deleted", "DeletedMessage", other)
    assert ours.in_reply_to == theirs.original_message_id
    ours, theirs = both("number_changed", "PhoneNumberChange", other)
    assert (ours.sender.user_id, ours.details["new_id"]) == (theirs.old_wa_id, theirs.new_wa_id)
    for state in ("sent", "delivered", "read", "failed"):
        ours, theirs = both(f"status_{state}", "MessageStatus", other)
        assert (ours.in_reply_to, ours.details["state"]) == (theirs.id, theirs.status)
    assert ours.details["code"] == str(theirs.error.code)


CASES: list[tuple[str, OutboundMessage, str, DrawnPicture | None, Callable[[Any], object]]] = [
    (
        "text", OutboundMessage("k", "Так", reply_to="wamid.1"), BSUID, None,
        lambda wa: wa.send_message(to=BSUID, text="Так", reply_to_message_id="wamid.1"),
    ),
    (
        "buttons", OutboundMessage("k", "Скільки?", (Choice("q.1", "Сто"), Choice("q.2", "Двісті"))), PHONE, None,
        lambda wa: wa.send_message(
            to=PHONE, text="Скільки?", buttons=[pywa.types.Button("Сто", "q.1"), pywa.types.Button("Двісті", "q.2")]
        ),
    ),
    (
        "list", OutboundMessage("k", "Яка?", (Choice("q.1", "Перша", "UAH"), Choice("q.2", "Друга"))), PHONE, None,
        lambda wa: wa.send_message(
            to=PHONE, text="Яка?",
            buttons=pywa.types.SectionList("Choose", [pywa.types.Section("", [
                pywa.types.SectionRow("Перша", "q.1", "UAH"), pywa.types.SectionRow("Друга", "q.2"),
            ])]),
        ),
    ),
    (
        "link", OutboundMessage("k", "Тут:", (Choice("u", "Іти", kind="url", url="https://b.example/"),)), PHONE, None,
        lambda wa: wa.send_message(to=PHONE, text="Тут:", buttons=pywa.types.URLButton("Іти", "https://b.example/")),
    ),
    (
        "contact", OutboundMessage("k", "Номер?", (Choice("p", "Так", kind="request_phone"),)), BSUID, None,
        lambda wa: wa.send_message(to=BSUID, text="Номер?", buttons=pywa.types.ContactInfoRequestButton()),
    ),
    (
        "place", OutboundMessage("k", "Де?", (Choice("l", "Тут", kind="request_location"),)), PHONE, None,
        lambda wa: wa.request_location(to=PHONE, text="Де?"),
    ),
    (
        "location", OutboundMessage("k", place=Location(50.4, 30.5, "Банк", "Хрещатик")), PHONE, None,
        lambda wa: wa.send_location(to=PHONE, latitude=50.4, longitude=30.5, name="Банк", address="Хрещатик"),
    ),
    (
        "picture", OutboundMessage("k", "Картка", picture=Picture("card", {})), PHONE, PNG,
        lambda wa: wa.send_image(to=PHONE, image=b"png", caption="Картка", mime_type="image/png"),
    ),
    (
        "document", OutboundMessage("k", "Чек", picture=Picture("receipt", {})), PHONE, PDF,
        lambda wa: wa.send_document(
            to=PHONE, document=b"%PDF", filename="receipt.pdf", caption="Чек", mime_type="application/pdf"
        ),
    ),
    (
        "template", OutboundMessage("k", template=Template("paid", "uk", ("100 грн", "Олена"))), PHONE, None,
        lambda wa: wa.send_template(
            to=PHONE, name="paid", language=pywa.types.templates.TemplateLanguage.UKRAINIAN,
            params=[pywa.types.templates.BodyText.params("100 грн", "Олена")],
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "address", "drawn", "theirs"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
async def test_both_send_the_same(
    graph: GraphRecorder,
    whatsapp: WhatsApp,
    other: Any,
    message: OutboundMessage,
    address: str,
    drawn: DrawnPicture | None,
    theirs: Callable[[Any], object],
) -> None:
    await whatsapp.send(message, address, drawn)
    ours = list(graph.calls)
    graph.calls.clear()
    await asyncio.to_thread(theirs, other)

    assert [(call.method, call.path, call.version, call.token) for call in ours] == [
        (call.method, call.path, call.version, call.token) for call in graph.calls
    ]
    for our_call, their_call in zip(ours, graph.calls, strict=True):
        assert our_call.said == _alike(their_call.said)
        assert [part[1:] for part in our_call.files.values()] == [part[1:] for part in their_call.files.values()]


def _alike(said: dict[str, Any]) -> dict[str, Any]:
    """A single section needs no title, they send an empty one; a template's parts may be named in either case."""
    for section in said.get("interactive", {}).get("action", {}).get("sections", []):
        section.pop("title", None)
    for part in said.get("template", {}).get("components", []):
        part["type"] = part["type"].lower()
    return said


async def test_both_show_typing_the_same(graph: GraphRecorder, whatsapp: WhatsApp, other: Any) -> None:
    await whatsapp.typing(PHONE, "wamid.1")
    await asyncio.to_thread(other.indicate_typing, "wamid.1")

    ours, theirs = graph.calls
    assert ours == theirs
