"""Done rows go after their time; duplicates are known for as long as a platform may repeat itself."""

import asyncpg
from turn_rig import Recorder, rows, working

from bot.keyring import Keyring
from bot.retention import INBOX_KEPT_DAYS, OUTBOX_KEPT_DAYS, Retention

REPEATED_FOR_DAYS = 7  # WhatsApp's own word


async def aged(database: str, days: float) -> None:
    """Make everything so much older."""
    connection = await asyncpg.connect(database)
    await connection.execute("update bot.inbox set received_at = received_at - $1 * interval '1 day'", days)
    await connection.execute(
        "update bot.outbox set created_at = created_at - $1 * interval '1 day', "
        "ended_at = ended_at - $1 * interval '1 day'", days,
    )  # fmt: skip
    await connection.close()


async def test_a_message_repeated_after_a_week_is_still_known_and_later_its_row_goes(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    retention = Retention(lambda: asyncpg.connect(database), batch=2)
    async with working(database, keyring, recorder) as worker:
        for n in range(5):
            await worker.post_update(n, "hi", f"c{n}")
        await worker.quiet()
        await aged(database, REPEATED_FOR_DAYS + 0.5)
        assert await retention.once() == 0
        await worker.post_update(0, "hi", "c0")
        await worker.quiet()
        assert len(recorder.calls) == 5
        await aged(database, INBOX_KEPT_DAYS - REPEATED_FOR_DAYS)
        assert await retention.once() == 5
        assert await rows(database, "select count(*) from bot.inbox") == [(0,)]
        assert await rows(database, "select count(*) from bot.outbox") == [(5,)]
        await aged(database, OUTBOX_KEPT_DAYS)
        assert await retention.once() == 5
    assert await rows(database, "select count(*) from bot.outbox") == [(0,)]


async def test_what_is_not_done_stays_however_old_it_is(database: str, keyring: Keyring, recorder: Recorder) -> None:
    recorder.open.clear()
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "waits")
        await worker.turns.drain()
        await worker.post_update(2, "boom", "olha")
        await worker.turns.drain()
        await aged(database, 100)
        assert await Retention(lambda: asyncpg.connect(database)).once() == 1  # the inbox row of the first
        assert await rows(database, "select status from bot.inbox") == [("parked",)]
        assert await rows(database, "select status from bot.outbox") == [("new",)]
