"""kill -9 between the legs of a top-up, before and after each party has heard of it: the next process ends it, once."""

import asyncio
import base64
import json
import secrets
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from payers import at_the_acquirer, books_add_up, credits_of, ended, fault, leg_of, lock, paid, request, top_up

from bot.keyring import Keyring

ROOT = Path(__file__).parents[3]
PATIENCE_S = 30


@pytest.fixture(scope="module")
def key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture(scope="module")
def keyring(key):
    return Keyring([key])


@asynccontextmanager
async def doomed(room, database, key):
    """A process that delivers, to be killed on leaving."""
    told = {"database": database, "key": key, "url": room.bank.url, "token": room.core_token, "phone": "+380501112233"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.core_adapters.acquirer.doomed_worker", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        process.stdin.write(json.dumps(told).encode())
        process.stdin.close()
        assert (await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)).startswith(b"started")
        yield
    finally:
        process.kill()
        await process.wait()


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
