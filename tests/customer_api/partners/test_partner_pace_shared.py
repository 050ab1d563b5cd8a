"""How fast a partner may call all processes together: with a Redis they count as one, without it each alone."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from customer_world import Clock
from fakeredis import FakeAsyncRedis, FakeServer
from partner_world import Books, registered
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from starlette.applications import Starlette

from bot.keyring import Keyring
from bot.pace_redis import RedisPace
from bot.partner_webhooks import partner_route
from bot.partners import PARTNER, Together
from customer_api.partners.door import Door
from customer_api.seals import Seals

A_PLACE_S = 100.0  # so long that no machine is slow enough to free a place meanwhile
Process = Callable[[], Books]


@pytest.fixture
def redis() -> FakeServer:
    return FakeServer()


@pytest.fixture
async def process(
    api: httpx.AsyncClient, engine: AsyncEngine, keyring: Keyring, clock: Clock, redis: FakeServer
) -> AsyncIterator[Process]:
    """Makes a process that takes webhooks; all share one Redis, where a partner has one place in a hundred seconds."""
    secret, made = await registered(api, "books"), list[RedisPace]()

    def make() -> Books:
        places = RedisPace(FakeAsyncRedis(server=redis), {PARTNER: 1 / A_PLACE_S}, again_s=600)
        made.append(places)
        sessions = async_sessionmaker(engine, expire_on_commit=False)
        door = Door(sessions, Seals(keyring), clock, fresh_s=0, shared=Together(places))
        transport = httpx.ASGITransport(Starlette(routes=[partner_route(door)]))
        return Books(httpx.AsyncClient(transport=transport, base_url="http://teller"), clock, "books", secret)

    yield make
    for places in made:
        await places.close()


async def test_two_processes_count_as_one_and_who_is_too_fast_is_told_when_to_come(process: Process) -> None:
    one, other = process(), process()
    assert (await one.send(event_id="msg_1")).status_code == 204
    refused = await other.send(event_id="msg_2")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= A_PLACE_S


async def test_a_refused_call_takes_no_place(redis: FakeServer) -> None:
    places = RedisPace(FakeAsyncRedis(server=redis), {PARTNER: 1 / A_PLACE_S})
    assert await places.wait_s(PARTNER, "books") == 0
    waits = [await places.wait_s(PARTNER, "books") for _ in range(5)]
    assert waits == sorted(waits, reverse=True)  # time goes by, and nobody stands before
    assert 0 < waits[0] <= A_PLACE_S
    assert await places.wait_s(PARTNER, "coffee") == 0
    await places.close()


async def test_without_redis_a_partner_is_served_at_the_pace_of_the_process(
    process: Process, redis: FakeServer
) -> None:
    redis.connected = False
    one = process()
    answers = [await one.send(event_id=f"msg_{n}") for n in range(20)]
    assert {answer.status_code for answer in answers} == {204}
