"""``python -m bench chats``: how long our own share of an answer takes while a thousand people chat (G10).

Each of them has the transfer dialogue and thinks five to fifteen seconds before every word. The bank and the messenger
answer at once, so what is measured is ours: from the webhook to the last message of the answer. ``--handed`` does it
twice, the second time handed over by Redis to another process's wiring on the same loop, so that the hop is all that
differs. ``--at-once`` is the worst that can be: nobody thinks. Writes bench/out/chats.json.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import uvloop

from bench.chaos.servers import Redis, free_port
from bench.dialogue import TURNS, Chat, Phones, posting
from bench.engine import Engine
from bench.performance.server import running
from bot.server import spare_the_collector

CHATS = 1000
THINKS_S = (5.0, 15.0)
GOAL_S = 0.2
SHARED_S = 30.0
OUT = Path(__file__).parent / "out" / "chats.json"


class Thinking(Chat):
    """One who takes time before every word."""

    def pondering(self, thinks_s: tuple[float, float], dice: random.Random, took_s: list[float]) -> "Thinking":
        self._thinks_s, self._dice, self._took_s = thinks_s, dice, took_s
        return self

    async def _said(self, update: dict[str, object], answers: int) -> tuple[str, tuple[str, ...]]:
        await asyncio.sleep(self._dice.uniform(*self._thinks_s))
        began = time.perf_counter()
        seen = await super()._said(update, answers)
        self._took_s.append(time.perf_counter() - began)
        return seen


async def measured(dsn: str, chats: int, thinks_s: tuple[float, float], redis_url: str = "") -> dict[str, float]:
    """All of them once through the dialogue; the shares of a turn's time."""
    phones, took_s, dice = Phones(), list[float](), random.Random(1)
    engines = [Engine(phones, lambda: asyncpg.connect(dsn), redis_url, "webhooks" if redis_url else "all")]
    if redis_url:
        engines.append(Engine(phones, lambda: asyncpg.connect(dsn), redis_url, "worker", engines[0].secrets))
    await engines[0].known(range(1, chats + 1))
    background = [asyncio.create_task(work) for engine in engines for work in engine.works()]
    if engines[0].giving is not None:
        async with asyncio.timeout(SHARED_S):
            while not engines[0].giving.reaches_all:  # noqa: ASYNC110 -- it is told by Redis
                await asyncio.sleep(0.05)
    post = posting(engines[0].app)
    spare_the_collector()
    people = [Thinking(n, phones, post).pondering(thinks_s, dice, took_s) for n in range(1, chats + 1)]
    began = time.perf_counter()
    await asyncio.gather(*(one.talk(1) for one in people))
    lasted_s = time.perf_counter() - began
    for task in background:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    for engine in engines:
        await engine.quiet()
        await engine.close()
    return _shares(took_s) | {"turns_per_s": round(chats * TURNS / lasted_s)}


def _shares(took_s: Sequence[float]) -> dict[str, float]:
    parts = statistics.quantiles(took_s, n=100)
    return {f"p{part}_ms": round(parts[part - 1] * 1000, 1) for part in (50, 95, 99)}


def main() -> None:
    """Start servers of our own, measure, write, print; 1 when the goal is missed."""
    options = argparse.ArgumentParser(prog="bench chats", description=__doc__)
    options.add_argument("chats")
    options.add_argument("--count", type=int, default=CHATS)
    options.add_argument("--at-once", action="store_true", help="nobody thinks")
    options.add_argument("--handed", action="store_true", help="handed over by Redis, too")
    chosen = options.parse_args()
    thinks_s = (0.0, 0.0) if chosen.at_once else THINKS_S
    with tempfile.TemporaryDirectory(prefix="teller-bench-redis-") as folder:
        redis = Redis(Path(folder), free_port())
        try:
            found = asyncio.run(_found(chosen, thinks_s, redis))
        finally:
            redis.kill()
    _keep(chosen.count, thinks_s, found)
    if chosen.handed and not redis.program:
        print("redis-server is missing on this machine: nothing was handed over")
    for how, figures in found.items():
        print(f"{chosen.count} chats, {how}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))
    sys.exit(any(figures["p95_ms"] > GOAL_S * 1000 for figures in found.values()) and not chosen.at_once)


async def _found(
    chosen: argparse.Namespace, thinks_s: tuple[float, float], redis: Redis
) -> dict[str, dict[str, float]]:
    """Each way on a database of its own, on a loop of its own as a process has it."""
    async with running() as server:

        async def one(name: str, url: str = "") -> dict[str, float]:
            dsn = await server.database(name)
            return await asyncio.to_thread(lambda: uvloop.run(measured(dsn, chosen.count, thinks_s, url)))

        found = {"in one process": await one("chats")}
        if chosen.handed and redis.program:
            redis.start()
            found["handed over"] = await one("handed", redis.url)
    return found


def _keep(count: int, thinks_s: tuple[float, float], found: dict[str, dict[str, float]]) -> None:
    kept = json.loads(OUT.read_text()) if OUT.exists() else {}
    date = datetime.now(UTC).isoformat(timespec="seconds")
    kept[f"{count} thinking {thinks_s[0]:g} to {thinks_s[1]:g} s"] = {"date": date, **found}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(kept, indent=2) + "\n")
