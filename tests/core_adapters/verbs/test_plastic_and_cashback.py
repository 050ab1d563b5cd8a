"""Plastic takes its fee once and both books agree; cashback is chosen once a month."""

from datetime import UTC, datetime, timedelta

import pytest
from verb_orders import ADDRESS, asked, at_the_bank, cashback, lock, options, order, plastic, proven

from core_adapters.operations.ids import core_ref
from core_adapters.operations.reconciling import Reconciling


async def fees(room, start):
    return await room.bank.postings(core_ref(start.op_id), "plastic_fee")


async def entries(room, start):
    rows = await room.pool.fetch("select account, delta_minor from money.ledger_entry where op_id = $1", start.op_id)
    return {row["account"]: row["delta_minor"] for row in rows}


async def test_terms_and_branches_are_told_in_the_customers_language(room):
    assert await asked(room, "cards.plastic_terms", card=room.payer, delivery="courier") == {
        "fee": "80.00 UAH", "days": 3,
    }  # fmt: skip
    branch = (await options(room, "branches.with_cards", "uk"))[0]
    assert branch == {"id": "kyiv-1", "name": "Київ", "address": "вул. Липова, 12"}
    assert (await options(room, "branches.with_cards"))[0]["name"] == "Kyiv"


async def test_a_card_without_plastic_says_so(room):
    body = {"phone": "+380501112233", "name": "Anna Koval", "cards": [{"currency": "USD", "balance_minor": 0}]}
    (foreign,) = (await room.bank.http.post(f"{room.bank.url}/api/customers", json=body)).json()["cards"]
    assert await asked(room, "cards.plastic_terms", card=foreign["card_id"], delivery="courier") == "not_offered"


async def test_plastic_is_paid_once_in_both_books(room):
    wish = plastic(room)
    await proven(room, wish)
    assert await room.told(wish.op_id) == ["done"]
    assert len(await fees(room, wish)) == 1
    assert await entries(room, wish) == {f"account:{room.payer}": -80_00, "fees:sandbox": 80_00}
    await room.start(wish)
    assert len(await fees(room, wish)) == 1
    room.clock.jump(days=1)
    desk = room.adapters.desk
    found = await Reconciling(desk.store, desk.books).day(datetime.now(UTC).date(), "test")
    assert (found.counts["match"], found.differences) == (1, ())


async def test_plastic_without_a_code_is_not_ordered(room):
    wish = plastic(room)
    await room.start(wish)
    assert await room.told(wish.op_id) == ["failed:not_proven"]
    assert await at_the_bank(room, wish) is None
    assert await entries(room, wish) == {}


async def test_plastic_that_is_ready_is_told_whenever_it_comes(room, monkeypatch):
    monkeypatch.setattr("sandbox.bank.plastic.READY_AFTER", timedelta(seconds=0.2))
    wish = plastic(room)
    await proven(room, wish)
    while (await at_the_bank(room, wish))["stage"] != "ready":
        pass
    await room.rounds()
    event = (await room.news())[-1]
    assert (event.name, event.match, event.outcome) == ("cards.plastic_ready", {"order_id": str(wish.op_id)}, "ok")
    assert await entries(room, wish) == {f"account:{room.payer}": -80_00, "fees:sandbox": 80_00}


async def test_plastic_that_is_being_made_is_asked_for_until_it_is_ready(room):
    wish = plastic(room)
    await proven(room, wish)
    await room.rounds(3, jump_s=86_400)
    assert [event.kind for event in await room.news(wish.op_id)] == ["operation"]
    row = await room.pool.fetchrow("select done_at, asked from money.awaited where op_id = $1", wish.op_id)
    assert (row["done_at"], row["asked"]) == (None, 3)


@pytest.mark.parametrize("outcome", ["reset_after", "garbage", "down"])
async def test_a_lost_answer_takes_the_fee_once(room, outcome):
    wish = plastic(room)
    await room.prove(wish)
    await room.bank.fault("plastic", outcome)
    await room.start(wish)
    assert await room.told(wish.op_id) == ["unknown:unknown_result"]
    await room.rounds()
    assert await room.told(wish.op_id) == ["unknown:unknown_result", "done"]
    assert len(await fees(room, wish)) == 1
    assert await entries(room, wish) == {f"account:{room.payer}": -80_00, "fees:sandbox": 80_00}


@pytest.mark.parametrize(
    ("fee", "where", "told"),
    [
        ("70.00 UAH", {"address": ADDRESS}, "failed:refused"),
        ("50.00 UAH", {"branch": "moon-1"}, "failed:refused"),
        ("50.00 UAH", {"branch": "kyiv-1"}, "done"),
    ],
    ids=["another fee", "no such branch", "at a branch"],
)
async def test_what_the_bank_says_of_an_order_is_told(room, fee, where, told):
    wish = plastic(room, fee, **where)
    await proven(room, wish)
    assert await room.told(wish.op_id) == [told]


async def test_a_second_plastic_a_locked_card_and_an_empty_one_are_told_apart(room):
    await proven(room, plastic(room))
    twice = plastic(room)
    await proven(room, twice)
    assert await room.told(twice.op_id) == ["failed:duplicate"]
    (empty,) = await room.bank.customer(balance_minor=1)
    poor = order("cards.order_plastic", {"card": empty["card_id"], "fee": "80.00 UAH", "address": ADDRESS})
    await proven(room, poor)
    assert await room.told(poor.op_id) == ["failed:insufficient_funds"]
    await room.start(lock(room))
    locked = plastic(room)
    await proven(room, locked)
    assert await room.told(locked.op_id) == ["failed:refused"]
    assert [len(await fees(room, one)) for one in (twice, poor, locked)] == [0, 0, 0]


async def test_two_categories_are_chosen_once_a_month(room):
    assert await asked(room, "cashback.may_choose") == {}
    found = await options(room, "cashback.categories", "uk")
    assert len(found) == 6
    assert all(one["rate"].endswith("%") and one["limit"].endswith("UAH") for one in found)
    first, second = found[0]["id"], found[1]["id"]
    await room.bank.fault("cashback", "reset_after")
    wish = cashback(first, second)
    await room.start(wish)
    await room.rounds()
    assert await room.told(wish.op_id) == ["unknown:unknown_result", "done"]
    assert await asked(room, "cashback.may_choose") == "already_chosen"
    again = cashback(first, second)
    await room.start(again)
    assert await room.told(again.op_id) == ["failed:already_chosen"]


async def test_cashback_is_offered_to_nobody_without_a_card(room):
    room.people.known["vira"] = type(room.people.known["anna"])("+380931112233", "Vira", "Lys")
    assert await asked(room, "cashback.may_choose", customer_id="vira") == "not_offered"


async def test_a_category_twice_is_not_chosen(room):
    first = (await options(room, "cashback.categories"))[0]["id"]
    wish = cashback(first, first)
    await room.start(wish)
    assert await room.told(wish.op_id) == ["failed:unavailable"]
