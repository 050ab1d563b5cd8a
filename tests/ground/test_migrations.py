"""The one history of the schema."""

import asyncio
import re
import time

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.migrations import newest, until_current, upgrade
from bot.migrations.runner import VERSIONS
from tests.conftest import TEMPLATE, of_database


def _history() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "bot:migrations")
    return ScriptDirectory.from_config(config)


def test_the_history_is_one_line_and_each_file_says_its_owner() -> None:
    history = _history()
    assert history.get_heads() == [newest()]
    revisions = list(history.walk_revisions())
    names = sorted(path.name for path in VERSIONS.glob("*_*.py") if path.name != "__init__.py")
    assert len(revisions) == len(names)
    for name in names:
        assert name == "0001_schemas.py" or re.fullmatch(r"\d{4}_(bot|money|customers)_\w+\.py", name)


async def test_an_upgrade_with_nothing_to_do_takes_milliseconds(database: str) -> None:
    began = time.perf_counter()
    assert await upgrade(database) is False
    assert time.perf_counter() - began < 0.5


async def test_several_processes_may_upgrade_a_new_database_at_once(server: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute("create database upgraded_at_once")
    try:
        dsn = of_database(server, "upgraded_at_once")
        assert sorted(await asyncio.gather(upgrade(dsn), upgrade(dsn)), reverse=True) == [True, False]
        assert await upgrade(dsn) is False
    finally:
        await connection.execute("drop database upgraded_at_once with (force)")
        await connection.close()


async def test_the_three_owners_have_their_schemas(database: str) -> None:
    connection = await asyncpg.connect(database)
    schemas = {row["nspname"] for row in await connection.fetch("select nspname from pg_namespace")}
    await connection.close()
    assert {"bot", "money", "customers"} <= schemas
    assert TEMPLATE not in database


async def test_a_schema_that_is_ahead_of_us_is_left_as_it_is(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("update bot.alembic_version set version_num = '9999'")
    try:
        assert await upgrade(database) is False
        assert await connection.fetchval("select version_num from bot.alembic_version") == "9999"
    finally:
        await connection.close()


async def test_who_waits_for_the_schema_goes_on_as_soon_as_it_is_there(server: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute("create database waited_for")
    dsn = of_database(server, "waited_for")
    try:
        assert await until_current(dsn, 0.1) is False
        waiting = asyncio.create_task(until_current(dsn, 60))
        await upgrade(dsn)
        assert await waiting is True
    finally:
        await connection.execute("drop database waited_for with (force)")
        await connection.close()


async def test_who_waits_for_a_database_that_is_not_there_gives_up_in_time() -> None:
    assert await until_current("postgresql://nobody@127.0.0.1:1/none", 0.1) is False
