"""`teller operations`: what stands where on the money path, and the decision about what is on hold.

It asks the running Teller over its API, as a member of staff; who decided what stands in the audit.
"""

from collections.abc import Mapping
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
    for name, value in _asked("GET", f"{PATH}/{op_id}").items():
        typer.echo(f"{name:<12} {_short(value)}")


@app.command()
def resolve(
    op_id: Annotated[str, typer.Argument(help="The operation's id; it must be on HOLD.")],
    outcome: Annotated[Outcome, typer.Option("--as", help="What the bank's books say: posted, or rejected.")],
    note: Annotated[str, typer.Option(help="Where you saw it; stands in the audit.")],
) -> None:
    """Decide an operation on hold by what the bank's books say. The customer is told at once."""
    answer = _asked("POST", f"{PATH}/{op_id}/resolve", body={"outcome": outcome.value, "note": note})
    typer.echo(f"{answer['op_id']} is {answer['state']}")


def _asked(
    method: str, path: str, query: Mapping[str, str] | None = None, body: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The answer's object; a refusal is said and ends the command."""
    return asked(method, path, query, body, of=lambda settings: settings.core_adapters.url)


def _short(value: object) -> str:
    return "-" if value is None else str(value)
