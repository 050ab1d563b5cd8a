"""Processes of their own that have the dialogue, by the engine or by one of the floors, in rounds on demand.

All are started before anything is measured, and only one crew works at a time, so that rounds of the engine and of the
floors can take turns and a busy minute of the machine meets all of them.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from logging import ERROR
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Literal

import asyncpg
import structlog
import uvloop
from starlette.types import ASGIApp

from bench.cpu import server_s
from bench.dialogue import TURNS, Chat, Phones, posting
from bench.engine import Engine, Secrets
from bench.floor import InMemory
from bench.floor_postgres import OnPostgres
from bot.server import spare_the_collector

Kind = Literal["engine", "floor_memory", "floor_postgres"]
KINDS: tuple[Kind, ...] = ("engine", "floor_postgres", "floor_memory")
READY_S = 120.0


@dataclass(frozen=True, slots=True)
class Share:
    """What one process is given: ``chats`` people from the number ``first`` on, in each of ``groups``.

    A round is had by one group, the next round by the next one. ``meets`` says that nobody has written before.
    """

    kind: Kind
    dsn: str
    secrets: Secrets
    first: int
    chats: int
    groups: int = 1
    meets: bool = True

    def people(self) -> range:
        return range(self.first, self.first + self.chats * self.groups)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round took, in seconds; ``cpu_s`` has the processes' own and ``postgres_s``."""

    turns: int
    cpu_s: float
    postgres_s: float
    wall_s: float

    @property
    def cpu_ms_a_turn(self) -> float:
        return 1000 * self.cpu_s / self.turns

    @property
    def postgres_ms_a_turn(self) -> float:
        return 1000 * self.postgres_s / self.turns

    @property
    def turns_a_second(self) -> float:
        return self.turns / self.wall_s


@dataclass
class Crew:
    """One process a share. ``postmaster`` is the server's process, whose CPU time is counted too."""

    shares: list[Share]
    postmaster: int
    _members: list[tuple[BaseProcess, Connection]] = field(default_factory=list)

    async def start(self) -> None:
        """Returns when all of them are ready. Raises RuntimeError for one that is not."""
        context = multiprocessing.get_context("spawn")
        for share in self.shares:
            ours, theirs = context.Pipe()
            member = context.Process(target=work, args=(theirs, share), daemon=True)
            member.start()
            theirs.close()
            self._members.append((member, ours))
        for _, orders in self._members:
            if not await asyncio.to_thread(orders.poll, READY_S):
                raise RuntimeError("a process that measures did not come up")
            await asyncio.to_thread(orders.recv)

    async def round(self, at_once: int, dialogues: int) -> Round:
        """``at_once`` people, shared among the processes, have so many dialogues each."""
        each = at_once // len(self._members)
        server, wall = server_s(self.postmaster), time.perf_counter()
        for _, orders in self._members:
            orders.send((each, dialogues))
        own = await asyncio.gather(*(asyncio.to_thread(orders.recv) for _, orders in self._members))
        wall = time.perf_counter() - wall
        server = server_s(self.postmaster) - server
        turns = each * len(self._members) * dialogues * TURNS
        return Round(turns, sum(own) + server, server, wall)

    async def close(self) -> None:
        """End them."""
        for member, orders in self._members:
            with suppress(OSError):
                orders.send(None)
            await asyncio.to_thread(member.join, 10)
            member.kill()
        self._members.clear()


def work(orders: Connection, share: Share) -> None:
    """A member's life: rounds as they are ordered, until None comes."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(ERROR))
    uvloop.run(_work(orders, share))


@dataclass(slots=True)
class _Lane:
    """Whoever has the dialogue: where it is posted, and what waits until all is recorded."""

    app: ASGIApp
    settle: Callable[[], Awaitable[None]]


async def _work(orders: Connection, share: Share) -> None:
    phones = Phones()
    lane, background = await _lane(share, phones)
    post = posting(lane.app)
    people = list(share.people())
    groups = [people[n * share.chats : (n + 1) * share.chats] for n in range(share.groups)]
    chats = [[Chat(number, phones, post) for number in group] for group in groups]
    spare_the_collector()  # as a serving process does
    orders.send("ready")
    number = 0
    while (order := await asyncio.to_thread(orders.recv)) is not None:
        at_once, dialogues = order
        own = time.process_time()
        await asyncio.gather(*[chat.talk(dialogues) for chat in chats[number % len(chats)][:at_once]])
        await lane.settle()
        orders.send(time.process_time() - own)
        number += 1
    for task in background:
        task.cancel()


async def _lane(share: Share, phones: Phones) -> tuple[_Lane, list[asyncio.Task[None]]]:
    match share.kind:
        case "engine":
            engine = Engine(phones, lambda: asyncpg.connect(share.dsn), secrets=share.secrets)
            if share.meets:
                await engine.known(share.people())
            return _Lane(engine.app, engine.quiet), [asyncio.create_task(one) for one in engine.works()]
        case "floor_postgres":
            return _Lane(OnPostgres(phones, lambda: asyncpg.connect(share.dsn)).app, _nothing), []
        case "floor_memory":
            return _Lane(InMemory(phones).app, _nothing), []


async def _nothing() -> None:
    """The floors keep nothing back."""
