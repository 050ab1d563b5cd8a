"""Webhooks of WhatsApp, read."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.errors import Unreadable
from channels.ids import conversation_id
from channels.whatsapp.parse import parse
from flows.messages import INBOUND, Attachment, Contact, EventType, InboundEvent, Location, Text

ACCOUNT = "106540352242922"
PAYLOADS = Path(__file__).parent / "payloads"
RECEIVED = datetime(2026, 11, 21, 10, tzinfo=UTC)
PHONE, BSUID = "380501112233", "UA.13491208655302741918"


def body_of(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return document


def read(document: object) -> list[InboundEvent]:
    return parse(json.dumps(document).encode(), ACCOUNT, RECEIVED)


def one(name: str) -> InboundEvent:
    (event,) = read(body_of(name))
    return event


def messages(document: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = document["entry"][0]["changes"][0]["value"]["messages"]
    return items


def test_a_text_says_what_who_when_and_where() -> None:
    event = one("text")

    assert (event.type, event.content) == (EventType.MESSAGE, Text("Доброго дня, який мій баланс?"))
    assert (event.channel, event.account, event.address) == ("whatsapp", ACCOUNT, PHONE)
    assert event.conversation == conversation_id("whatsapp", ACCOUNT, PHONE)
    assert (event.message_id, event.dedupe_key) == ("wamid.HBgMMzgwNTAx0001", "wamid.HBgMMzgwNTAx0001")
    assert event.occurred_at == datetime.fromtimestamp(1795255200, UTC)
    assert (event.sender.user_id, event.sender.display_name) == (PHONE, "Олена Коваль")
    assert event.sender.alt_ids == {"phone": f"+{PHONE}", "bsuid": BSUID}
    assert event.private_chat
    assert event.in_reply_to is None


def test_an_answer_names_the_message_it_answers() -> None:
    assert one("text_reply").in_reply_to == "wamid.OURS0001"


def test_a_sender_without_a_business_id_is_taken_as_they_are() -> None:
    event = one("text_without_user_id")

    assert event.type is EventType.MESSAGE
    assert event.sender.alt_ids == {"phone": f"+{PHONE}"}


def test_a_sender_who_hides_their_phone_is_known_by_their_business_id() -> None:
    event = one("text_hidden_phone")

    assert (event.address, event.sender.user_id, event.sender.display_name) == (BSUID, BSUID, "Олена")
    assert event.sender.alt_ids == {"bsuid": BSUID, "parent_bsuid": "UA.ENT.11815799212886844830"}


@pytest.mark.parametrize("word", ["START", "start", "Старт", "СТАРТ"])
def test_a_links_text_is_a_start_with_its_payload(word: str) -> None:
    document = body_of("start")
    messages(document)[0]["text"]["body"] = f" {word}  ref_AB-12 "
    (event,) = read(document)

    assert (event.type, event.referral, event.content) == (EventType.START, {"payload": "ref_AB-12"}, None)


@pytest.mark.parametrize(
    "words", ["START", "start me up now", "RESTART ref", "START " + "a" * 65, "START реф", "STARTref"]
)
def test_other_words_are_no_start(words: str) -> None:
    document = body_of("start")
    messages(document)[0]["text"]["body"] = words
    (event,) = read(document)

    assert (event.type, event.content) == (EventType.MESSAGE, Text(words))


def test_an_advertisement_is_kept_with_the_message_it_led_to() -> None:
    event = one("advertisement")

    assert (event.type, event.content) == (EventType.MESSAGE, Text("Tell me more"))
    told = {"source_type": "ad", "source_id": "120212", "ad_id": "120212", "ctwa_clid": "ARAkLkA8rmlF"}
    assert event.referral.items() >= told.items()

    document = body_of("advertisement")
    messages(document)[0]["text"]["body"] = "START ref1"
    messages(document)[0]["referral"]["payload"] = "forged"
    (start,) = read(document)
    assert start.type is EventType.START
    assert start.referral.items() >= (told | {"payload": "ref1"}).items()


@pytest.mark.parametrize(
    ("name", "payload", "title"),
    [
        ("button_reply", "q.7.0.c2lnbmVk", "Так"),
        ("list_reply", "q.7.4.c2lnbmVk", "Картка •1111"),
        ("template_button", "f.top_up.c2lnbmVk", "Поповнити"),
    ],
)
def test_a_tap_gives_back_what_we_sent(name: str, payload: str, title: str) -> None:
    event = one(name)

    assert (event.type, event.payload, event.in_reply_to) == (EventType.POSTBACK, payload, "wamid.OURS0001")
    assert event.details == {"title": title}


def test_a_form_comes_back_whole_with_the_token_to_check() -> None:
    event = one("form")

    assert (event.type, event.details["flow_token"], event.details["name"]) == (
        EventType.FORM_RESPONSE, "ft-0001", "flow",
    )  # fmt: skip
    assert json.loads(event.details["data"]) == {"city": "Київ", "branch": 12}

    document = body_of("form")
    for broken in ("{", "[1]", None, 7):
        messages(document)[0]["interactive"]["nfm_reply"]["response_json"] = broken
        assert read(document)[0].type is EventType.UNSUPPORTED


def test_places_are_read() -> None:
    assert one("location").content == Location(50.4501, 30.5234)
    assert one("location_named").content == Location(50.0, 30.52, "Відділення 12", "Хрещатик, 1")

    document = body_of("location")
    for wrong in (91, "50.4", None, True):
        messages(document)[0]["location"]["latitude"] = wrong
        assert read(document)[0].type is EventType.UNSUPPORTED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("image", Attachment("image", "1003383421387256", "image/jpeg", caption="Мій чек")),
        ("video", Attachment("video", "1003383421387259", "video/mp4", caption="Дивіться")),
        ("voice", Attachment("audio", "1003383421387258", "audio/ogg")),
        ("sticker", Attachment("sticker", "1003383421387260", "image/webp")),
        (
            "document",
            Attachment("document", "1003383421387257", "application/pdf", caption="Паспорт", file_name="passport.pdf"),
        ),
    ],
)
def test_what_a_customer_sends_is_known_by_an_id_and_no_address(name: str, content: Attachment) -> None:
    event = one(name)

    assert (event.type, event.content) == (EventType.MESSAGE, content)
    assert b"SECRET" not in INBOUND.dump_json(event)
    assert event.details == ({"voice": "yes"} if name == "voice" else {})


def test_a_contact_is_ones_own_only_where_whatsapp_says_so() -> None:
    assert one("contact_of_another").content == Contact("+380670001122", False, "Іван", "Пес")
    assert one("contact_own").content == Contact(f"+{PHONE}", True, "Іван", "Пес")
    assert one("contact_forged").content == Contact("+380670001122", False, "Іван", "Пес")
    requested = one("contact_requested")
    assert (requested.type, requested.address) == (EventType.CONTACT_SHARED, BSUID)
    assert requested.content == Contact(f"+{PHONE}", True, "Іван", "Пес")


def test_a_forwarded_contact_or_one_of_many_is_nobodys_own() -> None:
    document = body_of("contact_own")
    messages(document)[0]["context"] = {"forwarded": True}
    assert read(document)[0].content == Contact(f"+{PHONE}", False, "Іван", "Пес")

    document = body_of("contact_requested")
    messages(document)[0]["contacts"] *= 2
    assert read(document)[0].content == Contact(f"+{PHONE}", False, "Іван", "Пес")


@pytest.mark.parametrize(
    ("name", "details"),
    [("reaction", {"emoji": "👍", "removed": ""}), ("reaction_removed", {"emoji": "", "removed": "yes"})],
)
def test_a_reaction_and_its_removal_name_their_message(name: str, details: dict[str, str]) -> None:
    event = one(name)

    assert (event.type, event.in_reply_to, event.details) == (EventType.REACTION, "wamid.OURS0001", details)
    assert event.content is None


def test_a_changed_number_is_told_and_changes_nobody() -> None:
    event = one("number_changed")

    assert (event.type, event.address) == (EventType.SUBSCRIPTION, PHONE)
    assert event.details == {"state": "number_changed", "new_id": "380669998877"}
    assert event.sender.user_id == PHONE


def test_an_edit_and_a_deletion_name_the_message_they_change() -> None:
    edited, deleted = one("edited"), one("deleted")

    assert (edited.type, edited.content) == (EventType.MESSAGE_EDITED, Text("Сто гривень"))
    assert (deleted.type, deleted.content) == (EventType.MESSAGE_DELETED, None)
    assert {edited.message_id, edited.in_reply_to, deleted.message_id, deleted.in_reply_to} == {
        "wamid.HBgMMzgwNTAx0001"
    }
    assert (edited.dedupe_key, deleted.dedupe_key) == ("wamid.HBgMMzgwNTAx0025", "wamid.HBgMMzgwNTAx0026")


@pytest.mark.parametrize(
    ("name", "details"),
    [("unsupported", {"kind": "unsupported", "code": "131051"}), ("order", {"kind": "order"})],
)
def test_what_we_do_not_know_is_unsupported(name: str, details: dict[str, str]) -> None:
    event = one(name)
    assert (event.type, event.address, event.details) == (EventType.UNSUPPORTED, PHONE, details)


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
def test_a_status_says_how_a_message_of_ours_fares(state: str) -> None:
    event = one(f"status_{state}")

    assert (event.type, event.in_reply_to, event.address) == (EventType.DELIVERY_STATUS, "wamid.OURS0001", PHONE)
    assert (event.details, event.dedupe_key) == ({"state": state}, f"wamid.OURS0001:{state}")
    assert event.occurred_at == datetime.fromtimestamp(1795255260, UTC)
    assert event.message_id is None


def test_a_failure_says_why_and_may_say_little() -> None:
    whole, bare = one("status_failed"), one("status_failed_bare")

    assert (whole.details["state"], whole.details["code"]) == ("failed", "131047")
    assert whole.details["title"] == "Re-engagement message"
    assert "24 hours" in whole.details["reason"]
    assert bare.details == {"state": "failed", "code": "131026", "title": "Message undeliverable"}


def test_a_status_of_a_hidden_phone_finds_its_chat() -> None:
    document = body_of("status_delivered")
    value = document["entry"][0]["changes"][0]["value"]
    del value["statuses"][0]["recipient_id"], value["contacts"][0]["wa_id"]
    (event,) = read(document)

    assert event.address == BSUID


def test_what_staff_write_from_the_app_is_an_echo() -> None:
    event = one("echo")
    assert (event.type, event.address, event.content) == (EventType.ECHO, PHONE, Text("Оператор тут"))


def test_a_group_is_no_private_chat() -> None:
    document = body_of("text")
    messages(document)[0]["group_id"] = "Y2FwaV9ncm91cD"
    (event,) = read(document)

    assert (event.private_chat, event.address, event.sender.user_id) == (False, "Y2FwaV9ncm91cD", PHONE)


def test_a_batch_comes_apart_in_its_order() -> None:
    document = body_of("text")
    second = copy.deepcopy(document["entry"][0])
    document["entry"].append(second)
    messages(document).append(messages(document)[0] | {"id": "wamid.2"})
    second["changes"][0]["value"]["messages"][0]["id"] = "wamid.3"

    assert [event.dedupe_key for event in read(document)] == ["wamid.HBgMMzgwNTAx0001", "wamid.2", "wamid.3"]


def test_the_same_id_twice_in_a_change_is_one_event() -> None:
    document = body_of("text")
    messages(document).append(messages(document)[0])
    assert len(read(document)) == 1


def test_each_message_of_a_batch_keeps_its_own_sender() -> None:
    document = body_of("text")
    messages(document).append(messages(document)[0] | {"id": "wamid.2", "from": "380670000001", "from_user_id": "UA.2"})
    value = document["entry"][0]["changes"][0]["value"]
    value["contacts"].append({"profile": {"name": "Другий"}, "wa_id": "380670000001", "user_id": "UA.2"})

    assert [(event.address, event.sender.display_name) for event in read(document)] == [
        (PHONE, "Олена Коваль"), ("380670000001", "Другий"),
    ]  # fmt: skip


def test_a_number_written_in_two_ways_is_one_sender_and_another_number_is_not() -> None:
    document = body_of("text")
    value = document["entry"][0]["changes"][0]["value"]
    value["contacts"][0]["wa_id"], messages(document)[0]["from"] = "551187654321", "5511987654321"
    assert (read(document)[0].address, read(document)[0].sender.display_name) == ("5511987654321", "Олена Коваль")

    messages(document)[0] |= {"from": "380670000001", "from_user_id": "UA.2"}
    assert read(document)[0].sender.alt_ids == {"phone": "+380670000001", "bsuid": "UA.2"}


def test_events_of_other_numbers_are_left_out() -> None:
    document = body_of("text")
    document["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "999"
    assert read(document) == []


def test_a_broken_item_does_not_lose_its_neighbours() -> None:
    document = body_of("text")
    good = messages(document)[0]
    messages(document)[:] = [None, 7, {}, {"from": [], "id": {}}, good | {"id": "b", "text": 5}, good]
    found = read(document)

    assert [event.type for event in found] == [EventType.UNSUPPORTED, EventType.MESSAGE]


def test_nul_and_impossible_times_do_no_harm() -> None:
    document = body_of("text")
    messages(document)[0] |= {"timestamp": "99999999999", "text": {"body": "a\x00b"}, "id": "wa\x00mid"}
    (event,) = read(document)

    assert (event.content, event.occurred_at, event.dedupe_key) == (Text("ab"), RECEIVED, "wamid")


def test_an_id_too_long_for_a_key_is_known_again_all_the_same() -> None:
    document = body_of("text")
    messages(document)[0]["id"] = "w" * 5000
    first, again = read(document)[0], read(document)[0]

    assert first.dedupe_key == again.dedupe_key
    assert len(first.dedupe_key) < 100


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"7", b'{"object":"page","entry":[]}', b'{"object":"whatsapp_business_account"}', b"\xff"],
    ids=["empty", "half", "list", "number", "a page", "no entries", "no text"],
)
def test_what_is_no_webhook_of_whatsapp_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(body, ACCOUNT, RECEIVED)


def _keys() -> list[str]:
    """Every key that a true payload has, so that chance finds its way into the readers."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            found.update(value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    for path in PAYLOADS.glob("*.json"):
        walk(json.loads(path.read_text()))
    return sorted(found)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_keys()), inner, max_size=5),
    max_leaves=20,
)
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))


@given(ANYTHING)
@settings(max_examples=150, deadline=None)
def test_no_json_whatever_trips_the_reading(document: object) -> None:
    for whole in (document, {"object": "whatsapp_business_account", "entry": document}):
        try:
            read(whole)
        except Unreadable:
            continue


@given(st.sampled_from(NAMES), st.data())
@settings(max_examples=250, deadline=None)
def test_a_payload_with_any_part_replaced_by_anything_is_read(name: str, data: st.DataObject) -> None:
    document = body_of(name)
    at: Any = document["entry"][0]["changes"][0]["value"]
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        deeper = isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans())
        if not deeper:
            break
        at = at[key]
    at[key] = data.draw(ANYTHING)

    for event in read(document):
        assert event.address
        assert event.dedupe_key
        assert all(isinstance(value, str) for value in (*event.details.values(), *event.referral.values()))
        assert INBOUND.validate_json(INBOUND.dump_json(event)) == event
