"""kill -9 between the legs of a top-up, before and after each party has heard of it: the next process ends it, once."""

import asyncio

import pytest
from payers import at_the_acquirer, books_add_up, credits_of, ended, fault, leg_of, lock, paid, request, top_up

from tests.core_adapters.doomed_process import PATIENCE_S, doomed_process, key, keyring

__all__ = ["key", "keyring"]  # fixtures


def doomed(room, database, key):
    """A process that delivers, to be killed on leaving."""
    return doomed_process(
        "acquirer.doomed_worker", database=database, key=key, url=room.bank.url, token=room.core_token
    )


async def until_it_hangs(room, order, operation):
    """Until the delivery is out and the fault that it is to die in has been used up."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            leg = await leg_of(room, order)
            faults = (await room.bank.http.get(f"{room.bank.url}/api/faults")).json()
            if leg is not None and leg.state == "SENDING" and all(one["operation"] != operation for one in faults):
                await asyncio.sleep(0.1)
                return
            await asyncio.sleep(0.02)


async def recovered(room):
    """The next process finds it after the lease."""
    room.clock.jump(seconds=31)
    await room.adapters.worker.round()
    await room.rounds(4)


@pytest.mark.parametrize("heard", ["timeout_before", "timeout_after"])
@pytest.mark.parametrize(("core", "operation"), [("rest", "credit"), ("acquirer", "capture")])
async def test_killed_between_the_legs_is_credited_and_captured_once(room, database, key, core, operation, heard):
    order = await paid(room, top_up(room))
    await fault(room, core, operation, heard)
    async with doomed(room, database, key):
        await until_it_hangs(room, order, operation)
    assert await ended(room, order) is None
    await recovered(room)
    assert await ended(room, order) == "ok"
    assert len(await credits_of(room, order)) == 1
    assert await at_the_acquirer(room, order) == ("captured", ["capture"])
    assert (await books_add_up(room))["acquirer-UAH"] == 0


@pytest.mark.parametrize("heard", ["timeout_before", "timeout_after"])
async def test_killed_on_the_way_back_gives_it_back_once(room, database, key, tmp_path, heard):
    order = await paid(room, request(room))
    await lock(room, tmp_path)
    await fault(room, "acquirer", "void", heard)
    async with doomed(room, database, key):
        await until_it_hangs(room, order, "void")
    assert await ended(room, order) is None
    await recovered(room)
    assert await ended(room, order) == "declined"
    assert await at_the_acquirer(room, order) == ("voided", ["void"])
    assert await credits_of(room, order) == []


async def test_killed_before_it_has_heard_that_somebody_paid_delivers_all_the_same(room, database, key):
    order = await paid(room, top_up(room))
    await fault(room, "acquirer", "enquiry", "timeout_before", count=2)
    async with doomed(room, database, key):
        await asyncio.sleep(1.5)
    assert await leg_of(room, order) is None
    await room.bank.http.delete(f"{room.bank.url}/api/faults")
    await recovered(room)
    assert await ended(room, order) == "ok"
