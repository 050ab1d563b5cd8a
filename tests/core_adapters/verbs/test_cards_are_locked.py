"""A lock holds at once, a lost answer of it is asked for, and only the customer's own code takes it off."""

import pytest
from verb_orders import asked, at_the_bank, lock, options, proven, unlock


async def test_a_locked_card_sends_nothing_and_an_unlocked_one_does(room):
    assert await room.start(lock(room)) == "APPROVED"
    refused = room.transfer()
    await room.start(refused)
    assert await room.told(refused.op_id) == ["failed:card_locked"]
    assert await options(room, "cards.list_active") == []
    (locked,) = await options(room, "cards.list_locked")
    assert locked["id"] == room.payer
    await proven(room, unlock(room))
    again = room.transfer()
    await room.start(again)
    assert await room.told(again.op_id) == ["done"]
    assert await options(room, "cards.list_locked") == []


async def test_nothing_is_unlocked_without_a_code(room):
    await room.start(lock(room))
    order = unlock(room)
    assert await room.start(order) == "VOID"
    assert await room.told(order.op_id) == ["failed:not_proven"]
    assert await at_the_bank(room, order) is None


async def test_a_code_for_another_card_unlocks_nothing(room):
    await room.start(lock(room))
    mine, other = unlock(room), unlock(room)
    await room.prove(other)
    await room.start(mine)
    assert await room.told(mine.op_id) == ["failed:not_proven"]


@pytest.mark.parametrize("outcome", ["reset_after", "garbage", "down"])
async def test_a_lost_answer_of_a_lock_is_unknown_and_then_known(room, outcome):
    await room.bank.fault("lock", outcome)
    order = lock(room)
    await room.start(order)
    assert await room.told(order.op_id) == ["unknown:unknown_result"]
    await room.rounds()
    assert await room.told(order.op_id) == ["unknown:unknown_result", "done"]
    assert (await at_the_bank(room, order))["status"] == "done"
    assert await options(room, "cards.list_active") == []


async def test_a_refused_lock_of_a_locked_card_says_so_also_when_its_answer_was_lost(room):
    await room.start(lock(room))
    again = lock(room)
    await room.start(again)
    assert await room.told(again.op_id) == ["failed:already_locked"]
    await room.bank.fault("lock", "reset_after")
    lost = lock(room)
    await room.start(lost)
    await room.rounds()
    assert await room.told(lost.op_id) == ["unknown:unknown_result", "failed:already_locked"]


async def test_what_the_bank_has_locked_is_not_the_customers_to_open(room):
    (await room.bank.http.put(f"{room.bank.url}/api/cards/{room.payer}/lock")).raise_for_status()
    assert await options(room, "cards.list_locked") == []
    assert await asked(room, "cards.any_locked") == "none_locked"
    order = unlock(room)
    await proven(room, order)
    assert await room.told(order.op_id) == ["failed:refused"]


async def test_whether_any_card_is_locked_can_be_asked(room):
    assert await asked(room, "cards.any_locked") == "none_locked"
    await room.start(lock(room))
    assert await asked(room, "cards.any_locked") == {}
    await room.bank.fault("cards", "garbage", count=4)
    assert await asked(room, "cards.any_locked") == "unavailable"


async def test_a_card_of_somebody_else_is_not_locked(room):
    (theirs,) = await room.bank.customer(phone="+380671112244")
    order = lock(room)
    order.inputs["card"] = theirs["card_id"]
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:unavailable"]
    assert await at_the_bank(room, order) is None
