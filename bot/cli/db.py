"""`teller db`: the schema of the database."""

import asyncio

import typer

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
