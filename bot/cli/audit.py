"""`teller audit`: whether the audit of money is as it was written."""

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from core_adapters.operations.audit import Checked

app = typer.Typer(help="Verify the chain of the audit.", add_completion=False)


@app.callback()
def group() -> None:
    """The audit of money."""


@app.command()
def verify() -> None:
    """Read the whole audit; name every row that was changed, and every place where one is missing. Ends with 1 then."""
    from bot.settings import load_settings

    checked = asyncio.run(_checked(load_settings()))
    for finding in checked.findings:
        typer.echo(f"row {finding.seq}: {finding.what}")
    typer.echo(
        f"{checked.rows} rows, {checked.unlinked} of them not in the chain yet, {len(checked.findings)} findings"
    )
    if checked.findings:
        raise typer.Exit(1)


async def _checked(settings: "Settings") -> "Checked":
    import asyncpg

    from bot.postgres import database_of
    from core_adapters.operations.audit import Audit

    dsn = await asyncio.to_thread(database_of, settings)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        return await Audit(settings.audit.key.get_secret_value().encode()).check(pool)
