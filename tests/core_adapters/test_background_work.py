"""What runs beside the conversations: it begins and ends with its process, and one mishap does not stop the rest."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core_adapters.app import build
from core_adapters.failures import Unavailable
from core_adapters.operations.accepting import SENDER_GRACE
from core_adapters.operations.ids import core_ref
from core_adapters.operations.worker import Worker
from core_adapters.registering import Registration
from core_adapters.settings import CoreSettings
from core_adapters.webhooks import signing_secret

PATIENCE_S = 10


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that happens by itself."""
    async with asyncio.timeout(PATIENCE_S):
        while not await true():  # noqa: ASYNC110 -- it is seen in the database alone
            await asyncio.sleep(0.01)


async def unsent(room):
    """An approved transfer whose process is gone, due now."""
    sends, room.adapters.desk.started = room.adapters.desk.started, False
    start = room.transfer()
    assert await room.start(start) == "APPROVED"
    room.adapters.desk.started = sends
    room.clock.jump(seconds=SENDER_GRACE.total_seconds() + 1)
    return start


async def test_a_process_that_begins_sends_what_another_left_and_ends_with_all_it_began(room):
    start = await unsent(room)

    async def posted():
        return await room.state(start.op_id) == "POSTED"

    await room.adapters.start()
    await until(posted)
    await room.adapters.stop()
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1
    later = room.transfer()
    assert await room.start(later) == "APPROVED", "who has stopped sends nothing"
    assert await room.state(later.op_id) == "APPROVED"


async def test_a_worker_that_is_woken_does_not_wait_for_its_next_round(room, monkeypatch):
    monkeypatch.setattr("core_adapters.operations.worker.ROUND_S", 3600)
    rounds = []

    async def count():
        rounds.append(await room.adapters.audit.link(room.pool))

    async def begun():
        return len(rounds) == 1

    async def posted():
        return await room.state(start.op_id) == "POSTED"

    worker = Worker(room.adapters.desk.store, room.adapters.desk.performers, more=(count,))
    worker.start()
    await until(begun)
    start = await unsent(room)
    assert await room.state(start.op_id) == "APPROVED"
    worker.wake()
    await until(posted)
    await worker.stop()


async def test_a_round_that_fails_is_not_the_last(room, monkeypatch):
    monkeypatch.setattr("core_adapters.operations.worker.ROUND_S", 0.01)
    tried = []

    async def breaks_twice():
        tried.append(len(tried))
        if len(tried) < 3:
            raise OSError("no way there")

    async def went_on():
        return len(tried) > 3

    worker = Worker(room.adapters.desk.store, room.adapters.desk.performers, more=(breaks_twice,))
    worker.start()
    await until(went_on)
    await worker.stop()


async def test_an_operation_that_nobody_here_performs_keeps_no_other_waiting(room):
    room.adapters.desk.started = False
    code = room.order("sca.send_code", {"for_op": str(uuid4()), "snapshot_hash": "0" * 64})
    assert await room.start(code) == "APPROVED"
    start = await unsent(room)
    performers = {name: one for name, one in room.adapters.desk.performers.items() if name != "sca"}
    await Worker(room.adapters.desk.store, performers).round()
    assert (await room.state(code.op_id), await room.state(start.op_id)) == ("APPROVED", "POSTED")


async def test_an_operation_whose_key_is_gone_keeps_no_other_waiting(room):
    strange, known = await unsent(room), await unsent(room)
    await room.pool.execute("update money.operation set request = 'x' where op_id = $1", strange.op_id)
    await room.rounds(1, jump_s=1)
    assert (await room.state(strange.op_id), await room.state(known.op_id)) == ("APPROVED", "POSTED")


async def test_calls_that_are_out_come_back_before_a_process_ends_and_late_ones_are_left_in_doubt(room, monkeypatch):
    monkeypatch.setattr("core_adapters.operations.desk.STOP_S_MAX", 0.3)
    start = room.transfer()
    await room.bank.fault("transfer", "timeout_after")
    await room.adapters.desk.start(start, room.conversation)

    async def sending():
        return len(await room.bank.postings(core_ref(start.op_id))) == 1

    await until(sending)
    await room.adapters.desk.stop()
    assert await room.state(start.op_id) == "SENDING", "somebody else makes it unknown when its lease is over"
    room.clock.jump(seconds=31)
    await room.rounds(1, jump_s=0)
    assert await room.state(start.op_id) == "UNKNOWN"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_a_second_task_for_an_operation_finds_it_sent_and_one_for_none_finds_nothing(room):
    start = room.transfer()
    await room.start(start)
    assert await room.adapters.desk.see_through(start.op_id, 5) == "POSTED"
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1
    with pytest.raises(LookupError):
        await room.adapters.desk.see_through(uuid4(), 5)


def test_without_a_clock_of_a_test_the_time_is_the_worlds_and_names_its_zone():
    settings = CoreSettings("sandbox", "https://core.example", "token")
    told = build(None, None, None, None, None, settings, None).desk.store.clock()
    assert told.utcoffset() == timedelta()
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=1)


class Partner:
    """Somebody with news who cannot be reached at first."""

    name = "partner"

    def __init__(self):
        self.asked = []

    async def register_webhook(self, url, secret):
        self.asked.append((url, secret))
        if len(self.asked) == 1:
            raise Unavailable("closed")


async def test_whose_news_we_want_is_told_where_until_it_is_taken(monkeypatch):
    monkeypatch.setattr("core_adapters.registering.AGAIN_S", 0.01)
    partner, url = Partner(), "https://bank.example/webhooks/core/partner"
    await Registration(partner, url, ("first", "second")).until_done()
    assert partner.asked == [(url, signing_secret("first"))] * 2


@pytest.mark.parametrize(("url", "secrets"), [("", ("first",)), ("https://bank.example", ())])
async def test_without_an_address_or_a_secret_nobody_is_told(url, secrets):
    partner = Partner()
    await Registration(partner, url, secrets).until_done()
    assert partner.asked == []
