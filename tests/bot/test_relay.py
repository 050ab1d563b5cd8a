"""Webhooks that hand over to workers, on a real Redis: one worker a conversation, in order, and nothing is lost."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis_server import RedisServer, redis_server
from structlog.contextvars import bound_contextvars
from turn_rig import Decided, Recorder, Worker, rows

from bot.keyring import Keyring
from bot.logs import current_request_id
from flows.events import Event
from flows.facts import Facts
from flows.messages import InboundEvent
from flows.session import Session

pytestmark = pytest.mark.needs("redis")

CHATS, EACH = 12, 3
PATIENCE_S = 60.0
WAITING = "select count(*) from bot.inbox where status <> 'done'"
Make = Callable[[str], "Worker"]


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


@pytest.fixture
def heard() -> dict[str, list[tuple[str, int]]]:
    """Chat -> what was worked on in it, in order: by whom, and the number of the update."""
    return defaultdict(list)


@pytest.fixture
def requests() -> dict[int, str]:
    """The number of an update -> the request under which it was worked on."""
    return {}


@pytest.fixture
async def make(
    database: str,
    keyring: Keyring,
    recorder: Recorder,
    redis: RedisServer,
    heard: dict[str, list[tuple[str, int]]],
    requests: dict[int, str],
) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        def made(name: str) -> Worker:
            def noting(session: Session, event: Event, facts: Facts) -> Decided:
                session = session.copy()
                if isinstance(event, InboundEvent):
                    heard[event.address].append((name, int(event.dedupe_key)))
                    requests[int(event.dedupe_key)] = str(current_request_id())
                    session.heard += 1
                return Decided(session)

            role = "webhooks" if name == "webhooks" else "worker"
            worker = Worker(database, keyring, recorder, advance=noting, redis_url=redis.url, role=role).start()
            stack.push_async_callback(worker.kill)
            return worker

        yield made


async def until(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, otherwise
        await asyncio.sleep(0.02)


async def until_done(database: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await rows(database, WAITING) != [(0,)]:  # noqa: ASYNC110 -- the database offers no event
            await asyncio.sleep(0.05)


def shared_by(*workers: Worker) -> Callable[[], bool]:
    """Whether these have all partitions between them, in fair shares."""
    return lambda: all(
        w.taking is not None and len(w.taking.mine) == 16 // len(workers) for w in workers
    )  # fmt: skip


def reached_by(webhooks: Worker) -> Callable[[], bool]:
    """Whether a worker stands ready for everybody, as far as the webhooks know."""
    return lambda: webhooks.giving is not None and webhooks.giving.reaches_all


async def post(webhooks: Worker, first: int = 0) -> None:
    for number in range(first, first + EACH):
        answers = await asyncio.gather(
            *(webhooks.post_update(number * CHATS + chat, "hi", f"chat{chat}") for chat in range(CHATS))
        )
        assert set(answers) == {200}


async def test_each_conversation_is_worked_on_by_one_worker_in_order(
    make: Make, database: str, heard: dict[str, list[tuple[str, int]]]
) -> None:
    webhooks, anna, bohdan = make("webhooks"), make("anna"), make("bohdan")
    await until(shared_by(anna, bohdan), "the partitions are not shared")
    await until(reached_by(webhooks), "the webhooks reach nobody")
    await post(webhooks)
    await until_done(database)
    assert {name for turns in heard.values() for name, _ in turns} == {"anna", "bohdan"}
    for turns in heard.values():
        assert len({name for name, _ in turns}) == 1
        assert [number for _, number in turns] == sorted({number for _, number in turns})
        assert len(turns) == EACH


async def test_a_turn_goes_under_the_request_that_it_came_with_whoever_works_on_it(
    make: Make, database: str, redis: RedisServer, requests: dict[int, str], heard: dict[str, list[tuple[str, int]]]
) -> None:
    webhooks, anna = make("webhooks"), make("anna")
    await until(shared_by(anna), "the partitions have no owner")
    await until(reached_by(webhooks), "the webhooks reach nobody")

    async def asked(number: int) -> None:
        with bound_contextvars(request_id=f"request-{number}"):
            await webhooks.post_update(number, "hi", f"chat{number}")

    await asyncio.gather(*map(asked, range(4)))
    await until_done(database)
    redis.kill()
    await asyncio.gather(*map(asked, range(4, 8)))
    await until_done(database)
    assert {name for turns in heard.values() for name, _ in turns} >= {"anna", "webhooks"}
    assert requests == {number: f"request-{number}" for number in range(8)}


async def test_without_a_worker_the_webhooks_work_themselves(
    make: Make, database: str, heard: dict[str, list[tuple[str, int]]]
) -> None:
    await post(make("webhooks"))
    await until_done(database)
    assert {name for turns in heard.values() for name, _ in turns} == {"webhooks"}


async def test_what_a_dead_worker_was_handed_is_done_by_another(
    make: Make, database: str, heard: dict[str, list[tuple[str, int]]]
) -> None:
    webhooks, anna = make("webhooks"), make("anna")
    await until(shared_by(anna), "the partitions have no owner")
    await until(reached_by(webhooks), "the webhooks reach nobody")
    await anna.kill()  # its partitions are its own until their lease ends, and what is handed over lies there
    await post(webhooks)
    make("bohdan")
    await until_done(database)
    assert sorted(number for turns in heard.values() for _, number in turns) == list(range(CHATS * EACH))


async def test_what_a_flushed_redis_has_forgotten_is_taken_from_the_inbox(
    make: Make, database: str, redis: RedisServer, heard: dict[str, list[tuple[str, int]]]
) -> None:
    webhooks, anna = make("webhooks"), make("anna")
    await until(reached_by(webhooks), "the webhooks reach nobody")
    for first in (0, EACH):
        await post(webhooks, first)
        async with Redis.from_url(redis.url) as client:
            await client.flushall()
    await until_done(database)
    assert sorted(number for turns in heard.values() for _, number in turns) == list(range(2 * CHATS * EACH))
    await until(shared_by(anna), "the partitions are nobody's after a flush")


async def test_a_redis_that_goes_and_comes_back_loses_nothing_and_is_used_again(
    make: Make, database: str, redis: RedisServer, heard: dict[str, list[tuple[str, int]]]
) -> None:
    webhooks, anna = make("webhooks"), make("anna")
    await until(reached_by(webhooks), "the webhooks reach nobody")
    await post(webhooks)
    redis.kill()
    await post(webhooks, EACH)
    await until_done(database)
    redis.start()
    await until(shared_by(anna), "the worker did not come back to Redis")
    await until(reached_by(webhooks), "the webhooks did not come back")
    heard.clear()
    await post(webhooks, 2 * EACH)
    await until_done(database)
    assert {name for turns in heard.values() for name, _ in turns} == {"anna"}


async def test_a_worker_that_leaves_gives_its_partitions_to_the_other_at_once(make: Make) -> None:
    anna, bohdan = make("anna"), make("bohdan")
    await until(shared_by(anna, bohdan), "the partitions are not shared")
    assert anna.taking is not None
    for task in anna._running:
        task.cancel()
    await anna.taking.leave()
    async with asyncio.timeout(4):  # sooner than the lease of five seconds
        while not shared_by(bohdan)():  # noqa: ASYNC110 -- it happens in another task
            await asyncio.sleep(0.02)
