"""Real updates become events; an independent library reads the same out of them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import telegram
from hypothesis import given
from hypothesis import strategies as st

from channels.errors import Unreadable
from channels.telegram.parse import parse
from flows.messages import Attachment, Contact, EventType, InboundEvent, Location, Text

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
ALL = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def event(name: str) -> InboundEvent:
    (found,) = parse((PAYLOADS / f"{name}.json").read_bytes(), "770001", NOW)
    return found


def test_a_text_is_a_message_with_its_sender_and_time() -> None:
    found = event("text")

    assert (found.type, found.content) == (EventType.MESSAGE, Text("send 50 to a friend"))
    assert (found.sender.user_id, found.sender.display_name, found.sender.locale) == ("5500001", "Anna Koval", "uk")
    assert (found.address, found.message_id, found.dedupe_key) == ("5500001", "101", "710001")
    assert found.occurred_at == datetime.fromtimestamp(1795255200, UTC)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("start_bare", EventType.START),
        ("own_contact", EventType.CONTACT_SHARED),
        ("callback", EventType.POSTBACK),
        ("edited", EventType.MESSAGE_EDITED),
        ("reaction", EventType.REACTION),
        ("blocked", EventType.SUBSCRIPTION),
        ("photo", EventType.MESSAGE),
        ("dice", EventType.UNSUPPORTED),
        ("future_kind", EventType.UNSUPPORTED),
        ("poll", EventType.UNSUPPORTED),
    ],
)
def test_every_kind_of_update_has_its_type(name: str, kind: EventType) -> None:
    assert event(name).type is kind


def test_a_start_payload_is_a_referral_and_no_text() -> None:
    found = event("start_payload")

    assert (found.type, found.referral, found.content) == (EventType.START, {"payload": "ref_AB-12"}, None)


def test_an_own_contact_is_told_apart_from_every_other() -> None:
    own = event("own_contact").content
    assert own == Contact("+380501112233", own=True, first_name="Anna", last_name="Koval")

    for name in ("foreign_contact", "contact_without_user", "forwarded_contact"):
        content = event(name).content
        assert isinstance(content, Contact)
        assert not content.own


def test_a_pressed_button_gives_back_what_we_sent() -> None:
    found = event("callback")

    assert (found.payload, found.in_reply_to) == ("q7Kz.1.AbCd", "101")
    assert found.details["callback_query_id"] == "4382"


def test_of_a_photo_the_largest_size_is_kept_by_id() -> None:
    content = event("photo").content

    assert content == Attachment("image", "large", "image/jpeg", 120000, caption="passport")


def test_files_places_and_stickers_are_named() -> None:
    assert event("document").content == Attachment(
        "document", "doc", "application/pdf", 4000, file_name="statement.pdf"
    )
    assert event("location").content == Location(50.45, 30.52)
    voice, sticker = event("voice").content, event("sticker").content
    assert isinstance(voice, Attachment)
    assert isinstance(sticker, Attachment)
    assert (voice.media, sticker.media) == ("audio", "sticker")


def test_a_group_is_no_private_chat() -> None:
    assert not event("group_text").private_chat
    assert event("text").private_chat


USER = {"id": 5500001, "is_bot": False, "first_name": "Anna"}
POST = {"message_id": 7, "date": 1795255200, "text": "what is my balance"}
NOT_PRIVATE = {
    "group": {"message": POST | {"from": USER, "chat": {"id": -5, "type": "group", "title": "Friends"}}},
    "supergroup": {"message": POST | {"from": USER, "chat": {"id": -100200, "type": "supergroup", "title": "Friends"}}},
    "edited in a group": {"edited_message": POST | {"from": USER, "chat": {"id": -5, "type": "group"}}},
    "channel post": {"channel_post": POST | {"chat": {"id": -100300, "type": "channel", "title": "News"}}},
    "edited channel post": {"edited_channel_post": POST | {"chat": {"id": -100300, "type": "channel"}}},
    "inline query": {"inline_query": {"id": "1", "from": USER, "query": "balance", "offset": ""}},
    "inline result": {"chosen_inline_result": {"result_id": "1", "from": USER, "query": "balance"}},
    "tap on an inline message": {
        "callback_query": {"id": "1", "from": USER, "inline_message_id": "m", "chat_instance": "c", "data": "q.x.0"}
    },
    "bot put into a group": {
        "my_chat_member": {
            "chat": {"id": -5, "type": "group"}, "from": USER, "date": 1795255200,
            "old_chat_member": {"status": "left", "user": USER}, "new_chat_member": {"status": "member", "user": USER},
        }
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", NOT_PRIVATE)
def test_group_chats_channel_posts_and_inline_mode_do_nothing(kind: str) -> None:
    """What is no private chat is heard by nobody: the engine's own test is `test_a_group_chat_hears_nothing`."""
    body = json.dumps({"update_id": 710900} | NOT_PRIVATE[kind]).encode()
    for found in parse(body, "770001", NOW):
        assert not found.private_chat


def test_the_same_update_twice_has_the_same_key_and_conversation() -> None:
    one, other = event("text"), event("text")

    assert (one.dedupe_key, one.conversation) == (other.dedupe_key, other.conversation)
    assert event("group_text").conversation != one.conversation


@pytest.mark.parametrize("name", ALL)
def test_python_telegram_bot_reads_the_same(name: str) -> None:
    raw = json.loads((PAYLOADS / f"{name}.json").read_text())
    theirs, ours = telegram.Update.de_json(raw), event(name)

    assert str(theirs.update_id) == ours.dedupe_key
    if theirs.effective_user is not None:
        assert ours.sender.user_id == str(theirs.effective_user.id)
    if theirs.effective_chat is not None:
        assert ours.address == str(theirs.effective_chat.id)
        assert ours.private_chat == (theirs.effective_chat.type == "private")
    if theirs.callback_query is not None:
        assert ours.payload == theirs.callback_query.data
    if theirs.message is not None and theirs.message.text and isinstance(ours.content, Text):
        assert ours.content.text == theirs.message.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"null",
        b'"x"',
        b"{}",
        b'{"update_id": "1"}',
        b'{"update_id": true}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_update_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(body, "770001", NOW)


def test_nul_never_gets_in() -> None:
    (found,) = parse(b'{"update_id":1,"message":{"chat":{"id":1,"type":"private"},"text":"a\\u0000b"}}', "770001", NOW)

    assert found.content == Text("ab")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "message",
                    "callback_query",
                    "from",
                    "chat",
                    "text",
                    "photo",
                    "contact",
                    "date",
                    "location",
                    "document",
                    "id",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]), json_values))
def test_no_shape_of_an_update_makes_it_fail(update: dict[str, object]) -> None:
    (found,) = parse(json.dumps(update | {"update_id": 7}).encode(), "770001", NOW)

    assert found.dedupe_key == "7"
