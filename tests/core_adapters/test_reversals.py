"""Taking a posted transfer back: an operation of its own, once, and in doubt as any other."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from core_adapters.failures import Declined, Unclear
from core_adapters.operations.reversing import NotReversible, Reversing
from core_adapters.operations.store import NoSuchOperation
from flows.money import Money
from tests.core_adapters.taking_back import taking_back


@pytest.fixture
def core(room):
    return taking_back(room)


@pytest.fixture
def reversing(room):
    return Reversing(room.adapters.desk.accepting)


async def paid(room, amount="50.00 UAH"):
    start = room.transfer(amount)
    await room.start(start)
    return start.op_id


async def balances(room):
    rows = await room.pool.fetch("select account, sum(delta_minor) as total from money.ledger_entry group by account")
    return {row["account"]: int(row["total"]) for row in rows if row["total"]}


async def test_a_transfer_is_taken_back_whole_and_the_books_are_as_before(room, core, reversing):
    op_id = await paid(room)
    begun = await reversing.begin(op_id, "staff olena", "disputed")
    assert (begun.state, await room.state(op_id)) == ("APPROVED", "REVERSING")
    await room.rounds(1)
    assert (await room.state(begun.op_id), await room.state(op_id)) == ("POSTED", "REVERSED")
    assert {name for name in await balances(room) if not name.startswith(("fees:", "account:"))} == set()
    (call,) = core.calls
    assert call.inputs["of"] == await room.pool.fetchval("select core_ref from money.operation where op_id = $1", op_id)
    assert await room.told(op_id) == ["done"]
    rows = await room.pool.fetch("select action from money.audit where object = $1 order by seq", str(op_id))
    assert [row["action"] for row in rows][-2:] == ["reversing", "reversed"]


async def test_a_reversal_begun_twenty_times_at_once_is_one(room, core, reversing):
    op_id = await paid(room)
    begun = await asyncio.gather(*(reversing.begin(op_id, "staff olena", "disputed") for _ in range(20)))
    assert len({one.op_id for one in begun}) == 1
    assert [one.fresh for one in begun].count(True) == 1
    await room.rounds(3)
    assert len(core.calls) == 1
    again = await reversing.begin(op_id, "staff olena", "disputed")
    assert (again.fresh, again.state) == (False, "POSTED")


async def test_a_reversal_without_an_answer_is_in_doubt_and_taken_back_once(room, core, reversing):
    op_id = await paid(room)
    core.answers = Unclear("timeout")
    begun = await reversing.begin(op_id, "staff olena", "disputed")
    await room.adapters.worker.round()
    assert (await room.state(begun.op_id), await room.state(op_id)) == ("UNKNOWN", "REVERSING")
    with pytest.raises(NotReversible, match="stands already"):
        await reversing.begin(op_id, "staff olena", "again", Money(100, "UAH"))
    await room.rounds(4)
    assert (await room.state(begun.op_id), await room.state(op_id), len(core.calls)) == ("POSTED", "REVERSED", 1)


async def test_a_refused_reversal_leaves_the_transfer_posted_and_may_be_tried_again(room, core, reversing):
    op_id = await paid(room)
    core.lands, core.answers = False, Declined("too_late")
    first = await reversing.begin(op_id, "staff olena", "disputed")
    await room.rounds(1)
    assert (await room.state(first.op_id), await room.state(op_id)) == ("REJECTED", "POSTED")
    core.lands, core.answers = True, None
    second = await reversing.begin(op_id, "staff olena", "disputed")
    await room.rounds(1)
    assert second.op_id != first.op_id
    assert (await room.state(second.op_id), await room.state(op_id)) == ("POSTED", "REVERSED")


async def test_a_part_is_taken_back_and_never_more_than_was_paid(room, core, reversing):
    op_id = await paid(room)
    with pytest.raises(NotReversible, match="at most"):
        await reversing.begin(op_id, "staff olena", "disputed", Money(5001, "UAH"))
    with pytest.raises(NotReversible, match="currency"):
        await reversing.begin(op_id, "staff olena", "disputed", Money(100, "EUR"))
    await reversing.begin(op_id, "staff olena", "disputed", Money(2000, "UAH"))
    await room.rounds(1)
    assert (await balances(room))[f"card:{room.payee.token}"] == 3000
    assert core.calls[0].amount == Money(2000, "UAH")


async def test_what_is_no_posted_transfer_is_not_taken_back(room, core, reversing):
    op_id = await paid(room)
    begun = await reversing.begin(op_id, "staff olena", "disputed")
    await room.rounds(1)
    for one in (begun.op_id, await room.on_hold()):
        with pytest.raises(NotReversible):
            await reversing.begin(one, "staff olena", "disputed")
    with pytest.raises(NoSuchOperation):
        await reversing.begin(uuid4(), "staff olena", "disputed")


async def test_a_bank_that_takes_nothing_back_is_said(room, reversing):
    with pytest.raises(NotReversible, match="takes nothing back"):
        await reversing.begin(await paid(room), "staff olena", "disputed")


@pytest.mark.parametrize("change", ["state = 'REVERSING'", "state = 'REVERSED'", "state = 'REJECTED', error = 'x'"])
async def test_the_database_moves_a_posted_row_for_a_reversal_only(room, change):
    op_id = await paid(room)
    with pytest.raises(asyncpg.CheckViolationError, match="final"):
        await room.pool.execute(f"update money.operation set {change} where op_id = $1", op_id)


async def test_the_database_refuses_a_second_reversal_and_too_large_a_one(room, core, reversing):
    op_id = await paid(room)
    copy = (
        "insert into money.operation select (jsonb_populate_record(o, jsonb_build_object('op_id', $2::uuid, 'core_ref',"
        " rpad('A', 26, 'B'), 'reverses', o.op_id, 'action', 'transfers.reverse', 'state', 'APPROVED', 'amount_minor',"
        " o.amount_minor + $3))).* from money.operation o where op_id = $1"
    )
    with pytest.raises(asyncpg.CheckViolationError, match="taken back"):
        await room.pool.execute(copy, op_id, uuid4(), 1)
    await reversing.begin(op_id, "staff olena", "disputed")
    with pytest.raises(asyncpg.CheckViolationError, match="taken back"):
        await room.pool.execute(copy, op_id, uuid4(), 0)
