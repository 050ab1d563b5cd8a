"""Brings a database to the newest revision: `await upgrade(dsn)`."""

import asyncio
from pathlib import Path

import asyncpg

VERSIONS = Path(__file__).with_name("versions")
VERSION_SCHEMA = "bot"
POLL_S = 0.5
LOCK = 0x7E11E2  # one upgrade at a time in a database; any number that nothing else uses


def newest() -> str:
    """The number of the newest revision, from the files' names: `0004`."""
    return max(path.name[:4] for path in VERSIONS.glob("[0-9][0-9][0-9][0-9]_*.py"))


async def is_current(dsn: str) -> bool:
    """Whether the database is at the newest revision or ahead. Raises OSError or PostgresError if it is not there."""
    connection = await asyncpg.connect(dsn)
    try:
        return await _is_current(connection)
    finally:
        await connection.close()


async def until_current(dsn: str, timeout_s: float) -> bool:
    """Wait until the database answers and is at the newest revision; false if that takes longer than ``timeout_s``."""
    try:
        async with asyncio.timeout(timeout_s):
            while not await _is_current_now(dsn):  # noqa: ASYNC110 -- it is another process that changes it
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        return False
    return True


async def _is_current_now(dsn: str) -> bool:
    try:
        return await is_current(dsn)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


async def upgrade(dsn: str) -> bool:
    """Run what the database has not seen yet, in one transaction; false if that was nothing.

    A database that is ahead of us stays so: during a deployment processes of the last version start anew on the schema
    of the next, and each revision is made so that the version before it works on it.

    Safe from several processes at once. Raises what asyncpg and Alembic raise; then nothing was changed.
    """
    connection = await asyncpg.connect(dsn)
    try:
        if await _is_current(connection):
            return False
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        if await _is_current(connection):  # somebody else did it while we waited
            return False
        await _upgrade(dsn)
        return True
    finally:
        await connection.close()


async def _is_current(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    return (await revision_of(connection) or "") >= newest()


async def revision_of(connection: "asyncpg.Connection[asyncpg.Record]") -> str | None:
    """The number of the revision the database is at; None for a new one."""
    try:
        is_at: str | None = await connection.fetchval(f"select version_num from {VERSION_SCHEMA}.alembic_version")  # noqa: S608 # nosec B608 # the schema's name is ours
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return None
    return is_at


async def _upgrade(dsn: str) -> None:
    # Alembic and SQLAlchemy take a good part of a second to import, and are mostly not needed.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    from bot.postgres import sqlalchemy_url

    config = Config()
    config.set_main_option("script_location", "bot:migrations")

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    engine = create_async_engine(sqlalchemy_url(dsn), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()
