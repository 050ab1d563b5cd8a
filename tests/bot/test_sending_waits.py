"""Waits that last: a chat that the platform slows down, one that has had enough, customers out of reach, and order."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

from turn_rig import CAPABILITIES, Recorder, Worker, rows, until, working

from bot.keyring import Keyring
from bot.store import Taken, uuid7
from channels.ids import conversation_id
from channels.references import ref_of
from flows.events import BankEvent

ANNA = conversation_id("post", "1", "anna")

ENDS = "select status from bot.outbox where kind = 'send' order by conversation, seq"
DEFERRED = "select 1 from bot.outbox where status = 'new' and deferred_until > now() and deferred_for = '{}'"
UNREACHABLE = "select unreachable from bot.conversation"


async def test_a_message_carries_its_rows_name(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "three")
        await worker.quiet()
    ids = await rows(database, "select id from bot.outbox order by seq")
    assert [call["ref"] for call in recorder.calls] == [ref_of(id_) for (id_,) in ids]  # type: ignore[arg-type]


async def test_a_slowed_chat_waits_as_long_in_another_process(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(429, {"retry_after": 3})]
    first = Worker(database, keyring, recorder, lease_s=0.3)
    await first.post_update(1, "three", "anna")
    await first.turns.drain()
    await recorder.asked()
    told = time.monotonic()
    await until(database, DEFERRED.format("pace"))
    await first.kill()
    async with working(database, keyring, recorder, lease_s=0.3) as second:
        await until(database, "select 1 from bot.outbox where attempts > 0")
        await second.post_update(2, "hi", "olha")
        await recorder.until(1)
        assert recorder.texts() == ["1:hi"]
        await second.post_update(3, "four", "anna")
        await recorder.until(5)
        assert time.monotonic() - told >= 2.9
        await second.quiet()
    assert recorder.texts("anna") == ["one", "two", "three", "2:four"]


async def test_a_slowed_account_holds_all_its_chats(database: str, keyring: Keyring, recorder: Recorder) -> None:
    recorder.answers = [(429, {"retry_after": 1, "scope": "account"})]
    async with working(database, keyring, recorder) as worker:
        began = time.monotonic()
        await worker.post_update(1, "hi", "anna")
        await recorder.asked()
        await worker.post_update(2, "hi", "olha")
        await recorder.until(1)
        assert time.monotonic() - began >= 0.99
        await worker.quiet()
    assert sorted(recorder.texts()) == ["1:hi", "1:hi"]


async def test_what_stands_behind_a_wait_does_not_overtake_it_when_the_process_ends(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    few = replace(CAPABILITIES, unanswered_per_h=1)
    async with working(database, keyring, recorder, capabilities=few) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        await worker.turns.take(_bank_event(), "bank", "1")
        await until(database, DEFERRED.format("answer"))
        await worker.post_update(2, "thanks")
        await worker.turns.drain()
        await worker.performer.stop(60)
    assert recorder.texts() in (["1:hi"], ["1:hi", "2:news", "3:thanks"])


async def test_a_process_that_ends_does_not_wait_for_what_waits(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(429, {"retry_after": 60})]
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "three")
        await worker.turns.drain()
        await recorder.asked()
        await until(database, DEFERRED.format("pace"))
        async with asyncio.timeout(10):
            await worker.performer.stop(60)
    assert await rows(database, ENDS) == [("new",)] * 3


async def test_five_messages_arrive_in_order_and_one_that_is_refused_costs_no_other(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(200, {}), (400, {})]
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "five")
        await worker.quiet()
    assert recorder.texts() == ["1", "3", "4", "5"]
    assert await rows(database, ENDS) == [("done",), ("failed",), ("done",), ("done",), ("done",)]


async def test_a_customer_who_says_nothing_gets_only_so_many_messages_an_hour_and_the_rest_after_their_next_word(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    few = replace(CAPABILITIES, unanswered_per_h=3)
    async with working(database, keyring, recorder, capabilities=few) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        for n in range(4):
            await worker.turns.take(_bank_event(), "bank", str(n))
        await recorder.until(3)
        await until(database, DEFERRED.format("answer"))
        assert recorder.texts() == ["1:hi", "2:news", "3:news"]
        await worker.post_update(2, "thanks")
        await recorder.until(6)
        await worker.quiet()
    assert recorder.texts() == ["1:hi", "2:news", "3:news", "4:news", "5:news", "6:thanks"]


async def test_news_to_a_customer_out_of_reach_is_not_even_tried(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.answers = [(403, {})]
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "hi")
        await worker.quiet()
        await worker.turns.take(_bank_event("update"), "bank", "1")
        await worker.quiet()
        assert recorder.calls == []
        assert await rows(database, ENDS) == [("unreachable",), ("unreachable",)]
        await worker.post_update(2, "news back again")
        await worker.quiet()
    assert recorder.texts() == ["back again"]
    assert await rows(database, UNREACHABLE) == [(None,)]


async def test_who_unsubscribes_is_out_of_reach_until_they_subscribe(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        for n, (state, reason) in enumerate(
            (
                ("subscribed", None),
                ("unsubscribed", "the customer has unsubscribed"),
                ("subscribed", None),
                ("blocked", "the customer has blocked us"),
                ("danced", "the customer has blocked us"),
                ("subscribed", None),
            )
        ):
            await worker.post_update(n, "silence", type="subscription", state=state)
            await worker.quiet()
            assert await rows(database, UNREACHABLE) == [(reason,)]


async def test_a_timer_does_not_make_anybody_reachable(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "timer 0.2")
        await worker.post_update(2, "silence", type="subscription", state="blocked")
        await until(database, "select 1 from bot.inbox where channel = 'timer' and status = 'done'")
        await worker.quiet()
    assert await rows(database, UNREACHABLE) == [("the customer has blocked us",)]


def _bank_event(purpose: str = "response") -> BankEvent:
    return BankEvent(uuid7(), ANNA, datetime.now(UTC), "news", {"purpose": purpose})


async def test_rows_of_a_chat_that_two_processes_hold_by_turns_all_leave_in_their_order(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.open.clear()
    dead = Worker(database, keyring, recorder, lease_s=0.3)
    await dead.post_update(1, "five")
    await dead.turns.drain()
    await dead.kill()
    recorder.calls.clear()
    recorder.open.set()
    one, other = Worker(database, keyring, recorder), Worker(database, keyring, recorder)
    first, second, third, fourth, fifth = await _taken(one, 5)
    for taken in (second, first, fifth, fourth):  # as they come when leases run out one after the other
        await one.performer.resume(taken)
    await other.performer.resume(third)
    try:
        async with asyncio.timeout(10):
            await asyncio.gather(one.outbox.drain(), other.outbox.drain())
    finally:
        await one.kill()
        await other.kill()
    assert recorder.texts() == ["1", "2", "3", "4", "5"]


async def _taken(worker: Worker, many: int) -> list[Taken]:
    """The rows that a dead process has left, once their leases have run out."""
    taken = list[Taken]()
    async with asyncio.timeout(10):
        while len(taken) < many:
            taken += await worker.store.outbox.claim()
            await asyncio.sleep(0.02)
    return taken
