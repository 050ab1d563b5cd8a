"""Each day is compared with the bank's books by itself: once, after it is over, and later when the bank was away."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core_adapters.failures import Unavailable
from core_adapters.operations.daily import CAUGHT_UP, Daily
from core_adapters.operations.ids import core_ref
from core_adapters.operations.reconciling import Reconciling

DAY = timedelta(days=1)


class Bank:
    """A core whose statements are empty, and which can be away."""

    name = "bank"

    def __init__(self):
        self.asked, self.away = [], False

    async def statement(self, day):
        if self.away:
            raise Unavailable("closed")
        self.asked.append(day)
        return {}


@pytest.fixture
def bank_books():
    return Bank()


@pytest.fixture
def noon(room):
    """A moment at noon, so that no test meets midnight by itself."""
    now = room.clock()
    room.clock.ahead += now.replace(hour=12, minute=0, second=0, microsecond=0) + DAY - now
    return room.clock().date()


def daily(room, books):
    return Daily(Reconciling(room.adapters.desk.store, books))


async def compared(room):
    return [row["day"] for row in await room.pool.fetch("select day from money.recon_day where done_at is not null")]


async def test_the_day_before_is_compared_once(room, bank_books, noon):
    job = daily(room, bank_books)
    await job.compare()
    room.clock.jump(minutes=5)
    await job.compare()
    assert await compared(room) == [noon - DAY]
    assert bank_books.asked.count(noon - DAY) == 1


async def test_a_day_waits_until_the_bank_has_booked_its_end(room, bank_books, noon):
    room.clock.ahead += timedelta(hours=12, minutes=30)
    await daily(room, bank_books).compare()
    assert await compared(room) == [noon - DAY]
    room.clock.jump(hours=1)
    await daily(room, bank_books).compare()
    assert await compared(room) == [noon - DAY, noon]


async def test_a_bank_without_a_statement_is_asked_again_later(room, bank_books, noon):
    bank_books.away = True
    job = daily(room, bank_books)
    await job.compare()
    assert await compared(room) == []
    bank_books.away = False
    room.clock.jump(minutes=2)
    await job.compare()
    assert await compared(room) == [noon - DAY]


async def test_days_of_an_outage_are_caught_up_in_order(room, bank_books, noon):
    await daily(room, bank_books).compare()
    room.clock.jump(days=4)
    await daily(room, bank_books).compare()
    assert await compared(room) == [noon + n * DAY for n in range(-1, 4)]
    room.clock.jump(days=30)
    await daily(room, bank_books).compare()
    assert len(await compared(room)) == 5 + CAUGHT_UP


async def test_two_processes_compare_a_day_between_them(room, bank_books, noon):
    await asyncio.gather(*(daily(room, bank_books).compare() for _ in range(8)))
    assert await compared(room) == [noon - DAY]
    assert bank_books.asked.count(noon - DAY) == 1


async def test_the_worker_finds_by_itself_what_the_bank_has_booked_and_we_have_not(room):
    await room.start(room.transfer("70.00 UAH"))
    await room.bank.fault("transfer", "reset_after")
    lost = room.transfer()
    await room.start(lost)  # in doubt, and nobody has asked yet
    today = datetime.now(UTC).date()
    now = room.clock()
    room.clock.ahead += now.replace(hour=2, minute=0) + DAY - now
    for job in room.adapters.worker.more:
        await job()
    assert today in await compared(room)
    kept = await room.pool.fetch("select reference, verdict from money.recon where day = $1", today)
    assert sorted(row["verdict"] for row in kept) == ["match", "theirs-only"]
    assert core_ref(lost.op_id) in {row["reference"] for row in kept if row["verdict"] == "theirs-only"}
