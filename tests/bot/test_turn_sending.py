"""How messages leave: in order per chat, and each kind of failure by its own rule."""

import time

from turn_rig import Recorder, Worker, rows, working

from bot import outbox
from bot.keyring import Keyring

ENDS = "select status from bot.outbox order by conversation, seq"


async def test_a_throttled_chat_waits_in_order_while_others_go_on(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(429, {"retry_after": 1})]
    async with working(database, keyring, recorder) as worker:
        began = time.monotonic()
        await worker.post_update(1, "three", "anna")
        await worker.turns.drain()
        await recorder.asked()
        await worker.post_update(2, "hi", "olha")
        await recorder.until(1)
        assert recorder.texts() == ["1:hi"]
        assert time.monotonic() - began < 1
        await worker.quiet()
        assert time.monotonic() - began >= 1
    assert recorder.texts("anna") == ["one", "two", "three"]


async def test_a_transient_failure_is_tried_again(database: str, keyring: Keyring, recorder: Recorder) -> None:
    recorder.answers = [(502, {})]
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "three")
        await worker.quiet()
    assert recorder.texts() == ["one", "two", "three"]


async def test_a_message_that_the_platform_refuses_lets_the_next_ones_pass(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(200, {}), (400, {})]
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "three")
        await worker.quiet()
    assert recorder.texts() == ["one", "three"]
    assert await rows(database, ENDS) == [("done",), ("failed",), ("done",)]


async def test_a_customer_who_blocked_us_is_marked_until_they_write_again(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(403, {})]
    unreachable = "select unreachable is not null from bot.conversation"
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        assert await rows(database, ENDS) == [("unreachable",)]
        assert await rows(database, unreachable) == [(True,)]
        await worker.post_update(2, "back")
        await worker.quiet()
        assert await rows(database, unreachable) == [(False,)]
    assert recorder.texts() == ["2:back"]


async def test_a_picture_that_cannot_be_drawn_does_not_cost_the_words(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "picture Your card is ready.")
        await worker.post_update(2, "picture")
        await worker.quiet()
    assert recorder.texts() == ["Your card is ready.", "a card"]
    assert await rows(database, "select distinct degradations from bot.outbox") == [(["picture_not_drawn"],)]


async def test_a_message_whose_time_has_passed_is_not_sent(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "old news")
        await worker.quiet()
    assert recorder.texts() == []
    assert await rows(database, ENDS) == [("expired",)]


async def test_an_unreachable_platform_fails_a_message_only_after_many_tries(
    database: str, keyring: Keyring, recorder: Recorder, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(outbox, "BACK_OFF_S", 0.001)
    recorder.answers = [(502, {})] * outbox.TRIES_MAX
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "lost")
        await worker.post_update(2, "found")
        await worker.quiet()
    assert recorder.texts() == ["2:found"]
    assert await rows(database, ENDS) == [("failed",), ("done",)]


async def test_messages_left_by_a_dead_process_leave_before_newer_ones(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.open.clear()
    first = Worker(database, keyring, recorder, lease_s=0.6)
    await first.post_update(1, "three")
    await first.turns.drain()
    await first.kill()
    recorder.open.set()
    recorder.calls.clear()
    async with working(database, keyring, recorder, lease_s=0.6) as second:
        await second.post_update(2, "new")
        await recorder.until(4)
        await second.quiet()
    assert recorder.texts() == ["one", "two", "three", "2:new"]
