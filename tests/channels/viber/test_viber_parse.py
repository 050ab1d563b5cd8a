"""Real callbacks become events; an independent library reads the same out of them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Unreadable
from channels.viber import tracking
from channels.viber.parse import parse
from flows.messages import INBOUND, Attachment, Contact, EventType, InboundEvent, Location, Text

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
TOKEN = "4912661846655238145"
USER = "01234567890A+/bc=="
SILENT_EVENTS = {"webhook", "tap_link"}
ALL = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def event(name: str) -> InboundEvent:
    (found,) = parse((PAYLOADS / f"{name}.json").read_bytes(), "bot1", NOW)
    return found


def message(name: str, **more: object) -> bytes:
    """A payload with a few fields of its message changed."""
    body = json.loads((PAYLOADS / f"{name}.json").read_text())
    body["message"] |= more
    return json.dumps(body).encode()


def test_a_text_is_a_message_with_its_sender_and_time() -> None:
    found = event("text")

    assert (found.type, found.content) == (EventType.MESSAGE, Text("send 50 to a friend"))
    assert (found.sender.user_id, found.sender.display_name, found.sender.locale) == (USER, "Anna Koval", "uk")
    assert (found.channel, found.account, found.address, found.private_chat) == ("viber", "bot1", USER, True)
    assert found.occurred_at == datetime.fromtimestamp(1795255200, UTC) + timedelta(milliseconds=123)


def test_a_number_larger_than_floats_keeps_every_digit() -> None:
    assert (event("text").message_id, event("text").dedupe_key) == (TOKEN, f"{TOKEN}:message")
    (largest,) = parse(message("text").replace(TOKEN.encode(), b"18446744073709551615"), "bot1", NOW)
    assert largest.message_id == "18446744073709551615"


def test_the_same_callback_twice_is_the_same_event_and_a_receipt_of_it_is_another() -> None:
    assert event("text").dedupe_key == event("text").dedupe_key
    assert event("text").conversation == event("seen").conversation
    assert len({event(name).dedupe_key for name in ("text", "delivered", "seen", "failed")}) == 4


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("started", EventType.START),
        ("subscribed", EventType.SUBSCRIPTION),
        ("unsubscribed", EventType.SUBSCRIPTION),
        ("own_contact", EventType.CONTACT_SHARED),
        ("own_contact_words", EventType.MESSAGE),
        ("tap", EventType.POSTBACK),
        ("delivered", EventType.DELIVERY_STATUS),
        ("picture", EventType.MESSAGE),
        ("unknown_message", EventType.UNSUPPORTED),
        ("future_event", EventType.UNSUPPORTED),
    ],
)
def test_every_kind_of_callback_has_its_type(name: str, kind: EventType) -> None:
    assert event(name).type is kind
    assert event(name).address == USER


def test_the_trial_of_the_webhook_is_nobodys_event() -> None:
    assert parse((PAYLOADS / "webhook.json").read_bytes(), "bot1", NOW) == []


def test_a_start_brings_its_context_and_whether_the_customer_has_subscribed() -> None:
    first, again = event("started"), event("started_again")

    assert (first.referral, first.details) == ({"payload": "context information"}, {"subscribed": "no"})
    assert (again.referral, again.details) == ({}, {"subscribed": "yes"})


def test_a_tapped_button_gives_back_what_we_sent_and_a_typed_word_stays_one() -> None:
    assert (event("tap").payload, event("tap").content) == ("card_2", None)
    assert event("text_after_buttons").type is EventType.MESSAGE


@pytest.mark.parametrize("name", ["tap_signed", "tap_paged", "tap_silent"])
def test_a_button_of_an_older_keyboard_is_known_all_the_same(name: str) -> None:
    found = event(name)

    assert found.type is EventType.POSTBACK
    assert found.payload == json.loads((PAYLOADS / f"{name}.json").read_text())["message"]["text"]


def test_a_button_that_opened_a_page_is_no_message_of_the_customer() -> None:
    assert parse((PAYLOADS / "tap_link.json").read_bytes(), "bot1", NOW) == []
    assert parse(message("tap_link", text="https://bank.example/other"), "bot1", NOW)[0].type is EventType.MESSAGE


def test_words_that_only_look_a_little_like_a_token_are_words() -> None:
    for text in ("q.", "c.o.d.", "f.lux.ok", "m.1.2", "q.a b.1.AbCdEfGhIjKl", "card_3"):
        assert parse(message("tap", text=text), "bot1", NOW)[0].type is EventType.MESSAGE


@pytest.mark.parametrize("name", ["own_contact", "own_contact_bare", "own_contact_silent"])
def test_a_number_that_our_button_shared_is_the_customers_own(name: str) -> None:
    content = event(name).content

    assert isinstance(content, Contact)
    assert (content.phone, content.own) == ("+380501112233", True)


def test_a_number_from_the_phone_book_is_not_even_while_our_button_is_there() -> None:
    for name in ("plain_contact", "picked_contact"):
        content = event(name).content
        assert isinstance(content, Contact)
        assert (content.own, content.first_name, content.last_name) == (False, "Petro", "Melnyk")
    assert event("plain_contact").content == Contact("+380672223344", own=False, first_name="Petro", last_name="Melnyk")


@pytest.mark.parametrize("marks", ["", "1;;;", "2;;AAAAAAAA;", "AAAAAAAA", tracking.write(["x"]), None, 7])
def test_without_our_mark_no_number_is_the_customers_own(marks: object) -> None:
    (found,) = parse(message("own_contact", tracking_data=marks), "bot1", NOW)

    assert isinstance(found.content, Contact)
    assert not found.content.own


def test_a_number_that_comes_with_other_words_than_our_buttons_is_not_the_customers_own() -> None:
    (found,) = parse(message("own_contact", text="look at this"), "bot1", NOW)

    assert isinstance(found.content, Contact)
    assert not found.content.own


def test_a_picture_is_kept_by_its_message_and_its_address_is_shown_nowhere() -> None:
    content = event("picture").content

    assert isinstance(content, Attachment)
    assert (content.media, content.ref, content.mime) == ("image", TOKEN, "image/jpeg")
    assert (content.size, content.caption) == (120000, "passport")
    assert content.source is not None
    assert content.source.startswith("https://dl-media.viber.com/")
    assert "Signature" not in repr(event("picture"))


def test_files_places_links_and_stickers_are_named() -> None:
    file = event("file").content
    assert isinstance(file, Attachment)
    assert (file.media, file.mime, file.size, file.file_name) == ("document", "application/pdf", 4000, "statement.pdf")
    for name, media in (("video", "video"), ("sticker", "sticker")):
        content = event(name).content
        assert isinstance(content, Attachment)
        assert content.media == media
    assert event("location").content == Location(50.45, 30.52)
    assert event("location_words").content == Location(50.45, 30.52, address="Khreshchatyk 1")
    assert event("url").content == Text("https://bank.example/news")


@pytest.mark.parametrize("place", [{}, {"lat": "here", "lon": 1}, {"lat": 91, "lon": 0}, {"lat": True, "lon": 1}, []])
def test_a_place_nowhere_is_unsupported(place: object) -> None:
    assert parse(message("location", location=place), "bot1", NOW)[0].type is EventType.UNSUPPORTED


def test_receipts_name_the_message_and_its_state() -> None:
    states = {name: event(name) for name in ("delivered", "seen", "failed")}

    assert {found.in_reply_to for found in states.values()} == {TOKEN}
    assert [found.details["state"] for found in states.values()] == ["delivered", "read", "failed"]
    assert states["failed"].details["reason"] == "keyboard is not valid"


def test_subscriptions_say_which_way() -> None:
    assert [event(name).details["state"] for name in ("subscribed", "unsubscribed")] == ["subscribed", "unsubscribed"]


def test_a_chat_with_others_in_it_is_not_private() -> None:
    body = json.loads((PAYLOADS / "text.json").read_text()) | {"chat_id": "group"}
    assert not parse(json.dumps(body).encode(), "bot1", NOW)[0].private_chat


@pytest.mark.parametrize("timestamp", [0, -1, 10**18, "now", None, True, 1.5])
def test_a_time_that_no_clock_shows_is_the_time_of_receipt(timestamp: object) -> None:
    body = json.loads((PAYLOADS / "text.json").read_text()) | {"timestamp": timestamp}
    assert parse(json.dumps(body).encode(), "bot1", NOW)[0].occurred_at == NOW


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"null", b'"x"', b"{}", b'{"event": 1}', b'{"event": null}', b"\xff\xfe", b"[" * 100_000],
)
def test_what_is_no_callback_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(body, "bot1", NOW)


def test_nul_never_gets_in() -> None:
    (found,) = parse(message("text", text="a\x00b"), "bot1", NOW)

    assert found.content == Text("ab")


@pytest.mark.parametrize("name", [name for name in ALL if name not in {"unknown_message", "future_event", "webhook"}])
def test_viberbot_reads_the_same(name: str) -> None:
    requests = pytest.importorskip("viberbot.api.viber_requests")
    raw = json.loads((PAYLOADS / f"{name}.json").read_text())
    theirs = requests.create_request(raw)
    ours = parse(json.dumps(raw).encode(), "bot1", NOW)
    if not ours:
        return

    (found,) = ours
    user = getattr(theirs, "sender", None) or getattr(theirs, "user", None)
    assert found.sender.user_id == (user.id if user is not None else theirs.user_id)
    assert theirs.timestamp == 1795255200123
    number = str(getattr(theirs, "message_token", None) or raw["message_token"])
    assert number == (found.in_reply_to or found.message_id)
    if isinstance(found.content, Contact):
        assert found.content.phone.removeprefix("+") == "".join(
            filter(str.isdigit, theirs.message.contact.phone_number)
        )
    if found.type is EventType.POSTBACK:
        assert found.payload == theirs.message.text
    if found.type is EventType.START:
        assert (found.details["subscribed"] == "yes") == theirs.subscribed
        assert found.referral.get("payload") == theirs.context


def test_tracking_data_comes_back_as_it_was_written() -> None:
    marks = tracking.read(tracking.write(["a", "b"], ["phone"], ["https://x"]))

    assert marks.is_reply("a")
    assert marks.is_reply("b")
    assert marks.is_phone("phone")
    assert marks.is_link("https://x")
    assert not marks.is_reply("phone")
    assert not marks.is_phone("a")
    assert tracking.write([]) == ""


FIELDS = [
    "id",
    "name",
    "text",
    "type",
    "contact",
    "phone_number",
    "location",
    "lat",
    "lon",
    "media",
    "sticker_id",
    "tracking_data",
    "file_name",
    "size",
]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
message_values = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "picture", "video", "file", "contact", "location", "sticker", "url", "x"])},
    optional={
        key: json_values
        for key in ["text", "media", "contact", "location", "tracking_data", "file_name", "size", "sticker_id"]
    },
)


@given(
    st.sampled_from(
        ["message", "conversation_started", "subscribed", "unsubscribed", "seen", "failed", "webhook", "x"]
    ),
    st.dictionaries(
        st.sampled_from(["message_token", "timestamp", "user", "user_id", "context", "subscribed", "desc", "chat_id"]),
        json_values,
    ),
    st.one_of(json_values, message_values),
    st.one_of(json_values, st.fixed_dictionaries({"id": st.text(max_size=9)})),
)
def test_no_shape_of_a_callback_makes_it_fail(
    kind: str, rest: dict[str, object], inner: object, sender: object
) -> None:
    body = {"event": kind, "message": inner, "sender": sender} | rest
    for found in parse(json.dumps(body).encode(), "bot1", NOW):
        assert found.address
        INBOUND.dump_json(found)


@given(st.binary(max_size=60))
def test_any_bytes_are_events_or_unreadable(body: bytes) -> None:
    try:
        parse(body, "bot1", NOW)
    except Unreadable:
        return
