"""The one history of the schema."""

import asyncio
import re
import time

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.migrations import newest, upgrade
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
