"""What a turn costs with a thousand, a hundred thousand and ten million conversations in the table.

Each is a database of its own on one server, filled before, and rounds go from one to the next. Everybody in a round
writes for the first time since the table was filled, and lies anywhere in it.
"""

import statistics
from collections.abc import Callable, Sequence

import asyncpg

from bench.dialogue import Phones
from bench.engine import Engine, Secrets
from bench.performance.crew import Crew, Round, Share
from bench.performance.figures import Figure
from bench.performance.server import Server

LANE = "a turn, by how many conversations are kept"
AT_ONCE, DIALOGUES = 32, 5
PIECES = 20  # the ones that write lie in so many places of the table
GOAL_RATIO = 1.1
FILL = """
insert into bot.conversation (id, version, state, heard_at)
select gen_random_uuid(), 1, $1, now() - random() * interval '300 days' from generate_series(1, $2::bigint)
"""
THOSE = "insert into bot.conversation select * from known order by id limit $1 offset $2"


async def measured(server: Server, sizes: Sequence[int], rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """The smallest is the floor of the others."""
    crews: dict[int, Crew] = {}
    taken: dict[int, list[Round]] = {size: [] for size in sizes}
    try:
        for size in sizes:
            say(f"growth: filling {size:,} conversations")
            secrets = Secrets()
            dsn = await server.database(f"growth_{size}")
            people = range(1, 1 + AT_ONCE * (rounds + 1))
            await _filled(dsn, secrets, people, size)
            share = Share("engine", dsn, secrets, 1, AT_ONCE, rounds + 1, meets=False)
            crews[size] = Crew([share], server.postmaster)
            await crews[size].start()
        for number in range(rounds + 1):
            say(f"growth: round {number} of {rounds}")
            for size, crew in crews.items():
                taken[size].append(await crew.round(AT_ONCE, DIALOGUES))
    finally:
        for crew in crews.values():
            await crew.close()
    return [_figure(taken, size, sizes[0]) for size in sizes]


def _figure(taken: dict[int, list[Round]], size: int, first: int) -> Figure:
    def median(size: int, of: Callable[[Round], float]) -> float:
        return statistics.median(of(one) for one in taken[size][1:])

    def cpu(one: Round) -> float:
        return one.cpu_ms_a_turn

    floors = {f"with {first:,}": median(first, cpu)} if size != first else {}
    parts = {"Postgres": median(size, lambda one: one.postgres_ms_a_turn)}
    goal = GOAL_RATIO if floors else None
    return Figure(LANE, f"{size:,}", median(size, cpu), "ms CPU", floors, goal, "ratio", parts=parts)


async def _filled(dsn: str, secrets: Secrets, people: range, size: int) -> None:
    """Those who will write, spread among others whose states are as long as theirs."""
    engine = Engine(Phones(), lambda: asyncpg.connect(dsn), secrets=secrets)
    await engine.known(people)
    await engine.close()
    connection = await asyncpg.connect(dsn)
    state = await connection.fetchval("select state from bot.conversation limit 1")
    await connection.execute("create temp table known as select * from bot.conversation")
    await connection.execute("truncate bot.conversation")
    await connection.execute("alter table bot.conversation drop constraint conversation_pkey")  # made again in one go
    each, others = -(-len(people) // PIECES), max(0, size - len(people)) // PIECES
    for piece in range(PIECES):
        await connection.execute(FILL, state, others, timeout=3600)
        await connection.execute(THOSE, each, piece * each)
    await connection.execute("alter table bot.conversation add primary key (id)", timeout=3600)
    await connection.execute("vacuum (freeze, analyze) bot.conversation", timeout=3600)
    await connection.execute("checkpoint", timeout=3600)
    await connection.close()
