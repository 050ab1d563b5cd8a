"""`teller db`: the schema of the database."""

import asyncio
from typing import Annotated

import typer

WAIT_S = 900.0

app = typer.Typer(help="Bring the database's schema up to date.", add_completion=False)


@app.callback()
def group() -> None:
    """The database's schema."""


@app.command()
def upgrade() -> None:
    """Run every migration that this database has not seen."""
    from bot.migrations import newest
    from bot.migrations import upgrade as run_migrations
    from bot.postgres import database_of
    from bot.settings import load_settings

    changed = asyncio.run(run_migrations(database_of(load_settings())))
    typer.echo(f"{'brought' if changed else 'already'} up to date: revision {newest()}")


@app.command()
def wait(timeout_s: Annotated[float, typer.Option(min=1, help="Give up after so many seconds.")] = WAIT_S) -> None:
    """Wait until the database is at this version's revision, or a newer one. Changes nothing; ends with 1 in vain."""
    from bot.migrations import newest, until_current
    from bot.postgres import database_of
    from bot.settings import load_settings

    if not asyncio.run(until_current(database_of(load_settings()), timeout_s)):
        typer.echo(
            f"the database has not come to revision {newest()}; see the Job that runs teller db upgrade", err=True
        )
        raise typer.Exit(1)
    typer.echo(f"the database is at revision {newest()} or newer")
