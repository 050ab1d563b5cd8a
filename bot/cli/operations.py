"""`teller operations`: what stands where on the money path, and what two persons decide about what is on hold.

It asks the running Teller over its API, as the member of staff who types; who decided what stands in the audit.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from bot.cli.asking import asked

app = typer.Typer(help="Look after the operations that move money.", add_completion=False, no_args_is_help=True)

PATH = "/api/v1/operations"
COLUMNS = ("op_id", "state", "action", "amount", "error", "created_at")


class State(StrEnum):
    """The states an operation can be in."""

    APPROVED = "APPROVED"
    SENDING = "SENDING"
    POSTED = "POSTED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"
    HOLD = "HOLD"
    VOID = "VOID"
    REVERSING = "REVERSING"
    REVERSED = "REVERSED"


class Outcome(StrEnum):
    """What the bank's books say."""

    POSTED = "posted"
    REJECTED = "rejected"


@app.command("list")
def listed(
    state: Annotated[State | None, typer.Option(help="Only those in this state, such as HOLD.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="The newest so many.")] = 50,
) -> None:
    """Operations, newest first."""
    query = {"limit": str(limit)} | ({"state": state.value} if state else {})
    found: list[Mapping[str, Any]] = _asked("GET", PATH, query=query)["operations"]
    rows = [COLUMNS, *([_short(operation[name]) for name in COLUMNS] for operation in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows:
        typer.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    if not found:
        typer.echo("There are none.")


@app.command()
def show(op_id: Annotated[str, typer.Argument(help="The operation's id.")]) -> None:
    """Everything about one operation."""
    whole = _asked("GET", f"{PATH}/{op_id}")
    proposal = whole.pop("proposal", None)
    for name, value in whole.items():
        typer.echo(f"{name:<12} {_short(value)}")
    if proposal:
        typer.echo(f"{'proposal':<12} {proposal['outcome']}, says {proposal['proposed_by']}: {proposal['note']}")


@app.command()
def resolve(
    op_id: Annotated[str, typer.Argument(help="The operation's id; it must be on HOLD.")],
    outcome: Annotated[Outcome, typer.Option("--as", help="What the bank's books say: posted, or rejected.")],
    note: Annotated[str, typer.Option(help="Where you saw it; stands in the audit.")],
) -> None:
    """Propose what became of an operation on hold, by the bank's books. Nothing moves until somebody else confirms."""
    answer = _asked("POST", f"{PATH}/{op_id}/resolution", body={"outcome": outcome.value, "note": note})
    typer.echo(f"{answer['op_id']} is proposed as {answer['outcome']} and waits for a second person:")
    typer.echo(f"teller operations confirm {answer['op_id']} --as {answer['outcome']}")


@app.command()
def confirm(
    op_id: Annotated[str, typer.Argument(help="The operation's id; somebody else has proposed what became of it.")],
    outcome: Annotated[Outcome, typer.Option("--as", help="What you found in the bank's books yourself.")],
    note: Annotated[str, typer.Option(help="Where you saw it; stands in the audit.")] = "",
) -> None:
    """Confirm what another person proposed. The customer is told at once."""
    answer = _asked("POST", f"{PATH}/{op_id}/resolution/confirm", body={"outcome": outcome.value, "note": note})
    typer.echo(f"{answer['op_id']} is {answer['state']}")


@app.command()
def decline(
    op_id: Annotated[str, typer.Argument(help="The operation's id; somebody else has proposed what became of it.")],
    note: Annotated[str, typer.Option(help="Why; stands in the audit.")],
) -> None:
    """Decline what another person proposed. The operation stays on hold."""
    answer = _asked("POST", f"{PATH}/{op_id}/resolution/decline", body={"note": note})
    typer.echo(f"{answer['op_id']} is {answer['state']}")


@app.command()
def stop(
    name: Annotated[str, typer.Argument(help="An action such as transfers.execute, or a core such as sandbox.")],
    why: Annotated[str, typer.Option(help="Stands in the audit.")],
) -> None:
    """Take no more operations of this kind, at once and everywhere. What is at the bank already goes to its end."""
    _turn(name, True, why)


@app.command()
def allow(
    name: Annotated[str, typer.Argument(help="What was stopped.")],
    why: Annotated[str, typer.Option(help="Stands in the audit.")],
) -> None:
    """Let what was stopped go on."""
    _turn(name, False, why)


@app.command()
def switches() -> None:
    """What is stopped or was, by whom and why."""
    found = _asked("GET", f"{PATH}/switches")
    for one in found["switches"]:
        state = "stopped" if one["stopped"] else "allowed"
        typer.echo(f"{one['name']:<24} {state}  {one['at']}  {one['who']}: {one['why']}")
    if not found["switches"]:
        typer.echo("Nothing was ever stopped.")


@app.command()
def reconcile(
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day in UTC; yesterday if none.")] = None,
) -> None:
    """Compare a day of our books with the bank's statement. Ends with 1 when they differ."""
    wanted = day.date() if day else datetime.now(UTC).date() - timedelta(days=1)
    found = _asked("POST", f"{PATH}/reconciliations", body={"day": wanted.isoformat()})
    typer.echo(
        f"{found['day']}, {found['core']}: {', '.join(f'{n} {verdict}' for verdict, n in found['counts'].items())}"
    )
    for one in found["differences"]:
        typer.echo(
            f"{one['verdict']:<12} {one['reference']}  ours: {_sums(one['ours'])}  theirs: {_sums(one['theirs'])}"
        )
    if found["differences"]:
        raise typer.Exit(1)


def _turn(name: str, stopped: bool, why: str) -> None:
    answer = _asked("PUT", f"{PATH}/switches/{name}", body={"stopped": stopped, "why": why})
    typer.echo(f"{answer['name']} is {'stopped' if answer['stopped'] else 'allowed'}")


def _sums(sums: Mapping[str, str] | None) -> str:
    return ", ".join(sums.values()) if sums else "-"


def _asked(
    method: str, path: str, query: Mapping[str, str] | None = None, body: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """The answer's object; a refusal is said and ends the command."""
    return asked(method, path, query, body, of=lambda settings: settings.core_adapters.url)


def _short(value: object) -> str:
    return "-" if value is None else str(value)
