"""What was approved and never sent ends by itself, and is never sent late."""

import asyncio

from core_adapters.operations import expiring
from core_adapters.operations.ids import core_ref
from core_adapters.operations.sending import send


async def unsent(room, **jump):
    """An approved transfer whose process is gone."""
    room.adapters.desk.started = False
    start = room.transfer()
    assert await room.start(start) == "APPROVED"
    room.clock.jump(**jump)
    return start.op_id


async def test_what_expired_unsent_is_void_its_limit_free_and_the_customer_told_once(room):
    op_id = await unsent(room, minutes=16)
    await room.rounds(2)
    assert (await room.state(op_id), await room.told(op_id)) == ("VOID", ["failed:unavailable"])
    assert await room.bank.postings(core_ref(op_id)) == []
    assert await room.pool.fetchval("select count(*) from money.limit_hold where released_at is null") == 0


async def test_what_has_not_expired_is_sent(room):
    op_id = await unsent(room, minutes=14)
    await room.rounds(1)
    assert await room.state(op_id) == "POSTED"


async def test_a_sender_that_wakes_late_takes_nothing_that_has_expired(room):
    op_id = await unsent(room, minutes=16)
    store, performers = room.adapters.desk.store, room.adapters.desk.performers
    assert await send(store, performers, await store.find(op_id)) is None
    assert (await room.state(op_id), await room.bank.postings(core_ref(op_id))) == ("APPROVED", [])


async def test_senders_and_expirers_at_once_end_it_one_way(room):
    op_id = await unsent(room, minutes=15)
    store, performers = room.adapters.desk.store, room.adapters.desk.performers
    operation = await store.find(op_id)
    room.clock.jump(seconds=-0.2)  # it expires while they are at it
    both = [job for _ in range(8) for job in (send(store, performers, operation), expiring.expire(store))]
    await asyncio.gather(*both)
    booked, state = len(await room.bank.postings(core_ref(op_id))), await room.state(op_id)
    assert (state, booked) in {("POSTED", 1), ("VOID", 0), ("APPROVED", 0)}
    assert len(await room.told(op_id)) <= 1


async def test_what_was_sent_and_is_in_doubt_does_not_expire(room):
    await room.bank.fault("transfer", "reset_after")
    await room.bank.fault("enquiry", "down", count=9)
    start = room.transfer()
    await room.start(start)
    state = await room.state(start.op_id)
    room.clock.jump(hours=1)
    assert (state, await expiring.expire(room.adapters.desk.store)) == ("UNKNOWN", 0)
