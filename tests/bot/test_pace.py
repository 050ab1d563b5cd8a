"""How fast an account sends: the same for the process alone, for fakeredis, and for a real Redis.

A busy machine makes things later, never earlier: lower bounds are exact, upper ones wide.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from redis.asyncio import Redis
from redis_server import RedisServer, redis_server

from bot.pace import LocalPace, Pace, pace_at
from bot.pace_redis import RedisPace
from bot.settings import SettingsWrong

RATE = 50.0  # and as many at once after a quiet time


class Makes(Protocol):
    def __call__(self, rate: float = RATE) -> Pace: ...


@pytest.fixture
def real_redis(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


IMPLEMENTATIONS = [
    "process",
    "fakeredis",
    pytest.param("redis", marks=pytest.mark.needs("redis")),
]
ON_REDIS = IMPLEMENTATIONS[1:]


@pytest.fixture
async def makes(request: pytest.FixtureRequest) -> AsyncIterator[Makes]:
    """Makes a pace, as each of several processes would; a new one every time."""
    made: list[Pace] = []
    connect = {
        "process": lambda: None,
        "fakeredis": _to_one_fake(),
        "redis": lambda: Redis.from_url(request.getfixturevalue("real_redis").url),
    }[request.param]

    def make(rate: float = RATE) -> Pace:
        client = connect()
        made.append(LocalPace({}, rate) if client is None else RedisPace(client, {}, rate, again_s=0))
        return made[-1]

    yield make
    for pace in made:
        await pace.close()


def _to_one_fake() -> Callable[[], FakeAsyncRedis]:
    server = FakeServer()
    return lambda: FakeAsyncRedis(server=server)


async def took_s(*paces: Pace, messages: int, account: str = "bank") -> float:
    """The seconds until so many messages may have left, spread evenly over the paces, all asked for at once."""
    begun = time.monotonic()
    await asyncio.gather(*(paces[n % len(paces)].ready("post", account) for n in range(messages)))
    return time.monotonic() - begun


every = pytest.mark.parametrize("makes", IMPLEMENTATIONS, indirect=True)
shared = pytest.mark.parametrize("makes", ON_REDIS, indirect=True)


@every
async def test_beyond_what_a_quiet_account_saved_up_messages_leave_at_its_rate(makes: Makes) -> None:
    assert await took_s(makes(), messages=int(RATE) + 20) >= 19 / RATE


@every
async def test_a_quiet_account_sends_its_saved_up_messages_without_waiting_for_places(makes: Makes) -> None:
    pace = makes()
    await took_s(pace, messages=1)
    assert await took_s(pace, messages=int(RATE) - 1) < 40 / RATE


@every
async def test_accounts_do_not_wait_for_one_another(makes: Makes) -> None:
    pace = makes()
    pace.hold("post", "bank", 60)
    async with asyncio.timeout(30):
        await pace.ready("post", "shop")


@every
async def test_nothing_leaves_while_the_account_is_held(makes: Makes) -> None:
    pace = makes()
    pace.hold("post", "bank", 0.3)
    assert await took_s(pace, messages=3) >= 0.3


@every
async def test_a_shorter_hold_does_not_end_a_longer_one(makes: Makes) -> None:
    pace = makes()
    pace.hold("post", "bank", 0.3)
    pace.hold("post", "bank", 0.01)
    assert await took_s(pace, messages=1) >= 0.3


@every
async def test_a_hold_stops_those_who_wait_and_they_do_not_all_leave_at_its_end(makes: Makes) -> None:
    pace = makes(rate=100)
    await took_s(pace, messages=100)
    waiting = asyncio.create_task(took_s(pace, messages=200))
    await asyncio.sleep(0)
    pace.hold("post", "bank", 1.5)
    # A second's worth is saved up by then; the other hundred take a second more, some having left before the hold.
    assert await waiting >= 1.5 + 0.8


@shared
async def test_two_processes_share_one_bucket(makes: Makes) -> None:
    assert await took_s(makes(), makes(), messages=int(RATE) + 20) >= 19 / RATE


@shared
async def test_a_hold_in_one_process_is_a_hold_in_the_other(makes: Makes) -> None:
    one, other = makes(), makes()
    begun = time.monotonic()
    one.hold("post", "bank", 0.5)
    await one.close()  # told by now
    await other.ready("post", "bank")
    assert time.monotonic() - begun >= 0.49


@pytest.mark.parametrize("makes", ["process"], indirect=True)
async def test_processes_without_redis_know_nothing_of_one_another(makes: Makes) -> None:
    assert await took_s(makes(), makes(), messages=2 * int(RATE)) < 40 / RATE


async def test_an_address_that_is_none_of_a_redis_is_said_without_its_password() -> None:
    with pytest.raises(SettingsWrong, match="TELLER_REDIS_URL is not an address") as wrong:
        pace_at("rediss//:hunter2@host", {})
    assert "hunter2" not in str(wrong.value)


async def test_without_an_address_the_pace_is_of_the_process() -> None:
    assert isinstance(pace_at("", {}), LocalPace)
