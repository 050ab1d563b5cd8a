"""What was told goes after thirty days; what still waits stays, and the same news is not told again."""

from uuid import uuid4

import asyncpg
import pytest
from card_world import buys, door, heard

from bot.retention import NOTICES_KEPT_DAYS, OF_MONEY, Retention

WAITING = "update money.notice set done_at = null, outcome = null, due_at = now() - interval '1 year'"
AGED = "update money.notice set done_at = now() - $1::int * interval '1 day' where done_at is not null"
COUNT = "select count(*) from money.notice"


@pytest.fixture
def retention(database):
    return Retention(lambda: asyncpg.connect(database), tables=OF_MONEY)


async def test_what_was_told_goes_after_thirty_days_and_is_not_told_again(room, retention):
    room.people.chats["anna"] = uuid4()
    async with door(room) as bell:
        await buys(room)
        await bell.until(1)
        assert len(await heard(room)) == 1
        await room.pool.execute(AGED, NOTICES_KEPT_DAYS - 1)
        assert await retention.once() == 0
        await room.pool.execute(AGED, NOTICES_KEPT_DAYS + 1)
        assert await retention.once() == 1
        for headers, body in bell.taken:
            assert await room.adapters.core_events("sandbox", headers, body) == 204
        assert len(await heard(room)) == 1
        assert await room.pool.fetchval(COUNT) == 0


async def test_what_waits_stays_however_old_it_is(room, retention):
    async with door(room) as bell:
        await buys(room)
        await bell.until(1)
        await heard(room)
    await room.pool.execute(
        "update money.notice set done_at = null, outcome = null, due_at = now() - interval '1 year'"
    )
    assert await retention.once() == 0
    assert await room.pool.fetchval(COUNT) == 1
