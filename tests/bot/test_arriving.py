"""Who comes and by what: the first word of a chat and every link is kept; a typed code is its link."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from bot.arriving import ACTION, arrival, as_link, by, only_opened
from flows.messages import EventType, InboundEvent, Sender, Text
from flows.session import Session

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CODE = "ref_AB2CD3EF"


def event(text: str = "", payload: str = "", **more: object) -> InboundEvent:
    kind = EventType.MESSAGE if text else EventType.START
    referral = {"payload": payload} if payload else {}
    made = InboundEvent(
        uuid4(), "telegram", "bot", "1", kind, uuid4(), "1001", Sender("1001"), NOW, NOW,
        content=Text(text) if text else None, referral=referral,
    )  # fmt: skip
    return replace(made, **more)


def session(heard: int = 0) -> Session:
    made = Session.new(uuid4(), "telegram", "1001", "en", "bot")
    made.heard = heard
    return made


@pytest.mark.parametrize("text", [CODE, f"  {CODE}\n", CODE.lower()])
def test_a_code_that_is_typed_is_its_link(text: str) -> None:
    came = as_link(event(text))
    assert isinstance(came, InboundEvent)
    assert (came.type, came.content, came.referral) == (EventType.START, None, {"payload": text.strip()})


@pytest.mark.parametrize("text", ["hello", f"my code is {CODE}", "ref_AB2CD3E", "ref_ABCDEFGI", f"{CODE}9"])
def test_other_words_stay_words(text: str) -> None:
    said = event(text)
    assert as_link(said) is said


def test_the_first_word_is_an_arrival_and_the_second_is_none() -> None:
    first = arrival(session(), event("hello"))
    assert first is not None
    assert (first.action, first.provider, first.inputs, first.run) == (ACTION, "customer_api", {"came_by": ""}, "")
    assert arrival(session(heard=1), event("hello")) is None


def test_a_link_is_an_arrival_whenever_it_is_followed_and_once_an_event() -> None:
    came = event(payload=CODE)
    first, again = arrival(session(heard=1), came), arrival(session(heard=2), came)
    assert first is not None
    assert again is not None
    assert first.inputs == {"came_by": CODE}
    assert first.op_id == again.op_id


@pytest.mark.parametrize("payload", ["invite", "ref_" + "A" * 90, "ref_<b>", "refx_AB2CD3EF"])
def test_what_a_link_carries_beside_codes_is_not_kept(payload: str) -> None:
    came = arrival(session(), event(payload=payload))
    assert came is not None
    assert came.inputs == {"came_by": ""}


def test_group_chats_and_news_of_the_platform_are_no_arrivals() -> None:
    assert arrival(session(), event("hello", private_chat=False)) is None
    assert arrival(session(), event(type=EventType.DELIVERY_STATUS)) is None


def test_who_has_only_opened_a_chat_is_an_arrival_by_a_link_and_none_without() -> None:
    opened = event(payload=CODE, details={"subscribed": "no"})
    assert only_opened(opened)
    assert by(opened) == CODE
    assert by(replace(opened, referral={"payload": "invite"})) == ""
    assert not only_opened(replace(opened, details={"subscribed": "yes"}))
