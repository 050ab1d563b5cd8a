"""How fast messages leave the outbox, over HTTP to platforms in a process of their own.

The floor sends the same messages through the same adapters, as many at once, and remembers nothing: what was sent when
it dies is lost or sent again.
"""

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import httpx

from bench.cpu import server_s
from bench.performance.figures import Better, Figure
from bench.performance.server import Server
from bench.soak import CHATS, Soak, serve
from bot.store import OutboxRow
from channels.errors import Unclear
from flows.effects import Send

LANE = "messages that leave the outbox"
MESSAGES = 800  # a round, over four channels
BATCH = 100
UNBOUND = 1e9
TRIES_MAX = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """A round's seconds. The platforms' own work is in neither."""

    cpu_s: float
    wall_s: float

    @property
    def cpu_ms_a_message(self) -> float:
        return 1000 * self.cpu_s / MESSAGES

    @property
    def messages_a_second(self) -> float:
        return MESSAGES / self.wall_s


async def measured(server: Server, rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """Rounds of the outbox and of the floor take turns."""
    ours, theirs = multiprocessing.Pipe()
    platforms = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    platforms.start()
    try:
        return await _measured(server, await asyncio.to_thread(ours.recv), rounds, say)
    finally:
        platforms.terminate()


async def _measured(server: Server, root: str, rounds: int, say: Callable[[str], None]) -> list[Figure]:
    dsn = await server.database("sending")
    soak = Soak(dsn, root, rate_per_s=UNBOUND)
    await soak.heard(dsn)
    switches = asyncio.create_task(soak.switches.run())
    queued, bare = list[Sent](), list[Sent]()
    for number in range(rounds + 1):
        say(f"sending: round {number} of {rounds}")
        queued.append(await _timed(server, soak, _through_the_outbox(soak)))
        bare.append(await _timed(server, soak, _at_once(soak)))
    switches.cancel()
    await soak.close()
    return [
        _figure("stored, sent, its end noted", "ms CPU", "less", lambda one: one.cpu_ms_a_message, queued, bare),
        _figure("a second, by one process", "", "more", lambda one: one.messages_a_second, queued, bare),
    ]


def _figure(
    what: str, unit: str, better: Better, of: Callable[[Sent], float], queued: list[Sent], bare: list[Sent]
) -> Figure:
    """Of the median rounds; the first ones only warmed up."""
    ours, floor = (statistics.median(of(one) for one in lane[1:]) for lane in (queued, bare))
    return Figure(LANE, what, ours, unit, {"sent and forgotten": floor}, better=better)


def _rows(soak: Soak) -> list[OutboxRow]:
    names = list(soak.channels)
    return [soak.row(names[number % len(names)], number // len(names) % CHATS) for number in range(MESSAGES)]


async def _through_the_outbox(soak: Soak) -> set[str]:
    rows = _rows(soak)
    for start in range(0, MESSAGES, BATCH):
        some = rows[start : start + BATCH]
        await soak.store.outbox.enqueue(some)
        for row in some:
            soak.outbox.put(row)
    await soak.outbox.drain()
    return _texts(rows)


async def _at_once(soak: Soak) -> set[str]:
    rows = _rows(soak)
    limit = asyncio.Semaphore(len(soak.channels) * CHATS)  # as many chats as the outbox serves at once

    async def one(row: OutboxRow) -> None:
        assert isinstance(row.effect, Send)
        async with limit:
            for tried in range(TRIES_MAX):
                try:
                    await soak.channels[row.to.channel].send(row.effect.message, row.to.address, None)
                    return
                except Unclear:  # the connection broke: nobody would stop there
                    if tried == TRIES_MAX - 1:
                        raise

    await asyncio.gather(*map(one, rows))
    return _texts(rows)


def _texts(rows: list[OutboxRow]) -> set[str]:
    return {row.effect.message.text for row in rows if isinstance(row.effect, Send)}


async def _timed(server: Server, soak: Soak, sending: Coroutine[Any, Any, set[str]]) -> Sent:
    database, own, wall = server_s(server.postmaster), time.process_time(), time.perf_counter()
    texts = await sending
    own, wall = time.process_time() - own, time.perf_counter() - wall
    database = server_s(server.postmaster) - database
    missing = texts - (await _seen(soak.http)).keys()
    assert not missing, f"{len(missing)} messages never arrived"
    return Sent(own + database, wall)


async def _seen(http: httpx.AsyncClient) -> dict[str, float]:
    arrived: dict[str, float] = (await http.get("/seen")).json()["arrived"]
    return arrived
