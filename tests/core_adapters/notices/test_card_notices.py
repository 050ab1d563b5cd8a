"""A notice of every operation on a card with the balance left: by choice, once, and never from the news alone."""

import json
from uuid import uuid4

import pytest
from card_world import buys, door, heard, outcomes

from core_adapters.notices.deciding import PER_HOUR_MAX

NIGHT = 21 * 3600 + 1800  # half past nine in the evening of UTC: half past eleven or later in Kyiv


@pytest.fixture
async def bell(room):
    """The door for the bank's news; Anna is in a chat."""
    async with door(room) as made:
        room.people.chats["anna"] = uuid4()
        yield made


async def test_a_purchase_is_told_with_the_shop_and_what_is_left(room, bell):
    await buys(room)
    await bell.until(1)
    (event,) = await heard(room)
    assert (event.outcome, event.conversation) == ("purchase", room.people.chats["anna"])
    last4 = event.outputs.pop("card_last4")
    assert event.outputs == {"amount": "250.00 UAH", "balance": "99750.00 UAH", "place": "Corner Bakery"}
    assert len(last4) == 4


async def test_cash_and_money_that_comes_are_told_as_what_they_are(room, bell):
    await buys(room, 200_00, "Station Square", where="cash")
    await bell.until(1)
    await room.bank.customer(balance_minor=70_00)  # another card of hers, and money on it
    await bell.until(2)
    told = [(event.outcome, event.outputs["place"]) for event in await heard(room)]
    assert told == [("cash", "Station Square"), ("in", "")]


async def test_delivered_again_and_in_another_order_each_is_told_once(room, bell):
    for minor in (10_00, 20_00, 30_00):
        await buys(room, minor)
    await bell.until(3)
    for headers, body in [*reversed(bell.taken), *bell.taken]:
        assert await room.adapters.core_events("sandbox", headers, body) == 204
    assert sorted(event.outputs["amount"] for event in await heard(room)) == ["10.00 UAH", "20.00 UAH", "30.00 UAH"]
    assert len(await heard(room)) == 3
    for headers, body in bell.taken:  # also long after
        assert await room.adapters.core_events("sandbox", headers, body) == 204
    room.clock.jump(days=3)
    assert len(await heard(room)) == 3


async def test_forged_news_and_news_of_what_never_was_tell_nothing(room, bell):
    room.people.wishes["payments"] = "off"
    await buys(room)
    await bell.until(1)
    await heard(room)
    room.people.wishes.clear()
    headers, body = bell.taken[-1]
    forged = body.replace(b"-d", b"-c")
    assert await room.adapters.core_events("sandbox", headers, forged) == 401
    assert await room.adapters.core_events("sandbox", {**headers, "webhook-signature": "v1,AAAA"}, body) == 401
    await room.adapters.events.hearing.hear("999999-d")
    assert await heard(room) == []
    ended = await room.pool.fetchval("select outcome from money.card_event where operation = '999999-d'")
    assert ended == "unknown there"


async def test_a_bank_that_is_down_is_asked_again_until_it_tells(room, bell):
    await room.bank.fault("card_operation", "down", count=4)
    await buys(room)
    await bell.until(1)
    assert await heard(room) == []
    room.clock.jump(seconds=10)
    assert await heard(room) == []
    room.clock.jump(seconds=30)
    assert [event.outcome for event in await heard(room)] == ["purchase"]


async def test_what_could_not_be_found_out_for_a_day_is_told_no_more(room, bell):
    await room.bank.fault("card_operation", "down", count=2)
    await buys(room)
    await bell.until(1)
    await heard(room)
    room.clock.jump(hours=25)
    assert await heard(room) == []
    assert await room.pool.fetchval("select count(*) from money.card_event where done_at is null") == 0


async def test_who_does_not_want_them_gets_none(room, bell):
    room.people.wishes["payments"] = "off"
    await buys(room)
    await bell.until(1)
    assert await heard(room) == []
    assert (await outcomes(room))[-1] == "silenced"


async def test_who_wants_quiet_nights_hears_of_the_night_in_the_morning(room, bell):
    room.people.wishes["payments"] = "day"
    room.clock.jump(seconds=(NIGHT - room.clock().hour * 3600 - room.clock().minute * 60) % 86_400)
    await buys(room)
    await bell.until(1)
    assert await heard(room) == []
    room.clock.jump(hours=10)
    assert [event.outcome for event in await heard(room)] == ["purchase"]


async def test_a_customer_without_a_chat_is_told_nothing_and_nothing_waits(room, bell):
    room.people.chats.clear()
    await buys(room)
    await bell.until(1)
    assert await heard(room) == []
    assert (await outcomes(room))[-1] == "nobody"


async def test_a_transfer_from_the_chat_has_its_answer_and_gets_no_second_one(room, bell):
    room.people.chats["anna"] = room.conversation
    await room.start(room.transfer())
    await bell.until(2)
    assert await heard(room) == []
    assert (await outcomes(room))[-1] == "own"


async def test_in_another_chat_the_same_transfer_is_news(room, bell):
    await room.start(room.transfer())
    await bell.until(2)
    assert [event.outcome for event in await heard(room)] == ["out"]


async def test_more_than_ten_an_hour_come_in_one_message(room, bell):
    for _ in range(PER_HOUR_MAX + 5):
        await buys(room, 10_00)
    await bell.until(PER_HOUR_MAX + 5)
    assert len(await heard(room)) == PER_HOUR_MAX
    assert await heard(room, "cards.operations") == []
    room.clock.jump(minutes=61)
    (together,) = await heard(room, "cards.operations")
    assert together.outputs["count"] == 5
    assert together.outputs["lines"].endswith(f"\u221250.00\u00a0₴ = {100_000 - 150:,}.00\u00a0₴")
    assert len(await heard(room)) == PER_HOUR_MAX
    assert sorted(set(await outcomes(room))) == ["summed", "told"]


async def test_two_workers_tell_each_once_and_no_more_than_ten(room, bell):
    other = room.build(f"{room.bank.url}/bank/v1")
    for _ in range(PER_HOUR_MAX + 2):
        await buys(room, 10_00)
    await bell.until(PER_HOUR_MAX + 2)
    try:
        for one in (*room.adapters.worker.more, *other.worker.more):
            await one()
    finally:
        await other.stop()
    assert len(await heard(room)) == PER_HOUR_MAX


async def test_nobodys_phone_or_card_lies_open_in_what_is_kept(room, bell):
    await buys(room, merchant="Very Secret Shop")
    await bell.until(1)
    for job in room.adapters.worker.more[:-1]:
        await job()
    kept = await room.pool.fetch("select * from money.notice, money.card_event")
    text = json.dumps([[str(value) for value in row.values()] for row in kept])
    assert "Secret" not in text
    assert "+380" not in text
