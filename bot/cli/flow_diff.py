"""`teller flows diff`: what differs between two versions of the content, in words.

A version that has a number is read from the database where versions are kept; nothing is written there, not even
the tables. A folder needs no database.
"""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.flow_content import Bank, brand_of, cannot_run, library_of

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.versions.records import Version
    from flows.model import Library

    # Finds a published version by its number; None when there is no such number.
    Published = Callable[[int, str], Library | None]


class DiffFormat(StrEnum):
    """How differences are written."""

    TEXT = "text"
    JSON = "json"


def diff(
    old: Annotated[
        str, typer.Argument(help="A content folder, or the number of a version; see: teller flows versions.")
    ],
    new: Annotated[str, typer.Argument(help="The same, for what comes after.")],
    format: Annotated[DiffFormat, typer.Option(help="For people, or for editors and CI.")] = DiffFormat.TEXT,
    bank: Bank = "sandbox",
) -> None:
    """Say what differs, the most dangerous first. Ends with 0, or with 2 if it could not run."""
    typer.echo(compared(old, new, format, bank, kept))


def compared(old: str, new: str, format: DiffFormat, bank: str, published: "Published | None" = None) -> str:
    """The differences between two folders or versions. ``published`` reads a version from where versions are kept."""
    from flows.diffing import as_json, as_text, differences

    found = differences(_library(old, bank, published), _library(new, bank, published))
    return as_json(found) if format is DiffFormat.JSON else as_text(found)


def kept(number: int, bank: str) -> "Library | None":
    """A version of the database, drafts too; None when there is no such number. Ends the command with 2 when it or the
    database cannot be read."""
    import asyncpg

    from bot.postgres.binaries import NoPostgres
    from bot.postgres.postmaster import PostgresDidNotStart
    from bot.settings import load_settings
    from bot.versions.proof import compiled
    from bot.versions.records import NotThere
    from flows.loader import ContentError

    try:
        version = asyncio.run(_read(number, load_settings()))
        return compiled(version.files, brand_of(bank), version.head.logic)
    except (NotThere, asyncpg.UndefinedTableError):
        return None
    except ContentError as error:
        cannot_run(f"version {number} cannot be read: {error}")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, NoPostgres, PostgresDidNotStart) as error:
        cannot_run(f"the versions cannot be read from the database: {error}")


async def _read(number: int, settings: "Settings") -> "Version":
    import asyncpg

    from bot.postgres import database_of
    from bot.versions.store import VersionStore

    dsn = await asyncio.to_thread(database_of, settings)

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(dsn, server_settings={"default_transaction_read_only": "on"})

    return await VersionStore(connect, settings.audit.key.get_secret_value().encode()).version(number)


def _library(named: str, bank: str, published: "Published | None") -> "Library":
    if not named.isdecimal() or Path(named).is_dir():
        return library_of(Path(named), bank)
    if published is None:
        cannot_run(f"'{named}' is no folder, and no published versions are at hand here")
    found = published(int(named), bank)
    if found is None:
        cannot_run(f"there is no version {named}; see: teller flows versions")
    return found
