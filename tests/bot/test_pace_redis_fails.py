"""Redis may go, hang, forget and come back: messages leave at the pace of the process, and people are told once."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from prometheus_client import REGISTRY
from redis.asyncio import Redis
from redis_server import RedisServer, redis_server
from structlog.testing import capture_logs

from bot.pace import pace_at
from bot.pace_redis import ANSWER_S, RedisPace

RATE = 50.0
SENDER = """
import asyncio, sys
from redis.asyncio import Redis
from bot.pace import pace_at
from bot.pace_redis import RedisPace

async def main():
    pace = RedisPace(Redis.from_url(sys.argv[1]), {"post": 50.0})
    await pace.ready("post", "other")
    print("up", flush=True)
    sys.stdin.readline()
    for _ in range(int(sys.argv[2])):
        await pace.ready("post", "bank")
    print("sent", flush=True)
    await pace.close()

asyncio.run(main())
"""


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
async def pace(server: FakeServer) -> AsyncIterator[RedisPace]:
    pace = RedisPace(FakeAsyncRedis(server=server), {}, RATE, again_s=0)
    yield pace
    await pace.close()


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


async def took_s(pace: RedisPace, messages: int) -> float:
    begun = time.monotonic()
    async with asyncio.timeout(30):
        await asyncio.gather(*(pace.ready("post", "bank") for _ in range(messages)))
    return time.monotonic() - begun


async def test_without_redis_the_process_keeps_the_pace_by_itself(server: FakeServer, pace: RedisPace) -> None:
    server.connected = False
    assert await took_s(pace, int(RATE) + 20) >= 19 / RATE


async def test_a_redis_that_goes_on_the_way_gives_no_second_burst(server: FakeServer, pace: RedisPace) -> None:
    begun = time.monotonic()
    await took_s(pace, int(RATE))
    server.connected = False
    await took_s(pace, 20)
    assert time.monotonic() - begun >= 19 / RATE


async def test_a_flushed_redis_gives_no_second_burst(server: FakeServer, pace: RedisPace) -> None:
    begun = time.monotonic()
    await took_s(pace, int(RATE))
    async with FakeAsyncRedis(server=server) as redis:
        await redis.flushall()
        await redis.script_flush()
    await took_s(pace, 20)
    assert time.monotonic() - begun >= 19 / RATE


async def test_a_hold_outlives_a_flush(server: FakeServer, pace: RedisPace) -> None:
    begun = time.monotonic()
    pace.hold("post", "bank", 0.5)
    async with FakeAsyncRedis(server=server) as redis:
        await redis.flushall()
    await took_s(pace, 1)
    assert time.monotonic() - begun >= 0.5


async def test_that_redis_went_and_came_back_is_told_once_each(server: FakeServer, pace: RedisPace) -> None:
    with capture_logs() as lines:
        server.connected = False
        await took_s(pace, 3)
        assert REGISTRY.get_sample_value("teller_redis_down") == 1
        server.connected = True
        await took_s(pace, 3)
        assert REGISTRY.get_sample_value("teller_redis_down") == 0
    assert [line["event"] for line in lines] == ["redis_down", "redis_back"]


async def test_nonsense_in_the_key_stops_nothing(server: FakeServer, pace: RedisPace) -> None:
    async with FakeAsyncRedis(server=server) as redis:
        await redis.set("teller:pace:post:bank", "nonsense")
        await took_s(pace, 1)
        await redis.delete("teller:pace:post:bank")
        await redis.hset("teller:pace:post:bank", mapping={"free": "nonsense", "held": ""})
        await took_s(pace, 1)


async def test_a_clock_of_redis_that_was_set_back_holds_nobody_up(server: FakeServer, pace: RedisPace) -> None:
    async with FakeAsyncRedis(server=server) as redis:
        in_an_hour = (time.time_ns() // 1000) + 3600 * 10**6
        await redis.hset("teller:pace:post:bank", "free", str(in_an_hour))
        await took_s(pace, 1)


async def test_a_bucket_that_is_full_again_leaves_nothing_on_redis(server: FakeServer, pace: RedisPace) -> None:
    async with FakeAsyncRedis(server=server) as redis:
        await took_s(pace, 2)
        assert 0 < await redis.pttl("teller:pace:post:bank") <= 1000 + 2


@pytest.mark.needs("redis")
async def test_two_real_processes_share_one_bucket_of_a_real_redis(real: RedisServer) -> None:
    senders = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SENDER, real.url, "35"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for sender in senders:
        assert await _said(sender) == b"up\n"
    begun = time.monotonic()
    for sender in senders:
        assert sender.stdin is not None
        sender.stdin.write(b"go\n")
    for sender in senders:
        assert await _said(sender) == b"sent\n"
    assert time.monotonic() - begun >= 19 / RATE  # 70 messages, 50 of them saved up; each alone would not have waited
    assert [(await sender.communicate(), sender.returncode)[1] for sender in senders] == [0, 0]


async def _said(sender: asyncio.subprocess.Process) -> bytes:
    assert sender.stdout is not None
    async with asyncio.timeout(30):
        return await sender.stdout.readline()


@pytest.mark.needs("redis")
async def test_a_killed_redis_is_used_again_when_it_is_back(real: RedisServer) -> None:
    pace = RedisPace(Redis.from_url(real.url), {}, RATE, again_s=0)
    with capture_logs() as lines:
        await took_s(pace, 5)
        real.kill()
        await took_s(pace, 5)
        real.start()
        await took_s(pace, 5)
    await pace.close()
    assert [line["event"] for line in lines] == ["redis_down", "redis_back"]


@pytest.mark.needs("redis")
async def test_a_hung_redis_delays_a_message_by_its_timeout_and_no_more(real: RedisServer) -> None:
    pace = pace_at(real.url, {})
    assert isinstance(pace, RedisPace)
    await took_s(pace, 1)
    real.hang()
    assert await took_s(pace, 10) >= ANSWER_S
    assert await took_s(pace, 10) < ANSWER_S  # it is left alone for a while
    real.go_on()
    await pace.close()
