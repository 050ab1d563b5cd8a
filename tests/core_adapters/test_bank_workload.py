"""Many transfers against a bank that fails in every way there is: in the end its books and our rows agree."""

import asyncio
import random

from core_adapters.operations.ids import core_ref

OUTCOMES = ("ok", "refuse", "down", "reset_after", "garbage", "ok")
TRANSFERS, BATCH = 48, 6


async def some(room, dice):
    """A few transfers at once, while the bank misbehaves in some way for some of them."""
    await room.bank.fault("transfer", dice.choice(OUTCOMES), count=dice.randint(1, BATCH))
    if dice.random() < 0.3:
        await room.bank.fault("enquiry", dice.choice(("down", "garbage")), count=2)
    starts = [room.transfer(f"{dice.randint(1, 99)}.{dice.randint(10, 99)} UAH") for _ in range(BATCH)]
    doubled = [start for start in starts for _ in range(dice.randint(1, 3))]
    await asyncio.gather(*(room.adapters.desk.start(start, room.conversation) for start in doubled))
    await room.adapters.desk.settled()
    return starts


async def test_after_every_kind_of_failure_each_operation_has_one_true_end(room):
    dice = random.Random(20261121)
    starts = []
    for _ in range(TRANSFERS // BATCH):
        starts += await some(room, dice)
        await room.rounds(1, jump_s=1)
    await room.rounds(12, jump_s=60)
    wrong = []
    for start in starts:
        state, booked = await room.state(start.op_id), len(await room.bank.postings(core_ref(start.op_id)))
        told = (await room.told(start.op_id))[-1]
        if (state, booked, told == "done") not in {("POSTED", 1, True), ("REJECTED", 0, False)}:
            wrong.append((state, booked, told))
    assert wrong == []
    held = await room.pool.fetchval("select sum(amount_minor) from money.limit_hold where released_at is null")
    paid = await room.pool.fetchval("select sum(amount_minor) from money.operation where state = 'POSTED'")
    assert held == paid
    checked = await room.adapters.audit.check(room.pool)
    assert checked.findings == ()
    assert checked.unlinked == 0
