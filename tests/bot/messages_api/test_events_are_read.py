"""What customers did, as callers read it: normalised, masked, in order, page by page."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from api_rig import serving
from turn_rig import Recorder

from bot.keyring import Keyring
from bot.messages_api.events import shown
from channels.ids import conversation_id, event_id
from flows.messages import Attachment, Contact, Content, EventType, InboundEvent, Location, Sender, Text

AT = datetime(2030, 5, 1, 6, 0, tzinfo=UTC)
CHAT = conversation_id("post", "1", "anna")
EVENT = InboundEvent(
    event_id("post", "1", "7", AT), "post", "1", "7", EventType.MESSAGE, CHAT, "anna", Sender("anna", "Anna", "uk"), AT,
    AT, message_id="7", content=Text("hello"),
)  # fmt: skip


async def test_an_event_reads_as_the_model_says(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder) as api:
        await api.worker.post_update(7, "hello")
        (event,) = (await api.ask("GET", "/events")).json()
    assert datetime.fromisoformat(event.pop("received_at")).tzinfo is not None
    assert datetime.fromisoformat(event.pop("occurred_at")).tzinfo is not None
    assert event.pop("id")[14] == "7"
    assert event == {
        "channel": "post", "account_id": "1", "dedupe_key": "7", "type": "message",
        "sender": {"channel_user_id": "anna", "alt_ids": {}, "display_name": "", "locale": "uk-UA"},
        "conversation_key": str(CHAT), "address": "anna", "message_id": "7", "in_reply_to": None, "payload": None,
        "title": None, "content": {"type": "text", "text": "hello"}, "referral": {}, "details": {}, "own_contact": None,
    }  # fmt: skip


async def test_events_come_page_by_page_in_the_order_of_their_arrival(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder) as api:
        for number in range(7):
            await api.worker.post_update(number, f"{number}", "anna" if number % 2 else "olha")
        await api.worker.post_update(3, "again")
        read: list[str] = []
        after = ""
        while page := (await api.ask("GET", f"/events?limit=3{after}")).json():
            assert len(page) <= 3
            read += [event["content"]["text"] for event in page]
            after = f"&after={page[-1]['id']}"
        assert read == list("0123456")
        for chat in (f"conversation={CHAT}", "channel=post&conversation=anna"):
            events = (await api.ask("GET", f"/events?{chat}")).json()
            assert [event["content"]["text"] for event in events] == ["1", "3", "5"]
        rest = (await api.ask("GET", f"/events?conversation={CHAT}&after={events[0]['id']}")).json()
        assert [event["content"]["text"] for event in rest] == ["3", "5"]


async def test_events_of_our_own_are_none_of_the_callers(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder) as api:
        await api.worker.post_update(1, "timer 0")
        await recorder.until(2)
        await api.worker.quiet()
        events = (await api.ask("GET", "/events?channel=post")).json()
    assert [event["content"]["text"] for event in events] == ["timer 0"]


async def test_news_of_delivery_is_read_with_its_figures(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with serving(database, keyring, recorder) as api:
        await api.worker.post_update(1, "", type="delivery_status", about="5", state="read", watermark_ms=1893456000000)
        (event,) = (await api.ask("GET", "/events")).json()
    assert (event["type"], event["in_reply_to"]) == ("delivery_status", "5")
    assert event["details"] == {"state": "read", "watermark_ms": "1893456000000"}


async def test_a_page_that_cannot_be_found_is_refused_in_words(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with serving(database, keyring, recorder, working=False, scheduling=False) as api:
        unknown = await api.ask("GET", "/events?after=01938c1f-5d7a-7c3e-9b1a-2f60c8d4e511")
        wrong = {
            path: (await api.ask("GET", f"/events?{path}={value}")).json()["problems"][0]
            for path, value in (("channel", "pigeon"), ("conversation", "anna"), ("limit", 501), ("after", "x"))
        }
    assert (unknown.status_code, unknown.json()["message"]) == (
        404,
        "There is no such event any more: leave after out.",
    )
    assert [problem["path"] for problem in wrong.values()] == [*wrong]
    assert wrong["channel"]["fix"] == "use one of: post"


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (Text("call 050 111 22 33, a@b.example"), {"type": "text", "text": "call •••, •••"}),
        (Text("send 1250.50"), {"type": "text", "text": "send 1250.50"}),
        (Location(50.45, 30.52, "Home", "Flat 7"),
         {"type": "location", "lat": 50.45, "lon": 30.52, "name": "Home", "address": "Flat 7"}),
        (Contact("+380501112233", True, "Anna"),
         {"type": "contact", "phone": "+380501112233", "first_name": "Anna", "last_name": ""}),
    ],
    ids=["private", "amount", "place", "contact"],
)  # fmt: skip
def test_contents_are_read_without_what_is_private(content: Content, read: dict[str, object]) -> None:
    event = shown(replace(EVENT, content=content))
    assert event.content == read
    assert event.own_contact is (True if isinstance(content, Contact) else None)


def test_where_a_file_can_be_fetched_is_never_read() -> None:
    file = Attachment("image", "f-7", "image/png", 12, "me 380501112233", "a.png", source="https://api/botTOKEN/f")
    event = shown(replace(EVENT, content=file))
    assert "TOKEN" not in json.dumps(event.model_dump(mode="json"))
    assert event.content == {
        "type": "image", "ref": "f-7", "mime": "image/png", "size": 12, "caption": "me •••", "file_name": "a.png",
        "album": None,
    }  # fmt: skip


def test_a_button_is_read_with_its_words_and_a_form_without_its_numbers() -> None:
    tapped = replace(EVENT, type=EventType.POSTBACK, payload="q.1234567890", details={"title": "Yes"}, content=None)
    form = replace(
        EVENT, type=EventType.FORM_RESPONSE, content=None, details={"flow_token": "1234567890", "tax_id": "1234567890"}
    )
    assert (shown(tapped).payload, shown(tapped).title) == ("q.1234567890", "Yes")
    assert shown(form).details == {"flow_token": "1234567890", "tax_id": "•••"}
