"""kill -9 at the instants that hurt: approved, on the way to the bank, booked there and not yet answered."""

import asyncio
import json

from core_adapters.operations.ids import core_ref
from core_adapters.operations.records import START
from tests.core_adapters.doomed_process import PATIENCE_S, doomed_process, key, keyring

__all__ = ["key", "keyring"]  # fixtures


def doomed(room, database, key, start, sends=True):
    """The process, to be killed on leaving."""
    return doomed_process(
        "doomed", database=database, key=key, url=f"{room.bank.url}/bank/v1", token=room.core_token, sends=sends,
        start=json.loads(START.dump_json(start)), conversation=str(room.conversation),
    )  # fmt: skip


async def until(ask):
    """Ask until the answer is yes."""
    async with asyncio.timeout(PATIENCE_S):
        while not await ask():  # noqa: ASYNC110 -- the bank and the database offer no event
            await asyncio.sleep(0.02)


async def recovered(room, start):
    """The next process finds it after the lease, and asks the bank."""
    room.clock.jump(seconds=31)
    await room.adapters.worker.round()
    await room.rounds()
    return await room.state(start.op_id)


async def test_killed_after_the_bank_has_booked_it_is_paid_once(room, database, key):
    await room.bank.fault("transfer", "timeout_after")
    start = room.transfer()
    async with doomed(room, database, key, start):
        await until(lambda: room.bank.postings(core_ref(start.op_id)))
    assert await room.state(start.op_id) == "SENDING"
    assert await recovered(room, start) == "POSTED"
    assert await room.told(start.op_id) == ["unknown:unknown_result", "done"]
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_killed_before_the_bank_has_heard_of_it_is_paid_once(room, database, key):
    await room.bank.fault("transfer", "timeout_before")
    start = room.transfer()

    async def is_out():
        return await room.state(start.op_id) == "SENDING"

    async with doomed(room, database, key, start):
        await until(is_out)
    assert await recovered(room, start) == "POSTED"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_killed_before_sending_is_sent_by_another_process(room, database, key):
    start = room.transfer()
    async with doomed(room, database, key, start, sends=False):
        assert await room.state(start.op_id) == "APPROVED"
    await room.rounds(1)
    assert await room.state(start.op_id) == "POSTED"
    assert await room.told(start.op_id) == ["done"]
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_two_processes_that_recover_at_once_pay_once(room, database, key):
    await room.bank.fault("transfer", "down")
    start = room.transfer()
    await room.start(start)
    room.clock.jump(seconds=5)
    other = room.build(f"{room.bank.url}/bank/v1")
    await asyncio.gather(*(adapters.worker.round() for adapters in (room.adapters, other) for _ in range(3)))
    assert await room.state(start.op_id) == "POSTED"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1
    await other.stop()
