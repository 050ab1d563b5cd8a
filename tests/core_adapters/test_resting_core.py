"""What becomes of operations and questions while the core is left alone because it was ill."""

import pytest

from core_adapters.breaker import ILL_MAX, PAUSE_S, Resting
from core_adapters.operations.ids import core_ref
from core_adapters.operations.sending import QUEUED_MAX
from core_adapters.ports import Question


async def fall_ill(room):
    """Questions that fail until the core is left alone; it is well again from here on, and nobody knows yet."""
    await room.bank.fault("*", "down", count=ILL_MAX)
    for _ in range(ILL_MAX):
        await room.adapters.questions.answer(balance(room))
    with pytest.raises(Resting):
        await room.adapters.questions.bank.ask(Question("accounts.balance", "anna", {"card": room.payer}, {}))


def balance(room):
    return Question("accounts.balance", "anna", {"card": room.payer}, {})


async def order(room):
    start = room.transfer()
    await room.adapters.desk.start(start, room.conversation)
    await room.adapters.desk.settled()
    return start


async def test_a_question_to_a_core_that_rests_is_unavailable_at_once(room):
    await fall_ill(room)
    assert await room.adapters.questions.answer(balance(room)) == {"error": "unavailable"}


async def test_an_order_for_a_core_that_rests_waits_and_is_paid_once_when_it_is_well(room):
    await fall_ill(room)
    start = await order(room)
    assert await room.state(start.op_id) == "APPROVED"
    assert await room.told(start.op_id) == []
    room.clock.jump(seconds=PAUSE_S)
    await room.rounds(3, jump_s=31)
    assert await room.state(start.op_id) == "POSTED"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_an_order_that_waits_for_too_long_is_given_up_and_its_limit_is_free(room):
    await fall_ill(room)
    start = await order(room)
    room.clock.jump(seconds=QUEUED_MAX.total_seconds() + 1)
    await room.bank.fault("*", "down")
    await room.adapters.questions.answer(balance(room))  # the trial after the pause: still ill
    await room.rounds(1, jump_s=1)
    assert await room.state(start.op_id) == "VOID"
    assert await room.told(start.op_id) == ["failed:unavailable"]
    assert await room.bank.postings(core_ref(start.op_id)) == []
    assert await room.pool.fetchval("select count(*) from money.limit_hold where released_at is null") == 0


async def test_after_the_pause_one_order_goes_first_and_the_others_follow_it(room):
    await fall_ill(room)
    starts = [await order(room) for _ in range(4)]
    await room.rounds(1, jump_s=31)
    states = sorted([await room.state(start.op_id) for start in starts])
    assert states == ["APPROVED"] * 3 + ["POSTED"]
    await room.rounds(1, jump_s=31)
    assert {await room.state(start.op_id) for start in starts} == {"POSTED"}


async def test_an_operation_in_doubt_is_asked_for_by_its_own_schedule_however_the_core_rests(room):
    await room.bank.fault("transfer", "reset_after")
    start = await order(room)
    assert await room.state(start.op_id) == "UNKNOWN"
    await fall_ill(room)
    await room.rounds(1, jump_s=4)  # the settle bound is over, the rest is not
    assert await room.state(start.op_id) == "POSTED"
    answered = await room.adapters.questions.answer(balance(room))
    assert "outputs" in answered, "the enquiry's answer has ended the rest"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1
