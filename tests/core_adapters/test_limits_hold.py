"""Limits: what one day may hold, whoever asks how often at once."""

import asyncio
from datetime import timedelta

import pytest

from core_adapters.operations.ids import core_ref
from core_adapters.ports import Person

PHONE = "+380501112233"


async def outcome(room, amount):
    start = room.transfer(amount)
    await room.start(start)
    return (await room.told(start.op_id))[-1]


async def test_a_race_of_twenty_stays_within_the_limit(room):
    room.people.known["anna"] = Person(PHONE, identified=False)  # 5,000.00 a day
    starts = [room.transfer("400.00 UAH") for _ in range(20)]
    await asyncio.gather(*(room.adapters.desk.start(start, room.conversation) for start in starts))
    await room.adapters.desk.settled()
    told = [(await room.told(start.op_id))[-1] for start in starts]
    assert told.count("done") == 12
    assert told.count("failed:limit_exceeded") == 8
    booked = [posting for start in starts for posting in await room.bank.postings(core_ref(start.op_id))]
    assert sum(posting["amount_minor"] for posting in booked) == 480_000


@pytest.mark.parametrize("amount", ["0.99 UAH", "30000.00 UAH", "10.00 EUR"])
async def test_one_transfer_is_within_the_banks_bounds(room, amount):
    assert await outcome(room, amount) == "failed:limit_exceeded"


async def test_a_new_binding_stays_small_for_a_day(room):
    bound = room.clock() - timedelta(hours=1)
    room.people.known["anna"] = Person(PHONE, identified=True, bound_at=bound)
    assert [await outcome(room, "400.00 UAH") for _ in range(3)] == ["done", "done", "failed:limit_exceeded"]
    room.clock.jump(hours=24)
    assert await outcome(room, "400.00 UAH") == "done"


async def test_a_new_day_is_a_new_limit(room):
    room.people.known["anna"] = Person(PHONE, identified=False)
    for _ in range(12):
        assert await outcome(room, "410.00 UAH") == "done"
    assert await outcome(room, "410.00 UAH") == "failed:limit_exceeded"
    room.clock.jump(days=1)
    assert await outcome(room, "410.00 UAH") == "done"


async def test_a_transfer_in_doubt_holds_its_part_of_the_limit(room):
    await room.bank.fault("transfer", "down")
    assert await outcome(room, "300.00 UAH") == "unknown:unknown_result"
    answer = await room.api.post(
        "/api/v1/core/limits", json={"customer_id": "anna"}, headers={"Authorization": "Bearer service"}
    )
    assert answer.json()["outputs"]["transfer_left_today"] == "49700.00 UAH"
