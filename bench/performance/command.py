"""``make bench``: what everything costs, beside the least that it could; ``ARGS="--lanes turns"`` for some of it.

Prints a table and writes bench/out/performance.json and performance.svg. ``--against FILE`` puts beside each figure how
it changed since that file was written: by the ratio to its floor where it has one, for that is what a busy machine
leaves alone. ``--conversations 10000000`` fills the largest table so far, which takes some minutes and 10 GB of disk.
"""

import argparse
import os
import platform
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import structlog
import uvloop
from rich.console import Console

from bench.chaos.estate import UNDERSTANDING
from bench.performance import estate, growth, rooms, sending, starting, turns
from bench.performance.figures import Figure, Kept, read, show, write
from bench.performance.server import Server, running

OUT = Path(__file__).parents[1] / "out"
FEWEST, MANY = 1_000, 100_000
Say = Callable[[str], None]


def main() -> None:
    """Measure, keep, draw, print; 2 for a file that cannot be compared with."""
    options = argparse.ArgumentParser(prog="bench", description=__doc__)
    options.add_argument("--lanes", nargs="+", choices=[*LANES], default=[*LANES])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--conversations", type=int, default=MANY, help="in the fullest table")
    options.add_argument("--against", type=Path, metavar="FILE", help="an earlier performance.json")
    chosen = options.parse_args()
    try:
        before = read(chosen.against) if chosen.against else None
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    kept = uvloop.run(_measured(chosen))
    write(kept, OUT / "performance.json")
    show(kept, before)
    from bench.performance.plot import draw  # here, for it takes a second and nobody waits for it

    draw(kept, OUT / "performance.svg")


async def _measured(chosen: argparse.Namespace) -> Kept:
    busy = os.getloadavg()[0]
    figures: list[Figure] = []
    console = Console(stderr=True)
    with console.status("starting a server") as status:
        say: Say = status.update if console.is_terminal else lambda line: console.print(line, highlight=False)
        async with running() as server:
            for lane in chosen.lanes:
                figures += await LANES[lane](server, chosen, say)
    where = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load before": round(busy, 1),
        "versions": {"python": platform.python_version(), "postgres": server.version, "asyncpg": asyncpg.__version__},
    }
    return Kept(where, tuple(figures))


async def _growth(server: Server, chosen: argparse.Namespace, say: Say) -> list[Figure]:
    sizes = sorted({size for size in (FEWEST, MANY, chosen.conversations) if size <= chosen.conversations})
    return await growth.measured(server, sizes, chosen.rounds, say)


async def _starting(server: Server, _: argparse.Namespace, say: Say) -> list[Figure]:
    return await starting.measured(server, UNDERSTANDING, say)


async def _understanding(_: Server, chosen: argparse.Namespace, say: Say) -> list[Figure]:
    return rooms.understanding(chosen.rounds, say)


async def _pictures(_: Server, __: argparse.Namespace, say: Say) -> list[Figure]:
    return rooms.pictures(say)


async def _flows(_: Server, chosen: argparse.Namespace, say: Say) -> list[Figure]:
    return rooms.flows(chosen.rounds, say)


LANES: dict[str, Callable[[Server, argparse.Namespace, Say], Awaitable[list[Figure]]]] = {
    "turns": lambda server, chosen, say: turns.measured(server, chosen.rounds, say),
    "growth": _growth,
    "people": lambda server, _, say: rooms.people(server, say),
    "sending": lambda server, chosen, say: sending.measured(server, chosen.rounds, say),
    "estate": lambda _, __, say: estate.measured(say),
    "nlu": _understanding,
    "pictures": _pictures,
    "flows": _flows,
    "starting": _starting,
}
