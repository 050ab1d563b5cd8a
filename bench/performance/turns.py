"""What a turn costs by how many people write at once, in one process and in two, beside both floors."""

import statistics
from collections.abc import Callable

import asyncpg

from bench.engine import Secrets
from bench.floor_postgres import TABLES
from bench.performance.crew import KINDS, Crew, Kind, Round, Share
from bench.performance.figures import Figure
from bench.performance.server import Server

COST, PACE = "a turn of the transfer dialogue", "turns a second"
GOAL_RATIO = 2.0
# At once, and the dialogues each of them has in a round: enough that the server's CPU ticks of 10 ms count little.
ROUNDS_OF = {1: 60, 8: 12, 32: 5, 256: 2}
NAMES: dict[Kind, str] = {"engine": "engine", "floor_postgres": "by hand, durable", "floor_memory": "in memory"}


async def measured(server: Server, rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """Rounds of all three take turns; the first of each only warms up."""
    found: list[Figure] = []
    for processes in (1, 2):
        dsn = await server.database(f"turns_{processes}")
        connection = await asyncpg.connect(dsn)
        await connection.execute(TABLES)
        await connection.close()
        found += await _of(server, dsn, processes, rounds, say)
    return sorted(found, key=lambda one: one.lane != COST)


async def _of(server: Server, dsn: str, processes: int, rounds: int, say: Callable[[str], None]) -> list[Figure]:
    secrets, most = Secrets(), max(ROUNDS_OF)
    crews = {kind: Crew(_shares(kind, dsn, secrets, processes, most), server.postmaster) for kind in KINDS}
    taken: dict[tuple[int, Kind], list[Round]] = {}
    try:
        for crew in crews.values():
            await crew.start()
        for number in range(rounds + 1):
            say(f"turns, {name(processes)}: round {number} of {rounds}")
            for at_once, dialogues in ROUNDS_OF.items():
                for kind, crew in crews.items():
                    if at_once >= processes:
                        taken.setdefault((at_once, kind), []).append(await crew.round(at_once, dialogues))
    finally:
        for crew in crews.values():
            await crew.close()
    return [one for at_once in ROUNDS_OF if at_once >= processes for one in _figures(taken, at_once, processes)]


def where(at_once: int, processes: int) -> str:
    """What a figure of this lane is called."""
    return f"{at_once} at once, {name(processes)}"


def name(processes: int) -> str:
    return "one process" if processes == 1 else f"{processes} processes"


def _shares(kind: Kind, dsn: str, secrets: Secrets, processes: int, most: int) -> list[Share]:
    each = most // processes
    return [Share(kind, dsn, secrets, 1 + n * each, each) for n in range(processes)]


def _figures(taken: dict[tuple[int, Kind], list[Round]], at_once: int, processes: int) -> list[Figure]:
    def median(kind: Kind, of: Callable[[Round], float]) -> float:
        return statistics.median(of(one) for one in taken[at_once, kind][1:])

    def floors(of: Callable[[Round], float]) -> dict[str, float]:
        return {NAMES[kind]: median(kind, of) for kind in KINDS if kind != "engine"}

    goal = GOAL_RATIO if (at_once, processes) == (32, 1) else None
    cpu, pace = (lambda one: one.cpu_ms_a_turn), (lambda one: one.turns_a_second)
    parts = {"Postgres": median("engine", lambda one: one.postgres_ms_a_turn)}
    what = where(at_once, processes)
    return [
        Figure(COST, what, median("engine", cpu), "ms CPU", floors(cpu), goal, "ratio", parts=parts),
        Figure(PACE, what, median("engine", pace), "", floors(pace), better="more"),
    ]
