"""Every test has a database of its own."""

import asyncpg
import pytest

from bot.migrations import is_current


@pytest.mark.parametrize("_again", [1, 2, 3])
async def test_a_test_finds_a_migrated_database_without_the_traces_of_another(database: str, _again: int) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("create table bot.trace(n int)")
    await connection.close()
    assert await is_current(database)
