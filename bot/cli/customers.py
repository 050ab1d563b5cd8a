"""`teller customers`: what is done to the data of people as a whole."""

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(help="Seal what is kept of customers with the current key.", add_completion=False)


@app.callback()
def group() -> None:
    """Customers' data."""


@app.command()
def reseal() -> None:
    """Seal again what an older key sealed. May be stopped and begun again; afterwards the old key may go."""
    from bot.settings import load_settings

    asyncio.run(_reseal(load_settings()))
    typer.echo("All that stays is sealed with the current key.")
    typer.echo("Files and broadcasts lose their old one within thirty days: then take the old key out.")


async def _reseal(settings: "Settings") -> None:
    import asyncpg
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    from bot import resealing
    from bot.keyring import Keyring
    from bot.postgres import database_of, sqlalchemy_url
    from customer_api.resealing import reseal as people

    keyring = Keyring([key.get_secret_value() for key in settings.vault.keys])
    dsn = await asyncio.to_thread(database_of, settings)
    engine = create_async_engine(sqlalchemy_url(dsn), pool_size=1)
    try:
        rest = resealing.reseal(lambda: asyncpg.connect(dsn), keyring)
        for job in (people(async_sessionmaker(engine), keyring), rest):
            async for done in job:
                typer.echo(f"{done.table}: {done.seen} rows seen, {done.resealed} sealed again")
    finally:
        await engine.dispose()
