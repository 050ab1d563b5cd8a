"""`teller flows versions|draft|approve|publish|rollback|withdraw|restore`: the versions in the database.

They talk to the database itself, by the same rules as the API, so that a version can be published before anything
runs. Who says ``--as ANNA`` is believed: whoever can reach the database and its secrets here is staff already.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from bot.versions.desk import Book, Desk

T = TypeVar("T")
CONTENT = Path(__file__).resolve().parents[2] / "flows" / "content"
Who = Annotated[str, typer.Option("--as", help="Your name; it stands in the audit.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it stands in the audit.")]
Number = Annotated[int, typer.Argument(help="The version's number; see: teller flows versions.")]


def add_to(app: typer.Typer) -> None:
    """Put the commands into the group."""
    for command in (versions, draft, approve, publish, rollback, withdraw, restore):
        app.command()(command)


def versions(
    events: Annotated[bool, typer.Option("--events", help="Who did what, when and why, instead.")] = False,
) -> None:
    """Show every version and which one is live, newest first."""

    async def work(desk: "Desk") -> tuple["Book", list[str]]:
        return await desk.book(), await desk.damage() if events else []

    book, damage = _done(work)
    for row in _event_rows(book) if events else _version_rows(book):
        typer.echo(row)
    for what in damage:
        typer.echo(f"teller flows: {what}", err=True)
    if damage:
        raise typer.Exit(1)


def draft(
    who: Who,
    why: Why,
    folder: Annotated[Path, typer.Argument(help="The content folder.", show_default="flows/content")] = CONTENT,
) -> None:
    """Hand in a content folder as a new version. Ends with 1 when something in it blocks; it is kept all the same."""
    from bot.versions.files import raw_of, text_of
    from flows.problems import as_text

    number, proof = _done(lambda desk: desk.draft(text_of(raw_of(folder)), who, why))
    for problem in proof.problems:
        typer.echo(as_text(problem, proof.sources) + "\n")
    typer.echo(f"Version {number} is kept as a draft. Somebody else approves it with: teller flows approve {number}")
    raise typer.Exit(0 if proof.clean else 1)


def approve(
    number: Number,
    who: Who,
    why: Why,
    hash: Annotated[str, typer.Option(help="The hash of what you have read; without it that of the version.")] = "",
    accept_warnings: Annotated[bool, typer.Option("--accept-warnings", help="Tick the warnings.")] = False,
    urgent: Annotated[bool, typer.Option("--urgent", help="Also without green tests; two people must.")] = False,
) -> None:
    """Approve a version that somebody else wrote."""

    async def work(desk: "Desk") -> str:
        digest = hash or (await desk.book()).head(number).hash
        await desk.approve(number, digest, who, why, ticked=accept_warnings, urgent=urgent)
        return digest

    typer.echo(f"Version {number} is approved, with the hash {_done(work)}.")


def publish(number: Number, who: Who, why: Why) -> None:
    """Make a version the live one: clean, with green tests, approved by somebody who did not write it."""
    _done(lambda desk: desk.publish(number, who, why))
    typer.echo(f"Version {number} is live.")


def rollback(
    who: Who, why: Why, to: Annotated[int | None, typer.Option(help="An earlier version than the last one.")] = None
) -> None:
    """Make the version before the live one live again, at once."""
    typer.echo(f"Version {_done(lambda desk: desk.rollback(who, why, to))} is live.")


def withdraw(
    what: Annotated[str, typer.Argument(help="A version's number, or a flow of the live version.")], who: Who, why: Why
) -> None:
    """Stop new starts of a version or a flow, at once; open runs pause unless the bank is at work for them."""
    if what.isdecimal():
        _done(lambda desk: desk.withdraw(who, why, version=int(what)))
    else:
        _done(lambda desk: desk.withdraw(who, why, flow=what))
    typer.echo(f"{what} is withdrawn.")


def restore(flow: Annotated[str, typer.Argument(help="A withdrawn flow.")], who: Who, why: Why) -> None:
    """Let customers into a withdrawn flow again. Not by the one who withdrew it."""
    _done(lambda desk: desk.restore(flow, who, why))
    typer.echo(f"{flow} is open again.")


def _done(work: "Callable[[Desk], Awaitable[T]]") -> T:
    """What ``work`` came to; a refusal is said, every reason of it, and ends the command with 1."""
    from bot.versions.records import Refused, VersionFailure

    try:
        return asyncio.run(_worked(work))
    except Refused as refused:
        for reason in refused.reasons:
            typer.echo(f"teller flows: {reason}", err=True)
    except (VersionFailure, OSError) as failure:
        typer.echo(f"teller flows: {failure}", err=True)
    raise typer.Exit(1)


async def _worked(work: "Callable[[Desk], Awaitable[T]]") -> T:
    import asyncpg

    from bot.migrations import upgrade
    from bot.postgres import database_of
    from bot.settings import load_settings
    from bot.versions.desk import Desk
    from bot.versions.store import VersionStore
    from core_adapters import brands

    settings = load_settings()
    dsn = await asyncio.to_thread(database_of, settings)
    await upgrade(dsn)

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(dsn)

    store = VersionStore(connect, settings.audit.key.get_secret_value().encode())
    return await work(Desk(store, brands.load(settings.bank).for_flows(), sandbox=settings.is_sandbox))


def _version_rows(book: "Book") -> list[str]:
    rows = []
    for head in reversed([*book.heads.values()]):
        state = "live" if head.number == book.standing.live else book.standing.state(head.number)
        rows.append(
            f"{head.number:>5}  {state:<9}  {head.at:%Y-%m-%d %H:%M}  {head.hash[:12]}  {head.author}: {head.reason}"
        )
    rows += [f"withdrawn flow: {flow}" for flow in sorted(book.standing.withdrawn_flows)]
    return rows or ["There are none. Hand one in with: teller flows draft"]


def _event_rows(book: "Book") -> list[str]:
    rows = []
    for event in reversed(book.events):
        deed = event.deed
        subject = f"version {deed.version}" if deed.version is not None else f"flow {deed.flow}"
        rule = "" if deed.rule == "people" else f" ({deed.rule})"
        rows.append(f"{event.seq:>5}  {event.at:%Y-%m-%d %H:%M}  {deed.who}  {deed.what} {subject}{rule}: {deed.why}")
    return rows or ["Nothing was done yet."]
