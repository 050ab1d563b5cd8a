"""The pace of an account that several processes send for: one token bucket on Redis, and the process's own besides.

A message takes a place in both, so Redis can only make it slower. Down, hung or flushed, it costs nothing but that
processes no longer know of one another: each keeps to the account's rate by itself, and a platform that finds their
sum too fast says so (``Throttled``). Nothing that must last is kept on Redis.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Literal, Self

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.metrics import REDIS_DOWN
from bot.pace import LocalPace
from bot.settings import SettingsWrong

ANSWER_S = 0.5  # a healthy Redis answers in a thousandth of that
AGAIN_S = 5.0  # how long a Redis that failed is left alone
RETRIES = 1  # a connection that Redis closed meanwhile is made anew at once
KEY = "teller:pace:{channel}:{account}"
US = 1_000_000

Take = Literal["no", "next", "now"]  # no place, the next one that there is, or one only if it is free now

# The bucket of ``bot.pace`` in whole microseconds of Redis's clock, so that no clock of a process counts.
# A bucket that is full again, and held no more, says the same as none, so its key may expire then.
# A process waits for one place at a time: a next place a thousand places ahead means that the clock was set back.
SCRIPT = """
local interval, saved, hold, take = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local kept = redis.call('HMGET', KEYS[1], 'free', 'held')
local free, held = tonumber(kept[1] or 0) or 0, tonumber(kept[2] or 0) or 0
local wait, placed = 0, 1
if free > now + 1000 * interval then free = now end
if hold > 0 then held = math.max(held, now + hold) end
if held > now then
    wait, placed = held - now, 0
elseif take ~= 'no' then
    local start = math.max(free, now - saved)
    wait = math.max(0, start - now)
    if take == 'now' and wait > 0 then placed = 0 else free = start + interval end
end
if hold > 0 or (take ~= 'no' and placed == 1) then
    redis.call('HSET', KEYS[1], 'free', string.format('%.0f', free), 'held', string.format('%.0f', held))
    redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', math.ceil(math.max(free + saved, held) / 1000) + 1))
end
return {wait, placed}
"""

log = structlog.get_logger("bot.pace")


class RedisPace:
    """Buckets shared by all processes with the same Redis. ``rates`` are messages a second by channel."""

    def __init__(
        self, redis: Redis, rates: Mapping[str, float], default: float = 25.0, again_s: float = AGAIN_S
    ) -> None:
        self._redis = redis
        self._script = redis.register_script(SCRIPT)
        self._local = LocalPace(rates, default)
        self._rates, self._default = rates, default
        self._again_s = again_s
        self._again_at = 0.0
        self._is_down = False
        # One message of an account asks at a time: a process that dies takes one place with it and not a queue of them.
        self._turnstiles: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._telling: set[asyncio.Task[tuple[float, bool]]] = set()

    @classmethod
    def at(cls, url: str, rates: Mapping[str, float]) -> Self:
        """Connects with the first message, not here.

        :raises SettingsWrong: when the address cannot be one of a Redis.
        """
        try:
            redis = Redis.from_url(
                url, socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S, retry=Retry(NoBackoff(), RETRIES)
            )
        except ValueError:  # its text may hold the password
            raise SettingsWrong(["TELLER_REDIS_URL is not an address such as redis://host:6379/0."]) from None
        return cls(redis, rates)

    async def ready(self, channel: str, account: str) -> None:
        async with self._turnstiles[KEY.format(channel=channel, account=account)]:
            wait_s, placed = await self._ask(channel, account, "next")
            while wait_s > 0:
                await asyncio.sleep(wait_s)
                wait_s, placed = await self._ask(channel, account, "no" if placed else "next")
        await self._local.ready(channel, account)

    async def wait_s(self, channel: str, account: str) -> float:
        """For who does not wait: takes a place if one is free now; else the seconds until then, and none is taken."""
        return (await self._ask(channel, account, "now"))[0]

    def hold(self, channel: str, account: str, seconds: float) -> None:
        self._local.hold(channel, account, seconds)
        telling = asyncio.create_task(self._ask(channel, account, "no", hold_s=seconds))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        if self._telling:
            await asyncio.wait(self._telling)
        await self._redis.aclose()

    async def _ask(self, channel: str, account: str, take: Take, hold_s: float = 0) -> tuple[float, bool]:
        """What ``_Bucket.ask`` says of the shared bucket; while Redis is down, that nothing stands in the way."""
        if time.monotonic() < self._again_at:
            return 0.0, True
        rate = self._rates.get(channel, self._default)
        interval, saved = round(US / rate), round(US * (max(1.0, rate) - 1) / rate)
        try:
            wait, placed = await self._script(
                keys=[KEY.format(channel=channel, account=account)],
                args=[interval, saved, round(hold_s * US), take],
            )
        except Exception as failure:  # whatever is wrong with Redis or its client, the message must go out
            self._note_down(failure)
            return 0.0, True
        self._note_up()
        return wait / US, placed == 1

    def _note_down(self, failure: Exception) -> None:
        self._again_at = time.monotonic() + self._again_s
        if not self._is_down:
            self._is_down = True
            REDIS_DOWN.set(1)
            log.warning("redis_down", reason="each process keeps the pace by itself", error=type(failure).__name__)

    def _note_up(self) -> None:
        if self._is_down:
            self._is_down = False
            REDIS_DOWN.set(0)
            log.info("redis_back", reason="processes share the pace again")
