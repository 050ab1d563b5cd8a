"""`teller audit`: whether the audit of money is as it was written, and how far it is."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings
    from core_adapters.operations.audit import Checked
    from core_adapters.operations.audit_head import Head

app = typer.Typer(help="Verify the chain of the audit.", add_completion=False)
KEPT = typer.Option("--head", exists=True, dir_okay=False, help="A head that was kept elsewhere: `teller audit head`.")


@app.callback()
def group() -> None:
    """The audit of money."""


@app.command()
def verify(head: Annotated[Path | None, KEPT] = None) -> None:
    """Read the whole audit; name every row that was changed, and every place where one is missing. Ends with 1 then."""
    from bot.settings import load_settings

    checked = asyncio.run(_checked(load_settings(), _kept(head) if head else None))
    for finding in checked.findings:
        typer.echo(f"row {finding.seq}: {finding.what}")
    typer.echo(
        f"{checked.rows} rows, {checked.unlinked} of them not in the chain yet, {len(checked.findings)} findings"
    )
    if checked.head:
        typer.echo(
            f"row {checked.head.seq} is the newest in the chain, whose end is kept since place {checked.head.since}"
        )
    if checked.findings:
        raise typer.Exit(1)


@app.command()
def head() -> None:
    """Tell which row is the newest in the chain, as a line to be kept where nobody who owns the tables can write."""
    from bot.settings import load_settings

    told = asyncio.run(_head(load_settings()))
    if told is None:
        typer.echo("Nothing is in the chain yet, or its end does not hold: `teller audit verify` says which.", err=True)
        raise typer.Exit(1)
    typer.echo(json.dumps({"event": "audit_head"} | told.told()))


def _kept(path: Path) -> "Head":
    from core_adapters.operations.audit_head import Head

    try:
        return Head.kept(path.read_text())
    except ValueError as problem:
        typer.echo(f"{path} is no head: {problem}", err=True)
        raise typer.Exit(2) from problem


async def _checked(settings: "Settings", kept: "Head | None") -> "Checked":
    import asyncpg

    from bot.postgres import database_of
    from core_adapters.operations.audit import Audit

    dsn = await asyncio.to_thread(database_of, settings)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        return await Audit(settings.audit.key.get_secret_value().encode()).check(pool, kept)


async def _head(settings: "Settings") -> "Head | None":
    import asyncpg

    from bot.postgres import database_of
    from core_adapters.operations.audit import Audit

    connection = await asyncpg.connect(await asyncio.to_thread(database_of, settings))
    try:
        return await Audit(settings.audit.key.get_secret_value().encode()).head(connection)
    finally:
        await connection.close()
