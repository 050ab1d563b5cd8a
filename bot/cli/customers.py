"""`teller customers`: what is done to the data of people as a whole."""

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(help="Seal customers' data with the current key.", add_completion=False)


@app.callback()
def group() -> None:
    """Customers' data."""


@app.command()
def reseal() -> None:
    """Seal again what an older key sealed. May be stopped and begun again; afterwards the old key may go."""
    from bot.settings import load_settings

    asyncio.run(_reseal(load_settings()))
    typer.echo("All is sealed with the current key. Codes lose their old one within a day; then take the old key out.")


async def _reseal(settings: "Settings") -> None:
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    from bot.keyring import Keyring
    from bot.postgres import database_of, sqlalchemy_url
    from customer_api.resealing import reseal as again

    keyring = Keyring([key.get_secret_value() for key in settings.vault.keys])
    engine = create_async_engine(sqlalchemy_url(await asyncio.to_thread(database_of, settings)), pool_size=1)
    try:
        async for done in again(async_sessionmaker(engine), keyring):
            typer.echo(f"{done.table}: {done.seen} rows seen, {done.resealed} sealed again")
    finally:
        await engine.dispose()
