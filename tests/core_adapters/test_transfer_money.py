"""One transfer, from the yes to the news of it, with a bank that answers, refuses, is silent, lies or is not there."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from core_adapters.operations.accepting import Conflict
from core_adapters.operations.ids import core_ref
from core_adapters.ports import Question


async def test_a_transfer_is_posted_once_and_told_once(room):
    start = room.transfer("50.00 UAH")
    await room.start(start)
    assert await room.state(start.op_id) == "POSTED"
    assert await room.told(start.op_id) == ["done"]
    (news,) = await room.news(start.op_id)
    assert news.outputs == {"transfer_id": str(start.op_id)}
    assert news.inputs["to"] == f"•{room.payee.last4}"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_a_lost_reply_does_not_pay_twice(room):
    await room.bank.fault("transfer", "reset_after")
    start = room.transfer()
    await room.start(start)
    assert await room.state(start.op_id) == "UNKNOWN"
    await room.rounds()
    assert await room.state(start.op_id) == "POSTED"
    assert await room.told(start.op_id) == ["unknown:unknown_result", "done"]
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_a_request_that_was_lost_on_the_way_is_sent_again_under_the_same_reference(room):
    await room.bank.fault("transfer", "down")
    start = room.transfer()
    await room.start(start)
    assert await room.state(start.op_id) == "UNKNOWN"
    await room.rounds()
    assert await room.state(start.op_id) == "POSTED"
    assert await room.pool.fetchval("select count(*) from money.attempt where op_id = $1", start.op_id) == 2
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_before_the_settle_bound_the_bank_is_not_asked(room):
    await room.bank.fault("transfer", "down")
    start = room.transfer()
    await room.start(start)
    await room.adapters.worker.round()
    assert await room.pool.fetchval("select enquiries from money.operation where op_id = $1", start.op_id) == 0
    assert await room.state(start.op_id) == "UNKNOWN"


async def test_a_200_that_cannot_be_read_is_no_yes(room):
    await room.bank.fault("transfer", "garbage")
    start = room.transfer()
    await room.start(start)
    assert await room.state(start.op_id) == "UNKNOWN"
    await room.rounds()
    assert await room.state(start.op_id) == "POSTED"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_a_refusal_of_the_bank_is_final_and_gives_the_limit_back(room):
    await room.bank.fault("transfer", "refuse")
    start = room.transfer("499.00 UAH")
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:recipient_blocked"]
    held = await room.pool.fetchval("select count(*) from money.limit_hold where released_at is null")
    assert held == 0


async def test_a_bank_that_cannot_be_reached_has_received_nothing(room):
    room.adapters = room.build("http://127.0.0.1:9")  # nobody listens on the discard port
    start = room.transfer()
    await room.start(start)
    assert await room.state(start.op_id) == "VOID"
    assert await room.told(start.op_id) == ["failed:unavailable"]


async def test_the_same_operation_asked_for_twice_is_one(room):
    start = room.transfer()
    await asyncio.gather(*(room.adapters.desk.start(start, room.conversation) for _ in range(10)))
    await room.adapters.desk.settled()
    assert await room.start(start) == "POSTED"
    assert await room.told(start.op_id) == ["done"]
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_another_amount_under_the_same_operation_is_a_conflict(room):
    op_id = uuid4()
    await room.start(room.transfer("50.00 UAH", op_id))
    with pytest.raises(Conflict):
        await room.start(room.transfer("60.00 UAH", op_id))
    assert await room.pool.fetchval("select amount_minor from money.operation where op_id = $1", op_id) == 5000


async def test_a_card_of_somebody_else_pays_nothing(room):
    others = await room.bank.customer(phone="+380991112233")
    listed = (await room.bank.http.get(f"{room.bank.url}/api/accounts")).json()
    assert others
    assert listed
    from core_adapters.ports import Person

    room.people.known["boris"] = Person("+380991112233", "Boris", "Sad", identified=True)
    theirs = (await room.adapters.questions.bank.ask(Question("cards.list_active", "boris", {}, {})))["options"][0][
        "id"
    ]
    start = room.transfer(inputs={"from": theirs, "amount": "50.00 UAH"})
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:unavailable"]
    assert await room.bank.postings(core_ref(start.op_id)) == []


async def test_an_order_that_nobody_has_confirmed_is_never_sent(room):
    start = replace(room.transfer(), snapshot_hash=None)
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:not_proven"]
    assert await room.bank.postings(core_ref(start.op_id)) == []


async def test_an_order_that_differs_from_what_was_shown_is_never_sent(room):
    shown = room.transfer("50.00 UAH")
    start = room.transfer("60.00 UAH", shown.op_id, snapshot_hash=shown.snapshot_hash)
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:not_proven"]
    assert await room.bank.postings(core_ref(start.op_id)) == []
