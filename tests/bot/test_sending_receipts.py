"""What platforms tell later about messages that have left, in any order, twice, too early, or of somebody else's."""

import asyncio
import random
import time
from dataclasses import replace

import asyncpg
import pytest
from prometheus_client import REGISTRY
from turn_rig import CAPABILITIES, Recorder, Worker, rows, until, working

from bot import receipts
from bot.keyring import Keyring

WAITING = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
DELIVERY = "select delivery from bot.outbox where kind = 'send' order by seq"
ROW = "select status, delivery, error from bot.outbox where kind = 'send' order by seq"
LEFT_ASIDE = "select count(*) from bot.inbox where status = 'aside'"
SENT, FAILED, DELIVERED, READ = 1, 2, 3, 4


async def tell(worker: Worker, id_: int, state: str, about: str | None = "1", **more: object) -> None:
    """The platform's news."""
    assert await worker.post_update(id_, "", type="delivery_status", state=state, about=about, **more) == 200
    await worker.quiet()


def alerts(code: str) -> float:
    """How often staff were told so."""
    return REGISTRY.get_sample_value("teller_alerts_total", {"code": code}) or 0.0


@pytest.mark.parametrize(
    ("states", "rank"),
    [(("read", "delivered", "sent"), READ), (("sent", "delivered", "read"), READ), (("delivered", "sent"), DELIVERED),
     (("sent",), SENT), (("delivered", "failed"), DELIVERED), (("failed", "delivered"), DELIVERED),
     (("failed",), FAILED), (("danced",), 0)],
)  # fmt: skip
async def test_what_became_of_a_message_only_grows(
    database: str, keyring: Keyring, recorder: Recorder, states: tuple[str, ...], rank: int
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        for n, state in enumerate(states):
            await tell(worker, 10 + n, state)
    assert await rows(database, DELIVERY) == [(rank,)]
    assert await rows(database, LEFT_ASIDE) == [(0,)]


async def test_news_begins_no_turn_and_is_taken_once(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        await tell(worker, 2, "read")
        await tell(worker, 2, "read")
        await worker.post_update(3, "again")
        await worker.quiet()
    assert recorder.texts() == ["1:hi", "2:again"]
    assert await rows(database, "select count(*) from bot.inbox") == [(3,)]


async def test_a_watermark_means_everything_sent_until_then(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "three")
        await worker.quiet()
        mark = int(time.time() * 1000)
        while int(time.time() * 1000) == mark:  # noqa: ASYNC110 - the clock tells nobody
            await asyncio.sleep(0.0005)
        await worker.post_update(2, "later")
        await worker.post_update(3, "hi", "olha")
        await worker.quiet()
        await tell(worker, 4, "read", about=None, watermark_ms=mark)
        assert sorted(await rows(database, DELIVERY)) == [(0,), (0,), (READ,), (READ,), (READ,)]
        await tell(worker, 5, "delivered", about=None, watermark_ms=mark + 60_000)
    assert sorted(await rows(database, DELIVERY)) == [(0,), (DELIVERED,), (READ,), (READ,), (READ,)]


async def test_news_that_overtakes_the_record_of_the_sending_is_not_lost(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    connection = await asyncpg.connect(database)
    async with working(database, keyring, recorder) as worker:
        recorder.open.clear()
        await worker.post_update(1, "hi")
        await worker.turns.drain()
        locked = connection.transaction()
        await locked.start()
        await connection.execute("select from bot.outbox for update")  # the record has to wait
        recorder.open.set()
        await recorder.until(1)
        await worker.post_update(2, "", type="delivery_status", state="read", about="1")
        await worker.receipts.drain()
        assert await rows(database, DELIVERY) == [(0,)]
        await locked.rollback()
        await until(database, f"select 1 from bot.outbox where delivery = {READ}")
        await until(database, "select 1 where not exists (select from bot.inbox where status <> 'done')")
    await connection.close()


async def test_news_of_a_message_that_we_never_sent_is_dropped_at_once(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        await tell(worker, 2, "delivered", about="none of ours")
        await tell(worker, 3, "failed", about="none of ours", code="403")
        await tell(worker, 4, "delivered", about="1", chat="olha")
    assert await rows(database, ROW) == [("done", 0, None)]
    assert await rows(database, "select unreachable from bot.conversation") == [(None,)]
    assert await rows(database, LEFT_ASIDE) == [(0,)]


async def test_news_that_waits_for_a_record_that_never_comes_is_dropped_in_the_end_and_holds_up_nobody(
    database: str, keyring: Keyring, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "PAUSE_S", 0.01)
    recorder.answers = [(200, {}), (429, {"retry_after": 60})]
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "three")
        await recorder.asked()
        await worker.post_update(2, "", type="delivery_status", state="read", about="99")
        await worker.post_update(3, "", type="delivery_status", state="failed", about="98", code="403")
        await until(database, "select 1 from bot.inbox where status = 'aside' and attempts > 1")
        await worker.post_update(4, "a turn of its own")
        await worker.turns.drain()
        assert await rows(database, "select count(*) from bot.inbox where status = 'new'") == [(0,)]
        await until(database, "select 1 where not exists (select from bot.inbox where status <> 'done')")


async def test_a_process_that_dies_with_news_leaves_it_to_the_next(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    first = Worker(database, keyring, recorder, lease_s=0.5)
    await first.post_update(1, "hi")
    await first.quiet()
    connection = await asyncpg.connect(database)
    locked = connection.transaction()
    await locked.start()
    await connection.execute("select from bot.outbox for update")
    await first.post_update(2, "", type="delivery_status", state="read", about="1")
    await first.kill()
    while await rows(database, WAITING):  # noqa: ASYNC110 -- the server must have heard that it is gone
        await asyncio.sleep(0.02)
    await locked.rollback()
    await connection.close()
    assert await rows(database, DELIVERY) == [(0,)]
    async with working(database, keyring, recorder, lease_s=0.5):
        await until(database, f"select 1 from bot.outbox where delivery = {READ}")


async def test_many_at_once_in_any_order_end_at_what_is_true(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await asyncio.gather(*[worker.post_update(n, "three", f"c{n}") for n in range(20)])
        await worker.quiet()
        sent = await rows(database, "select provider_ids[1] from bot.outbox")
        chats = {str(number + 1): call["chat"] for number, call in enumerate(recorder.calls)}
        news = [(ids, state) for (ids,) in sent for state in ("sent", "delivered", "read")]
        random.Random(7).shuffle(news)
        batch = [
            {"id": 100 + n, "chat": chats[str(about)], "text": "", "type": "delivery_status", "state": state,
             "about": about}
            for n, (about, state) in enumerate(news)
        ]  # fmt: skip
        for start in range(0, len(batch), 45):
            assert await worker.post_update(0, "", batch=batch[start : start + 45]) == 200
        await worker.quiet()
        await until(database, "select 1 where not exists (select from bot.inbox where status <> 'done')")
    assert await rows(database, "select distinct delivery from bot.outbox") == [(READ,)]


async def test_a_customer_out_of_reach_is_marked_when_the_platform_says_so_later(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        await tell(worker, 2, "failed", code="403")
        assert await rows(database, ROW) == [("done", FAILED, "failed later (403)")]
        assert await rows(database, "select unreachable from bot.conversation") == [("failed later (403)",)]
        await worker.post_update(3, "back")
        await worker.quiet()
    assert await rows(database, "select unreachable from bot.conversation") == [(None,)]


async def test_a_window_found_closed_later_sends_the_template_once(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    capabilities = replace(CAPABILITIES, window_h=24, templates=True)
    async with working(database, keyring, recorder, capabilities=capabilities) as worker:
        await worker.post_update(1, "fallback words")
        await worker.quiet()
        await tell(worker, 2, "failed", code="410")
        await recorder.until(2)
        await worker.quiet()
        await tell(worker, 3, "failed", code="410")  # of the first sending, under another id of the platform's
        await tell(worker, 4, "delivered", about="2")
        assert [call.get("template") for call in recorder.calls] == [None, "approved"]
        assert len({call["ref"] for call in recorder.calls}) == 1
        assert await rows(database, "select status, delivery, degradations from bot.outbox") == [
            ("done", DELIVERED, ["template"])
        ]
        await tell(worker, 5, "failed", about="2", code="410")
    assert len(recorder.calls) == 2


async def test_a_window_found_closed_later_without_a_template_ends_the_message_and_tells_staff(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    told = alerts("window_closed")
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        await tell(worker, 2, "failed", code="410")
    assert await rows(database, ROW) == [("window_closed", FAILED, "failed later (410)")]
    assert alerts("window_closed") == told + 1


async def test_what_may_work_the_second_time_is_sent_again_once(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        await tell(worker, 2, "failed", code="502")
        await recorder.until(2)
        await worker.quiet()
        await tell(worker, 3, "failed", about="2", code="502")
        await worker.recovery.once()
        await worker.quiet()
    assert recorder.texts() == ["1:hi", "1:hi"]
    assert await rows(database, ROW) == [("done", FAILED, "failed later (502)")]


async def test_a_message_refused_later_is_recorded_and_told_to_staff_once(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    told = alerts("message_failed")
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        await tell(worker, 2, "failed", code="400")
        await tell(worker, 3, "failed", code="400")
    assert recorder.texts() == ["1:hi"]
    assert await rows(database, ROW) == [("done", FAILED, "failed later (400)")]
    assert alerts("message_failed") == told + 1


async def test_an_account_found_stopped_later_rests_and_staff_see_it(
    database: str, keyring: Keyring, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "CHANNEL_REST_S", 1.0)
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        began = time.monotonic()
        await tell(worker, 2, "failed", code="401")
        await until(database, "select 1 from bot.switch where rests_until > now() and rests_for like '%401%'")
        await recorder.until(2)
        assert time.monotonic() - began >= 0.9
