"""``python -m bench``: prints a table and writes bench/out/turn.json. ``python -m bench flows``: the checks' cost.

``python -m bench soak``: whether one messenger in trouble holds up the others. ``pictures``: what a picture costs.
``newcomers``: whether the funnel of a thousand adds up. ``simulate``, ``crashes``, ``states`` and ``money``: what is
shown of the money path, see docs/money-proof.md. ``nlu``: how well and how cheaply sentences are understood, see
docs/understanding.md. ``chats``: how long a thousand chats wait for us; ``chaos``: everything goes wrong at once, see
docs/reliability.md. ``restore``: a server is lost and a new one made; ``capacity``: how many machines a bank needs.
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import asyncpg
import uvloop
from rich.console import Console
from rich.table import Table

from bench.cpu import postmaster_of, server_s
from bench.dialogue import TURNS, Chat, Phones, posting
from bench.engine import Engine
from bench.floor import InMemory
from bench.floor_postgres import TABLES, OnPostgres
from bot.migrations import upgrade
from bot.postgres import ensure_postgres, stop
from bot.server import spare_the_collector

CHATS = 32
ELSEWHERE = {
    "flows": "bench.flows",
    "soak": "bench.soak",
    "pictures": "bench.pictures",
    "newcomers": "bench.newcomers",
    "simulate": "bench.simulation.command",
    "crashes": "bench.simulation.crashes",
    "states": "bench.simulation.machine",
    "money": "bench.money.command",
    "nlu": "bench.nlu.command",
    "chaos": "bench.chaos.command",
    "chats": "bench.chats",
    "canaries": "bench.canaries",
    "restore": "bench.restore.command",
    "capacity": "bench.capacity.command",
}
OUT = Path(__file__).parent / "out" / "turn.json"


@dataclass
class Lane:
    """One of the three, with what its rounds have cost."""

    name: str
    chats: list[Chat]
    settle: Callable[[], Awaitable[None]]
    cpu_s: list[float] = field(default_factory=list)
    postgres_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)

    async def run(self, dialogues: int, postmaster: int) -> None:
        """One round; appended as seconds per 1,000 turns."""
        server, own, wall = server_s(postmaster), time.process_time(), time.perf_counter()
        await asyncio.gather(*[chat.talk(dialogues) for chat in self.chats])
        await self.settle()
        own, wall = time.process_time() - own, time.perf_counter() - wall
        server = server_s(postmaster) - server
        thousands = len(self.chats) * dialogues * TURNS / 1000
        self.cpu_s.append((own + server) / thousands)
        self.postgres_s.append(server / thousands)
        self.wall_s.append(wall / thousands)


async def measure(dsn: str, rounds: int, dialogues: int) -> dict[str, object]:
    """All rounds, interleaved."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    postmaster = postmaster_of(await connection.fetchval("select pg_backend_pid()"))
    phones = {name: Phones() for name in ("engine", "floor_memory", "floor_postgres")}
    engine = Engine(phones["engine"], lambda: asyncpg.connect(dsn))
    memory = InMemory(phones["floor_memory"])
    durable = OnPostgres(phones["floor_postgres"], lambda: asyncpg.connect(dsn))
    await engine.known(range(1, CHATS + 1))
    background = [asyncio.create_task(engine.recovery.run()), asyncio.create_task(engine.timers.run())]
    lanes = [
        Lane(name, [Chat(n, phones[name], posting(app)) for n in range(1, CHATS + 1)], settle)
        for name, app, settle in (
            ("engine", engine.app, engine.quiet),
            ("floor_memory", memory.app, _nothing),
            ("floor_postgres", durable.app, _nothing),
        )
    ]
    spare_the_collector()  # as a serving process does; all three lanes have it
    for number in range(rounds + 1):
        for lane in lanes:
            await lane.run(dialogues if number else 1, postmaster)
    for lane in lanes:  # the first round only warmed up
        del lane.cpu_s[0], lane.postgres_s[0], lane.wall_s[0]
    for task in background:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    server = await connection.fetchval("show server_version")
    for part in (engine.store, durable, connection):
        await part.close()
    return _result(lanes, server, rounds, dialogues)


async def _nothing() -> None:
    """The floors keep nothing back."""


def _result(lanes: list[Lane], server: str, rounds: int, dialogues: int) -> dict[str, object]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "versions": {"python": platform.python_version(), "postgres": server, "asyncpg": asyncpg.__version__},
        "conversations": CHATS,
        "rounds": rounds,
        "turns_per_round": CHATS * dialogues * TURNS,
    } | {
        lane.name: {
            "cpu_s_per_1000_turns": round(statistics.median(lane.cpu_s), 4),
            "cpu_s_per_1000_turns_best": round(min(lane.cpu_s), 4),
            "postgres_cpu_s_per_1000_turns": round(statistics.median(lane.postgres_s), 4),
            "turns_per_s": round(1000 / statistics.median(lane.wall_s)),
        }
        for lane in lanes
    }


def _print(result: dict[str, object]) -> None:
    costs = {name: result[name] for name in ("engine", "floor_postgres", "floor_memory")}
    table = Table(title="A turn of the transfer dialogue, Postgres included")
    for column in ("", "CPU s per 1,000 turns", "best round", "of it Postgres", "turns/s", "engine / this"):
        table.add_column(column, justify="left" if not column else "right")
    for name, cost in costs.items():
        assert isinstance(cost, dict)
        ratio = costs["engine"]["cpu_s_per_1000_turns"] / cost["cpu_s_per_1000_turns"]  # type: ignore[index]
        table.add_row(name, *[str(value) for value in cost.values()], f"{ratio:.2f}")
    Console().print(table)


def main() -> None:
    """Start a server of our own, measure, write, print."""
    options = argparse.ArgumentParser(prog="bench", description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--dialogues", type=int, default=5, help="per conversation and round")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="teller-bench-"))
    folder.chmod(0o711)  # as root the server runs as somebody else and must get through
    try:
        dsn = ensure_postgres(folder)
        result = uvloop.run(_measured(dsn, chosen.rounds, chosen.dialogues))
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    _print(result)


async def _measured(dsn: str, rounds: int, dialogues: int) -> dict[str, object]:
    await upgrade(dsn)
    return await measure(dsn, rounds, dialogues)


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked in ELSEWHERE:
        import_module(ELSEWHERE[asked]).main()
    else:
        main()
