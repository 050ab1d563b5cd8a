"""Limits: what a day, an hour and a payee may take, whoever asks how often at once, and how long a chat is new."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from core_adapters.operations.ids import core_ref
from core_adapters.ports import Person, Question
from flows.confirming import snapshot_hash
from flows.formats import moment
from flows.money import Money

PHONE = "+380501112233"
KYIV = ZoneInfo("Europe/Kyiv")


async def outcome(room, amount, proven=False, payee=None):
    start = room.transfer(amount, cards={"to": payee or room.payee})
    if proven:
        await room.prove(start)
    await room.start(start)
    return (await room.told(start.op_id))[-1]


def set_limits(room, **changed):
    """The bank of this room, with other limits."""
    limits = {name: Money.parse(value) if isinstance(value, str) else value for name, value in changed.items()}
    accepting = room.adapters.desk.accepting
    brand = replace(accepting.brand, limits=replace(accepting.brand.limits, **limits))
    room.adapters.desk.accepting = replace(accepting, brand=brand)
    room.adapters.questions = replace(room.adapters.questions, brand=brand)


def new_binding(room, hours_ago=1, lasts=24):
    """Anna has bound a chat, which is new for so many hours."""
    since = room.clock() - timedelta(hours=hours_ago)
    until = since + timedelta(hours=lasts)
    room.people.known["anna"] = Person(PHONE, identified=True, watched_since=since, watched_until=until)


async def quoted(room, amount, payee=None):
    """Whether the quote asks for the code; or why there is none."""
    inputs, cards = {"from": room.payer, "amount": amount}, {"to": payee or room.payee}
    answer = await room.adapters.questions.answer(Question("transfers.quote", "anna", inputs, cards))
    return answer.get("error") or answer["outputs"]["needs_code"]


async def told_limits(room, locale="en"):
    answer = await room.adapters.questions.answer(Question("limits", "anna", {}, {}, locale))
    return answer["outputs"]


async def race(room, amount, count=20):
    """What twenty payments at once are told, and what the bank has booked of them."""
    starts = [room.transfer(amount) for _ in range(count)]
    await asyncio.gather(*(room.adapters.desk.start(start, room.conversation) for start in starts))
    await room.adapters.desk.settled()
    told = [(await room.told(start.op_id))[-1] for start in starts]
    booked = [posting for start in starts for posting in await room.bank.postings(core_ref(start.op_id))]
    return told, sum(posting["amount_minor"] for posting in booked)


@pytest.mark.parametrize(
    ("limits", "allowed", "refusal"),
    [
        ({"transfer_per_day": "4800.00 UAH"}, 12, "limit_exceeded"),
        ({"transfer_per_hour": "4900.00 UAH"}, 12, "limit_exceeded"),
        ({"transfers_per_hour": 7}, 7, "limit_exceeded"),
        ({"transfers_per_day": 9}, 9, "limit_exceeded"),
        ({"new_payee_per_day": "1999.99 UAH"}, 4, "new_payee_limit"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_a_race_of_twenty_stays_within_each_limit(room, limits, allowed, refusal):
    set_limits(room, **limits)
    told, booked = await race(room, "400.00 UAH")
    assert (told.count("done"), told.count(f"failed:{refusal}")) == (allowed, 20 - allowed)
    assert booked == allowed * 40_000


async def test_a_race_of_twenty_stays_within_the_limit_of_who_is_not_identified(room):
    room.people.known["anna"] = Person(PHONE, identified=False)  # 5,000.00 a day
    told, booked = await race(room, "400.00 UAH")
    assert (told.count("done"), told.count("failed:limit_exceeded")) == (12, 8)
    assert booked == 480_000


async def test_a_race_of_twenty_bills_leaves_the_rest_of_the_day_to_transfers(room):
    set_limits(room, payment_per_day="300.00 UAH")
    orders = []
    for _ in range(20):
        op_id, inputs = uuid4(), {"from": room.payer, "phone": "+380671112233", "amount": "100.00 UAH"}
        start = room.order("mobile.pay", inputs, op_id)
        orders.append(replace(start, snapshot_hash=snapshot_hash(op_id, inputs, {})))
    await asyncio.gather(*(room.adapters.desk.start(start, room.conversation) for start in orders))
    await room.adapters.desk.settled()
    told = [(await room.told(start.op_id))[-1] for start in orders]
    assert (told.count("done"), told.count("failed:limit_exceeded")) == (3, 17)
    assert await outcome(room, "400.00 UAH") == "done"


@pytest.mark.parametrize("amount", ["0.99 UAH", "30000.00 UAH", "10.00 EUR"])
async def test_one_transfer_is_within_the_banks_bounds(room, amount):
    assert await outcome(room, amount) == "failed:limit_exceeded"


async def test_a_new_binding_pays_new_payees_with_the_code_alone_and_little(room):
    new_binding(room)
    assert await quoted(room, "50.00 UAH") is True
    assert await outcome(room, "50.00 UAH") == "failed:not_proven"
    assert await outcome(room, "600.00 UAH", proven=True) == "done"
    assert await quoted(room, "400.01 UAH") == "new_payee_limit"
    assert await outcome(room, "400.01 UAH", proven=True) == "failed:new_payee_limit"
    assert await outcome(room, "400.00 UAH", proven=True) == "done"
    assert await outcome(room, "1.00 UAH", proven=True) == "failed:new_payee_limit"


async def test_a_new_binding_pays_who_was_paid_before_it_as_ever(room):
    assert await outcome(room, "50.00 UAH") == "done"
    room.clock.jump(hours=2)
    new_binding(room)
    assert await quoted(room, "400.00 UAH") is False
    assert [await outcome(room, "400.00 UAH") for _ in range(4)] == ["done"] * 4
    assert await outcome(room, "400.00 UAH", payee=await another(room)) == "failed:not_proven"


async def test_ones_own_phone_is_known_to_a_new_binding_and_another_is_not(room):
    new_binding(room)
    told = []
    for phone in (PHONE, "+380671112233"):
        op_id, inputs = uuid4(), {"from": room.payer, "phone": phone, "amount": "100.00 UAH"}
        start = replace(room.order("mobile.pay", inputs, op_id), snapshot_hash=snapshot_hash(op_id, inputs, {}))
        await room.start(start)
        told.append((await room.told(op_id))[-1])
    assert told == ["done", "failed:not_proven"]


async def test_a_payee_is_new_for_the_rest_of_the_day(room):
    set_limits(room, new_payee_per_day="500.00 UAH")
    assert await outcome(room, "1.00 UAH") == "done"
    assert await outcome(room, "499.01 UAH") == "failed:new_payee_limit"
    room.clock.jump(days=1)
    assert [await outcome(room, "499.01 UAH") for _ in range(2)] == ["done", "done"]


async def test_a_payee_who_was_paid_since_the_binding_is_still_new(room):
    new_binding(room)
    assert await outcome(room, "50.00 UAH", proven=True) == "done"
    assert await outcome(room, "50.00 UAH") == "failed:not_proven"


@pytest.mark.parametrize("lasts", [24, 72])
async def test_the_care_ends_with_its_hours(room, lasts):
    new_binding(room, hours_ago=lasts - 1, lasts=lasts)
    assert await outcome(room, "50.00 UAH") == "failed:not_proven"
    room.clock.jump(hours=1, seconds=1)
    assert await outcome(room, "400.00 UAH") == "done"
    assert await outcome(room, "1100.00 UAH", proven=True) == "done"


async def test_a_payment_that_came_to_nothing_makes_nobody_known(room):
    await room.bank.fault("transfer", "refuse")
    assert await outcome(room, "50.00 UAH") == "failed:recipient_blocked"
    assert await room.pool.fetchval("select count(*) from money.payee") == 0
    assert await outcome(room, "50.00 UAH") == "done"
    assert await outcome(room, "60.00 UAH") == "done"
    rows = await room.pool.fetch("select t::text as line from money.payee t")
    assert len(rows) == 1
    assert room.payee.fingerprint not in rows[0]["line"]
    assert room.payee.token not in rows[0]["line"]


async def test_a_refused_transfer_gives_its_room_back(room):
    set_limits(room, transfer_per_hour="500.00 UAH", transfers_per_hour=1)
    await room.bank.fault("transfer", "refuse")
    assert await outcome(room, "400.00 UAH") == "failed:recipient_blocked"
    assert await outcome(room, "400.00 UAH") == "done"
    assert await outcome(room, "1.00 UAH") == "failed:limit_exceeded"


async def test_an_hour_later_the_hour_is_free_again(room):
    set_limits(room, transfer_per_hour="500.00 UAH")
    assert await outcome(room, "400.00 UAH") == "done"
    said = await told_limits(room)
    assert said["transfer_left_now"] == "100.00 UAH"
    assert said["transfer_left_today"] == "49600.00 UAH"
    free_at = (room.clock() + timedelta(hours=1)).astimezone(KYIV)
    assert said["transfer_free_at"] in {moment(free_at, "en"), moment(free_at - timedelta(minutes=1), "en")}
    room.clock.jump(minutes=61)
    assert await outcome(room, "400.00 UAH") == "done"


async def test_the_limits_of_a_new_binding_are_told_with_their_end(room):
    new_binding(room, hours_ago=1)
    said = await told_limits(room, "uk")
    assert said["new_payee_left"] == "1000.00 UAH"
    end = room.people.known["anna"].watched_until.astimezone(KYIV)
    assert said["new_payee_free_at"] == moment(end, "uk")
    assert said["transfer_left_now"] == "40000.00 UAH"


async def test_what_limits_refuse_stands_in_the_audit_with_the_limits_name(room):
    set_limits(room, transfers_per_hour=1)
    assert await outcome(room, "10.00 UAH") == "done"
    assert await outcome(room, "10.00 UAH") == "failed:limit_exceeded"
    details = await room.pool.fetch("select details from money.audit where action = 'void'")
    assert [row["details"] for row in details] == ["limit_exceeded by transfers_per_hour"]


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


async def another(room):
    """A card that Anna has never paid."""
    (card,) = await room.bank.customer(phone="+380931112233")
    (payee,) = await room.adapters.vault.tokenise([card["card_number"]])
    return payee
