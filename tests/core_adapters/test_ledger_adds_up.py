"""The ledger: what is booked adds up to nothing, and nothing is booked that did not happen."""

from collections import Counter
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_adapters.operations import ledger
from core_adapters.operations.ledger import Entry

REFUSED = asyncpg.CheckViolationError
NAMES = st.sampled_from(["account:a", "card:b", "fees:bank", "clearing:bank"])
CHANGES = st.lists(st.builds(Entry, NAMES, st.integers(-(10**12), 10**12)), max_size=12)


async def booked(room, op_id):
    rows = await room.pool.fetch("select * from money.ledger_entry where op_id = $1", op_id)
    return Counter({row["account"]: row["delta_minor"] for row in rows})


async def test_a_posted_transfer_is_booked_from_payer_to_payee_and_fee(room):
    start = room.transfer("50.00 UAH")
    await room.start(start)
    fee = await room.pool.fetchval("select fee_minor from money.operation where op_id = $1", start.op_id)
    expected = {f"account:{room.payer}": -5000 - fee, f"card:{room.payee.token}": 5000, "fees:sandbox": fee}
    assert await booked(room, start.op_id) == Counter({name: delta for name, delta in expected.items() if delta})


@pytest.mark.parametrize("outcome", ["refuse", "down"])
async def test_what_was_not_posted_is_not_booked(room, outcome):
    await room.bank.fault("transfer", outcome)
    start = room.transfer()
    await room.start(start)
    assert await booked(room, start.op_id) == {}


async def test_a_transfer_in_doubt_is_booked_once_when_the_bank_has_told(room):
    await room.bank.fault("transfer", "reset_after")
    start = room.transfer()
    await room.start(start)
    assert await booked(room, start.op_id) == {}
    await room.rounds(4)
    assert await room.state(start.op_id) == "POSTED"
    assert sum((await booked(room, start.op_id)).values()) == 0
    assert len(await booked(room, start.op_id)) >= 2


async def write(room, op_id, *rows):
    """Entries by hand, all in one transaction."""
    await room.pool.executemany(ledger.INSERT, [(op_id, *row, room.clock()) for row in rows])


async def a_posted_one(room):
    start = room.transfer()
    await room.start(start)
    return start.op_id


async def test_an_entry_that_leaves_something_over_is_refused_at_the_end(room):
    op_id = await a_posted_one(room)
    with pytest.raises(REFUSED, match="do not add up"):
        await room.pool.execute(ledger.INSERT, op_id, "account:thief", "UAH", 1, room.clock())


async def test_two_currencies_do_not_make_up_for_each_other(room):
    op_id = await a_posted_one(room)
    with pytest.raises(REFUSED, match="do not add up"):
        await write(room, op_id, ("account:a", "USD", 5), ("account:b", "EUR", -5))


async def test_an_operation_that_moved_nothing_cannot_be_booked(room):
    room.adapters.desk.started = False
    start = room.transfer()
    await room.start(start)
    with pytest.raises(REFUSED, match="moved nothing"):
        await write(room, start.op_id, ("account:a", "UAH", 5), ("account:b", "UAH", -5))


async def test_posted_without_entries_is_refused_at_the_end(room):
    room.adapters.desk.started = False
    start = room.transfer()
    await room.start(start)
    operation = await room.adapters.desk.store.claim(start.op_id, "APPROVED")
    with pytest.raises(REFUSED, match="posted and not booked"):
        await room.pool.execute("update money.operation set state = 'POSTED' where op_id = $1", operation.op_id)


@pytest.mark.parametrize("change", ["update money.ledger_entry set delta_minor = 1", "delete from money.ledger_entry"])
async def test_the_ledger_only_grows(room, change):
    await a_posted_one(room)
    with pytest.raises(REFUSED, match="only grows"):
        await room.pool.execute(change)


@given(CHANGES)
def test_whatever_is_balanced_sums_to_nothing_with_one_entry_an_account(changes):
    total = sum(change.delta_minor for change in changes)
    if total:
        with pytest.raises(ValueError, match="add up"):
            ledger.balanced(changes)
    evened = [*changes, Entry("fees:bank", -total)]
    found = ledger.balanced(evened)
    assert sum(entry.delta_minor for entry in found) == 0
    assert len({entry.account for entry in found}) == len(found)
    assert all(entry.delta_minor for entry in found)
    for account in {change.account for change in evened}:
        wanted = sum(change.delta_minor for change in evened if change.account == account)
        assert sum(entry.delta_minor for entry in found if entry.account == account) == wanted


async def test_every_operation_of_many_sums_to_nothing(room):
    starts = [room.transfer(f"{amount}.{amount:02} UAH", uuid4()) for amount in range(1, 13)]
    for start in starts:
        await room.start(start)
    rows = await room.pool.fetch(
        "select op_id, currency, sum(delta_minor) as total from money.ledger_entry group by 1, 2"
    )
    assert len(rows) == len(starts)
    assert {row["total"] for row in rows} == {0}
