"""Webhooks of a page become events; nothing that Messenger may send can cost us what stands beside it."""

import copy
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Unreadable
from channels.messenger.parse import parse
from flows.messages import INBOUND, Attachment, Contact, EventType, InboundEvent, Location, Text

PAYLOADS = Path(__file__).parent / "payloads"
PAGE, ANNA = "104850001234567", "7012345678901234"
NOW = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)
SENT = datetime(2026, 11, 21, 10, 0, 0, 123000, tzinfo=UTC)
ALL = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def body(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def events(name: str) -> list[InboundEvent]:
    return parse(body(name), PAGE, NOW)


def event(name: str) -> InboundEvent:
    (found,) = events(name)
    return found


def of_item(**said: Any) -> list[InboundEvent]:
    """What one item of Anna's gives."""
    item = {"sender": {"id": ANNA}, "recipient": {"id": PAGE}, "timestamp": 1795255200123} | said
    return parse(json.dumps({"object": "page", "entry": [{"id": PAGE, "messaging": [item]}]}).encode(), PAGE, NOW)


def test_a_text_is_a_message_with_its_sender_and_the_time_it_was_written() -> None:
    found = event("text")

    assert (found.type, found.content) == (EventType.MESSAGE, Text("send 50 to a friend"))
    assert (found.channel, found.account, found.address, found.sender.user_id) == ("messenger", PAGE, ANNA, ANNA)
    assert found.message_id == found.dedupe_key == "m_AG5Hz2Uq7tuwNEhX"
    assert (found.occurred_at, found.received_at) == (SENT, NOW)
    assert found.private_chat


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("answer", EventType.MESSAGE),
        ("shared_link", EventType.MESSAGE),
        ("bare_link", EventType.MESSAGE),
        ("menu", EventType.MESSAGE),
        ("from_ad", EventType.MESSAGE),
        ("quick_reply", EventType.POSTBACK),
        ("phone_like_payload", EventType.POSTBACK),
        ("postback", EventType.POSTBACK),
        ("postback_by_ad", EventType.POSTBACK),
        ("change_of_a_field", EventType.POSTBACK),
        ("phone", EventType.CONTACT_SHARED),
        ("get_started", EventType.START),
        ("get_started_by_link", EventType.START),
        ("referral", EventType.START),
        ("optin", EventType.SUBSCRIPTION),
        ("optout", EventType.SUBSCRIPTION),
        ("checkbox", EventType.SUBSCRIPTION),
        ("edited", EventType.MESSAGE_EDITED),
        ("taken_back", EventType.MESSAGE_DELETED),
        ("reaction", EventType.REACTION),
        ("reaction_removed", EventType.REACTION),
        ("delivered_watermark", EventType.DELIVERY_STATUS),
        ("read", EventType.DELIVERY_STATUS),
        ("echo", EventType.ECHO),
        ("handover", EventType.UNSUPPORTED),
        ("account_linking", EventType.UNSUPPORTED),
        ("future_kind", EventType.UNSUPPORTED),
        ("reel", EventType.UNSUPPORTED),
        ("empty_share", EventType.UNSUPPORTED),
        ("postback_without_payload", EventType.UNSUPPORTED),
    ],
)
def test_every_kind_of_item_has_its_type(name: str, kind: EventType) -> None:
    assert event(name).type is kind


def test_four_messages_in_two_entries_are_four_events_in_order() -> None:
    found = events("two_entries")

    assert [one.content for one in found] == [Text("one"), Text("two"), Text("three"), Text("four")]
    assert len({one.id for one in found}) == 4


def test_the_same_message_twice_in_one_body_is_one_event() -> None:
    document = json.loads(body("text"))
    document["entry"] *= 2

    assert len(parse(json.dumps(document).encode(), PAGE, NOW)) == 1


@pytest.mark.parametrize("name", ALL)
def test_what_is_told_again_later_has_the_same_keys(name: str) -> None:
    later = parse(body(name), PAGE, datetime(2026, 11, 22, tzinfo=UTC))

    assert [one.dedupe_key for one in events(name)] == [one.dedupe_key for one in later]
    assert [one.conversation for one in events(name)] == [one.conversation for one in later]


def test_all_events_of_all_payloads_have_keys_of_their_own() -> None:
    by_key: dict[str, str] = {}
    same_message = {"m_AG5Hz2Uq7tuwNEhX", "m_postback1"}  # one id, used here for many kinds of message
    for name in ALL:
        for one in events(name):
            if one.dedupe_key not in same_message:
                assert by_key.setdefault(one.dedupe_key, name) == name


@pytest.mark.parametrize("name", ALL)
def test_every_event_survives_the_way_through_the_inbox(name: str) -> None:
    for one in events(name):
        assert INBOUND.validate_json(INBOUND.dump_json(one)) == one


def test_a_quick_reply_and_a_button_give_back_what_we_sent() -> None:
    tapped, pressed = event("quick_reply"), event("postback")

    assert (tapped.payload, tapped.details) == ("q.7Kz.1.AbCdEfGhIjKl", {"title": "Mobile"})
    assert (pressed.payload, pressed.details) == ("f.top_up.AbCdEfGhIjKl", {"title": "Top up"})
    assert event("change_of_a_field").payload == pressed.payload


def test_a_line_of_the_menu_is_the_command_as_somebody_types_it() -> None:
    found = event("menu")

    assert (found.content, found.payload) == (Text("/balance"), None)


def test_an_answer_names_the_message_that_it_answers() -> None:
    assert event("answer").in_reply_to == "m_1fTq8oLumEyIp3Q2"


def test_a_shared_phone_is_never_taken_for_proof() -> None:
    assert event("phone").content == Contact("+380501112233", own=False)
    assert event("phone_like_payload").payload == "+380501112233"


def test_the_button_that_starts_tells_where_the_customer_comes_from() -> None:
    assert event("get_started").referral == {}
    by_link = {"payload": "ref_AB-12", "source": "SHORTLINK", "type": "OPEN_THREAD"}
    assert event("get_started_by_link").referral == by_link
    assert event("referral").referral == by_link
    by_ad = event("postback_by_ad")
    assert by_ad.referral == {"payload": "spring", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "6045246247433"}
    assert by_ad.payload == "f.card.AbCdEfGhIjKl"


def test_a_message_that_an_advertisement_led_to_keeps_the_advertisement() -> None:
    found = event("from_ad")

    assert found.content == Text("How do I open a card?")
    assert found.referral["ad_id"] == "6045246247433"
    assert found.referral["ad_title"] == "A card in a minute"


def test_a_place_has_its_coordinates_and_its_name() -> None:
    assert event("location").content == Location(50.4501, 30.5234, "Anna's Location")


@pytest.mark.parametrize(
    ("name", "media", "mime", "file_name"),
    [
        ("image", "image", "image/jpeg", None),
        ("voice", "audio", "audio/mp4", None),
        ("video", "video", "video/mp4", None),
        ("file", "document", "application/pdf", "statement may.pdf"),
    ],
)
def test_files_have_a_name_of_ours_and_a_private_address(
    name: str, media: str, mime: str, file_name: str | None
) -> None:
    content = event(name).content

    assert isinstance(content, Attachment)
    assert (content.media, content.mime, content.file_name) == (media, mime, file_name)
    assert content.ref == "m_AG5Hz2Uq7tuwNEhX:0"
    assert content.source is not None
    assert content.source.startswith("https://")
    assert "oh=" not in repr(content)


def test_several_pictures_are_one_album_in_several_events() -> None:
    found = events("album")
    contents = [one.content for one in found]

    assert [one.dedupe_key for one in found] == ["m_AG5Hz2Uq7tuwNEhX", "m_AG5Hz2Uq7tuwNEhX:1", "m_AG5Hz2Uq7tuwNEhX:2"]
    assert {content.album for content in contents if isinstance(content, Attachment)} == {"m_AG5Hz2Uq7tuwNEhX"}
    assert len({content.ref for content in contents if isinstance(content, Attachment)}) == 3


@pytest.mark.parametrize("name", ["sticker", "old_sticker"])
def test_a_sticker_is_one_sticker_in_the_old_shape_and_in_the_new(name: str) -> None:
    content = event(name).content

    assert isinstance(content, Attachment)
    assert (content.media, content.ref) == ("sticker", "369239263222822")


def test_a_shared_link_is_its_words() -> None:
    assert event("shared_link").content == Text("look at this https://bank.example/tariffs")
    assert event("bare_link").content == Text("Tariffs\nhttps://bank.example/tariffs")


def test_words_beside_a_file_are_its_caption() -> None:
    file = {"type": "image", "payload": {"url": "https://x.fbcdn.net/1.jpg"}}
    (found,) = of_item(message={"mid": "m_9", "text": "my passport", "attachments": [file]})

    assert isinstance(found.content, Attachment)
    assert found.content.caption == "my passport"


def test_an_edit_and_a_taking_back_name_their_message() -> None:
    edited, deleted = event("edited"), event("taken_back")

    assert (edited.message_id, edited.content) == ("m_AG5Hz2Uq7tuwNEhX", Text("send 60 to a friend"))
    assert deleted.message_id == "m_AG5Hz2Uq7tuwNEhX"
    assert len({edited.dedupe_key, deleted.dedupe_key, event("text").dedupe_key}) == 3


def test_a_reaction_names_its_target_and_says_when_it_is_gone() -> None:
    given, removed = event("reaction"), event("reaction_removed")

    assert (given.in_reply_to, given.details) == ("m_1", {"emoji": "❤️", "removed": ""})
    assert (removed.in_reply_to, removed.details) == ("m_1", {"emoji": "", "removed": "yes"})


def test_a_delivery_tells_of_each_message_and_of_all_before_the_watermark() -> None:
    found = events("delivered")

    assert [(one.dedupe_key, one.in_reply_to) for one in found] == [("m_1:delivered", "m_1"), ("m_2:delivered", "m_2")]
    assert all(one.details == {"state": "delivered", "watermark_ms": "1795255200118"} for one in found)
    alone = event("delivered_watermark")
    assert (alone.in_reply_to, alone.details["watermark_ms"]) == (None, "1795255200118")


def test_a_reading_tells_of_all_before_the_watermark() -> None:
    found = event("read")

    assert (found.in_reply_to, found.details) == (None, {"state": "read", "watermark_ms": "1795255200120"})
    assert found.dedupe_key == f"read:{ANNA}:1795255200120"


def test_an_opt_in_is_a_subscription_and_its_token_is_kept_nowhere() -> None:
    assert event("optin").details["state"] == "subscribed"
    assert event("optout").details["state"] == "unsubscribed"
    assert "TOKEN" not in repr(event("optin"))


def test_a_ticked_box_is_somebody_without_an_id_yet() -> None:
    found = event("checkbox")

    assert (found.address, found.sender.alt_ids) == ("user_ref:box-41", {"user_ref": "box-41"})
    assert found.referral == {"payload": "cart_7"}


def test_an_echo_belongs_to_the_customers_conversation() -> None:
    found = event("echo")

    assert (found.address, found.sender.user_id, found.content) == (ANNA, PAGE, Text("Good day!"))
    assert found.conversation == event("text").conversation
    assert found.details == {"app_id": "1517776481860111", "metadata": "kept"}


@pytest.mark.parametrize("name", ["handover", "account_linking"])
def test_who_leads_the_conversation_is_known_and_not_answered(name: str) -> None:
    found = event(name)

    assert not found.private_chat
    assert "SECRET-CODE" not in repr(found)


def test_what_is_said_to_another_app_is_not_kept_but_its_receipts_are() -> None:
    overheard, receipt = events("standby")

    assert (overheard.type, overheard.content, overheard.private_chat) == (EventType.UNSUPPORTED, None, False)
    assert overheard.details == {"kind": "standby"}
    assert receipt.type is EventType.DELIVERY_STATUS


def test_what_concerns_nobody_is_passed_over() -> None:
    assert events("policy") == []


def test_another_pages_entries_and_another_platforms_are_dropped() -> None:
    document = json.loads(body("two_entries"))
    document["entry"][0]["id"] = "999"
    assert [one.message_id for one in parse(json.dumps(document).encode(), PAGE, NOW)] == ["m_c", "m_d"]
    document["object"] = "instagram"
    assert parse(json.dumps(document).encode(), PAGE, NOW) == []


def test_a_broken_item_does_not_cost_its_neighbours() -> None:
    document = json.loads(body("two_entries"))
    document["entry"].insert(0, "nonsense")
    document["entry"][1]["messaging"][:0] = [None, {"message": 7}, {"sender": {"id": ANNA}, "message": {"mid": 5}}]

    found = parse(json.dumps(document).encode(), PAGE, NOW)

    assert [one.content for one in found if one.content] == [Text(word) for word in ("one", "two", "three", "four")]
    assert [one.type for one in found if not one.content] == [EventType.UNSUPPORTED]


def test_nul_never_gets_in() -> None:
    (found,) = of_item(message={"mid": "m_\x001", "text": "a\x00b"})

    assert (found.content, found.message_id) == (Text("ab"), "m_1")


@pytest.mark.parametrize("told", [None, 0, -1, 10**30, "soon", True, 1.5])
def test_a_time_that_no_clock_holds_is_the_time_of_receipt(told: object) -> None:
    assert of_item(timestamp=told, message={"mid": "m_1", "text": "hi"})[0].occurred_at == NOW


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{", b"null", b'"x"', b"{}", b'{"entry": {}}', b"\xff\xfe", b"[" * 100_000, b'{"object":"page"}'],
)
def test_what_is_no_webhook_of_a_page_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(raw, PAGE, NOW)


def test_an_item_nested_deeper_than_anything_is_still_one_event() -> None:
    deep = '{"a":' * 600 + "1" + "}" * 600
    raw = f'{{"object":"page","entry":[{{"id":"{PAGE}","messaging":[{{"sender":{{"id":"9"}},"odd":{deep}}}]}}]}}'

    (found,) = parse(raw.encode(), PAGE, NOW)
    assert found.type is EventType.UNSUPPORTED


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(
        [ANNA, PAGE, "https://x.fbcdn.net/a.jpg", "http://[", "GET_STARTED", "/menu", "image", "location"]
    )
)
WORDS = [
    "sender",
    "recipient",
    "id",
    "timestamp",
    "message",
    "mid",
    "text",
    "attachments",
    "type",
    "payload",
    "url",
    "quick_reply",
    "postback",
    "referral",
    "ref",
    "optin",
    "user_ref",
    "reaction",
    "delivery",
    "mids",
    "watermark",
    "read",
    "message_edit",
    "is_echo",
    "is_deleted",
    "reply_to",
    "coordinates",
    "lat",
    "long",
    "sticker_id",
    "title",
    "account_linking",
    "pass_thread_control",
]
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=30,
)
items = st.lists(st.dictionaries(st.sampled_from(WORDS), values, max_size=8), max_size=4)


@given(st.dictionaries(st.sampled_from(["messaging", "standby", "changes", "time"]), items | values, max_size=4))
def test_no_shape_of_an_entry_makes_it_fail(entry: dict[str, object]) -> None:
    raw = json.dumps({"object": "page", "entry": [entry | {"id": PAGE}]}).encode()

    for one in parse(raw, PAGE, NOW):
        assert one.address
        assert "\x00" not in INBOUND.dump_json(one).decode().replace("\\u0000", "\x00")


@given(st.sampled_from(ALL), st.data())
def test_no_damage_to_one_value_makes_it_fail(name: str, data: st.DataObject) -> None:
    document = json.loads(body(name))
    places = list(_places(document["entry"]))
    holder, key = data.draw(st.sampled_from(places))
    damaged = copy.deepcopy(document)
    twin, twin_key = list(_places(damaged["entry"]))[places.index((holder, key))]
    twin[twin_key] = data.draw(values)

    parse(json.dumps(damaged).encode(), PAGE, NOW)


def _places(value: Any) -> Any:
    """Each place of the document as (holder, key or index)."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


@given(st.binary(max_size=60))
def test_bytes_are_events_or_unreadable_and_nothing_else(raw: bytes) -> None:
    with suppress(Unreadable):
        assert parse(raw, PAGE, NOW) == []
