"""A limit goes down with a yes and up with a code; the bank sees to it as well."""

import pytest
from verb_orders import asked, at_the_bank, buy, limit, lock, order, proven


async def test_limits_are_told_all_at_once_or_one_with_its_most(room):
    overview = await asked(room, "limits.overview", card=room.payer)
    assert overview == {"purchases": "50000.00 UAH", "online": "20000.00 UAH", "cash": "10000.00 UAH"}
    one = await asked(room, "limits.read", card=room.payer, kind="cash")
    assert one == {"now": "10000.00 UAH", "most": "50000.00 UAH"}


async def test_a_lower_limit_needs_no_code_and_holds(room):
    lower = limit(room, "100.00 UAH", "online")
    await room.start(lower)
    assert await room.told(lower.op_id) == ["done"]
    assert (await asked(room, "limits.read", card=room.payer, kind="online"))["now"] == "100.00 UAH"
    assert (await buy(room, 100_01, where="online")).json()["code"] == "limit_exceeded"


async def test_a_higher_limit_without_a_code_is_refused_and_stays_so(room):
    higher = limit(room)
    await room.start(higher)
    assert await room.told(higher.op_id) == ["failed:not_proven"]
    assert (await asked(room, "limits.read", card=room.payer, kind="cash"))["now"] == "10000.00 UAH"


async def test_a_higher_limit_with_a_code_is_set(room):
    higher = limit(room)
    await proven(room, higher)
    assert await room.told(higher.op_id) == ["done"]
    assert (await asked(room, "limits.read", card=room.payer, kind="cash"))["now"] == "20000.00 UAH"


async def test_a_code_for_one_amount_raises_to_no_other(room):
    asked_for, other = limit(room, "11000.00 UAH"), limit(room, "50000.00 UAH")
    await room.prove(asked_for)
    await room.start(other)
    assert await room.told(other.op_id) == ["failed:not_proven"]


@pytest.mark.parametrize("outcome", ["reset_after", "garbage", "timeout_before"])
async def test_a_lost_answer_of_a_change_is_unknown_and_then_known(room, outcome, monkeypatch):
    monkeypatch.setattr("core_adapters.operations.sending.CALL_S_MAX", 1.0)
    higher = limit(room)
    await room.prove(higher)
    await room.bank.fault("limit", outcome)
    await room.start(higher)
    assert await room.told(higher.op_id) == ["unknown:unknown_result"]
    await room.rounds()
    assert await room.told(higher.op_id) == ["unknown:unknown_result", "done"]
    assert (await asked(room, "limits.read", card=room.payer, kind="cash"))["now"] == "20000.00 UAH"


async def test_an_order_without_a_yes_to_this_very_amount_is_not_sent(room):
    changed = limit(room, "100.00 UAH")
    changed.inputs["amount"] = "200.00 UAH"
    await room.start(changed)
    assert await room.told(changed.op_id) == ["failed:not_proven"]
    assert await at_the_bank(room, changed) is None


@pytest.mark.parametrize(
    ("amount", "kind"), [("50000.01 UAH", "cash"), ("10.00 USD", "cash")], ids=["over the most", "another currency"]
)
async def test_what_the_bank_does_not_agree_to_is_refused(room, amount, kind):
    wish = limit(room, amount, kind)
    await proven(room, wish)
    assert await room.told(wish.op_id) == ["failed:refused"]


async def test_a_locked_card_keeps_its_limits(room):
    await room.start(lock(room))
    wish = limit(room, "100.00 UAH")
    await room.start(wish)
    assert await room.told(wish.op_id) == ["failed:refused"]


async def test_a_limit_of_a_kind_that_is_none_does_not_leave(room):
    wish = order("limits.change", {"card": room.payer, "kind": "lottery", "amount": "1.00 UAH"})
    await room.start(wish)
    assert await room.told(wish.op_id) == ["failed:unavailable"]
    assert await asked(room, "limits.read", card=room.payer, kind="lottery") == "unavailable"


@pytest.mark.parametrize("outcome", ["garbage", "down"])
async def test_limits_that_cannot_be_read_are_unavailable(room, outcome):
    await room.bank.fault("limits", outcome, count=2)
    assert await asked(room, "limits.overview", card=room.payer) == "unavailable"
