"""Nothing is lost, nothing is done twice, and a conversation keeps its order: whatever dies, and whoever works."""

import asyncio
import random
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from turn_rig import Decided, Recorder, Worker, rows, talk, until, working

from bot.keyring import Keyring
from bot.results import Results
from bot.store import TurnRow, uuid7
from channels.ids import conversation_id
from flows.events import BankEvent, Event
from flows.facts import Facts, Need, Needs
from flows.session import Session

QUESTION = Need("choices", "anything")
ANNA = conversation_id("post", "1", "anna")


async def test_many_conversations_at_once_keep_their_order(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        for n in range(5):
            await asyncio.gather(*[worker.post_update(100 * chat + n, str(n), f"c{chat}") for chat in range(30)])
        await worker.quiet()
    for chat in range(30):
        assert recorder.texts(f"c{chat}") == [f"{n + 1}:{n}" for n in range(5)]


async def test_a_poison_row_spoils_nobody_elses_turn(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        words = {f"c{n}": "poison" if n == 7 else "hi" for n in range(32)}
        await asyncio.gather(*[worker.post_update(n, word, chat) for n, (chat, word) in enumerate(words.items())])
        await worker.post_update(99, "and now?", "c7")
        await worker.quiet()
    assert sorted(recorder.texts()) == sorted(["1:hi"] * 31 + ["1:and now?"])
    assert await rows(database, "select count(*), status from bot.inbox group by 2 order by 2") == [
        (32, "done"), (1, "parked"),
    ]  # fmt: skip


async def test_a_message_that_always_fails_is_parked_and_the_next_is_answered(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "boom")
        await worker.post_update(2, "hello?")
        await worker.post_update(3, "stuck here")
        await worker.post_update(4, "really?")
        await worker.quiet()
    assert recorder.texts() == ["1:hello?", "2:really?"]
    assert await rows(database, "select dedupe from bot.inbox where status = 'parked' order by 1") == [("1",), ("3",)]


async def test_facts_are_found_and_the_engine_is_asked_again(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "ask cards")
        await worker.quiet()
    assert recorder.texts() == ["{'options': ['cards']}"]


async def test_a_lost_guard_runs_the_turn_again_from_the_new_state(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with (
        working(database, keyring, recorder) as other,
        Blocking(database, keyring, recorder, talk_asking) as worker,
    ):
        asking = asyncio.create_task(worker.post_update(1, "mine"))
        await worker.asked.wait()
        loaded = await other.store.turns.load(ANNA)
        moved = Session.new(ANNA, "post", "anna", "en", "1")
        moved.heard = 41
        assert (await other.store.turns.save(TurnRow(ANNA, (), moved.to_json(), loaded.version))).won
        worker.go_on.set()
        assert await asking == 200
        await worker.quiet()
    assert recorder.texts() == ["42:mine"]


class Blocking(Worker):
    """A worker whose questions to the bank wait until the test lets them be answered."""

    def __init__(self, database, keyring, recorder, advance) -> None:  # type: ignore[no-untyped-def]
        super().__init__(database, keyring, recorder, advance=advance)
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()
        self.turns._facts = self

    async def answer(self, *_: object) -> dict[str, object]:
        self.asked.set()
        await self.go_on.wait()
        return {}

    async def __aenter__(self) -> "Blocking":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()


async def test_killed_between_save_and_send_another_process_sends(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.open.clear()
    first = Worker(database, keyring, recorder, lease_s=0.5)
    await first.post_update(1, "hi")
    await first.turns.drain()
    await first.kill()
    recorder.open.set()
    recorder.calls.clear()
    assert await rows(database, "select status from bot.outbox") == [("new",)]
    async with working(database, keyring, recorder, lease_s=0.5) as second:
        await recorder.until(1)
        await second.quiet()
    assert recorder.texts() == ["1:hi"]
    assert await rows(database, "select status from bot.outbox") == [("done",)]


async def test_killed_between_accept_and_save_another_process_runs_the_turns_in_order(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    first = Blocking(database, keyring, recorder, talk_asking)
    first.store.turns._lease_s = 0.5
    for n in range(5):
        assert await first.post_update(10 - n, str(n)) == 200
    await first.asked.wait()
    await first.kill()
    async with working(database, keyring, recorder, lease_s=0.5) as second:
        await recorder.until(5)
        await second.quiet()
    assert recorder.texts() == [f"{n + 1}:{n}" for n in range(5)]


def talk_asking(session: Session, event: Event, facts: Facts) -> Decided | Needs:
    """A conversation that asks the bank first."""
    return talk(session, event, facts) if QUESTION in facts else Needs((QUESTION,))


async def test_two_processes_do_shuffled_duplicated_updates_once_and_in_order(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    chance = random.Random(7)
    async with working(database, keyring, recorder) as one, working(database, keyring, recorder) as two:
        arrived: dict[str, list[int]] = {f"c{chat}": [] for chat in range(4)}
        updates = [(chat, n) for chat in arrived for n in range(12)]
        chance.shuffle(updates)
        for n, (chat, number) in enumerate(updates):
            arrived[chat].append(number)
            worker, other = (one, two) if chance.random() < 0.5 else (two, one)
            assert await worker.post_update(n, str(number), chat) == 200
            if chance.random() < 0.5:
                assert await other.post_update(n, str(number), chat) == 200
        await recorder.until(len(updates))
        await one.quiet()
        await two.quiet()
    for chat, numbers in arrived.items():
        assert recorder.texts(chat) == [f"{n + 1}:{number}" for n, number in enumerate(numbers)]


async def test_a_result_written_by_another_room_starts_a_turn(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    event = BankEvent(uuid7(), ANNA, datetime.now(UTC), "cards.issued", {})
    async with working(database, keyring, recorder) as one, working(database, keyring, recorder) as two:
        await one.post_update(1, "hi")
        await one.quiet()
        await announce(database, keyring, event, commit=False)
        for _ in range(2):
            await announce(database, keyring, event)
        await recorder.until(2)
        await one.quiet()
        await two.quiet()
    assert recorder.texts() == ["1:hi", "2:cards.issued"]


async def announce(database: str, keyring: Keyring, event: BankEvent, commit: bool = True) -> None:
    connection = await asyncpg.connect(database)
    transaction = connection.transaction()
    await transaction.start()
    await Results(keyring).announce(connection, event)
    await (transaction.commit() if commit else transaction.rollback())
    await connection.close()


async def test_a_result_for_a_conversation_that_never_was_is_parked(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    event = BankEvent(uuid7(), UUID(int=5), datetime.now(UTC), "cards.issued", {})
    async with working(database, keyring, recorder) as worker:
        await announce(database, keyring, event)
        await until(database, "select 1 from bot.inbox where status = 'parked'")
        await worker.quiet()


async def test_a_row_that_cannot_be_opened_is_parked(database: str, keyring: Keyring, recorder: Recorder) -> None:
    await rows(
        database,
        "insert into bot.inbox(id, channel, account, dedupe, conversation, body) "
        f"values ('{uuid7()}', 'post', '1', '9', '{ANNA}', 'rubbish') returning 1",
    )
    async with working(database, keyring, recorder) as worker:
        await until(database, "select 1 from bot.inbox where status = 'parked'")
        await worker.post_update(1, "hi")
        await worker.quiet()
    assert recorder.texts() == ["1:hi"]


async def test_a_timer_fires_on_time_and_once(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder), working(database, keyring, recorder) as worker:
        await worker.post_update(1, "timer 0.3")
        began = asyncio.get_running_loop().time()
        await recorder.until(2)
        assert 0.1 < asyncio.get_running_loop().time() - began < 1.3
        await until(database, "select 1 where not exists (select from bot.timer)")
        await worker.quiet()
    assert recorder.texts() == ["1:timer 0.3", "2:timer t"]


async def test_timers_survive_a_restart(database: str, keyring: Keyring, recorder: Recorder) -> None:
    first = Worker(database, keyring, recorder)
    await first.post_update(1, "timer 0.2")
    await first.quiet()
    await first.kill()
    async with working(database, keyring, recorder) as second:
        await recorder.until(2)
        await second.quiet()
    assert recorder.texts() == ["1:timer 0.2", "2:timer t"]


async def test_a_cancelled_or_moved_timer_does_not_fire(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker:
        await worker.post_update(1, "timer 60", "anna")
        await worker.post_update(2, "timer 60", "olha")
        await worker.post_update(3, "cancel", "anna")
        await worker.post_update(4, "timer 0.1", "olha")
        await recorder.until(5)
        await worker.quiet()
    assert recorder.texts("anna") == ["1:timer 60", "2:cancel"]
    assert recorder.texts("olha") == ["1:timer 60", "2:timer 0.1", "3:timer t"]
    assert await rows(database, "select * from bot.timer") == []


async def test_work_that_takes_longer_than_a_lease_is_not_taken_away(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    recorder.open.clear()
    async with (
        working(database, keyring, recorder, lease_s=0.4) as one,
        working(database, keyring, recorder, lease_s=0.4) as two,
    ):
        await one.post_update(1, "hi")
        await asyncio.sleep(1.5)  # several leases; only the renewal can show
        recorder.open.set()
        await one.quiet()
        await two.quiet()
    assert recorder.texts() == ["1:hi"]
