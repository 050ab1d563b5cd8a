"""The bench measures dialogues that work: every answer is checked on the way, in processes of their own."""

import asyncpg
import pytest

from bench.cpu import postmaster_of
from bench.dialogue import TURNS
from bench.engine import Secrets
from bench.floor_postgres import TABLES
from bench.performance.crew import KINDS, Crew, Kind, Share


async def postmaster(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    pid = postmaster_of(await connection.fetchval("select pg_backend_pid()"))
    await connection.close()
    return pid


@pytest.mark.parametrize("kind", KINDS)
async def test_two_processes_have_their_dialogues_side_by_side(database: str, kind: Kind) -> None:
    secrets = Secrets()
    shares = [Share(kind, database, secrets, first, 2, groups=2) for first in (1, 5)]
    crew = Crew(shares, await postmaster(database))
    try:
        await crew.start()
        for _ in range(2):  # a round each for two groups of people
            found = await crew.round(at_once=4, dialogues=1)
            assert found.turns == 4 * TURNS
            assert found.cpu_s > 0
            assert found.turns_a_second > 0
    finally:
        await crew.close()
    if kind == "engine":
        connection = await asyncpg.connect(database)
        assert await connection.fetchval("select count(*) from bot.conversation where version > 1") == 8
        await connection.close()
