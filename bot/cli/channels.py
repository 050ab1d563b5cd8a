"""`teller channels`: which messengers send, what waits, and the switch that stops one.

It asks the running Teller over its API, as a member of staff; who turned a switch stands beside it and in the log.
"""

from typing import Annotated, Any

import typer

from bot.cli.asking import asked

app = typer.Typer(help="See and stop the sending of messengers.", add_completion=False, no_args_is_help=True)

PATH = "/api/v1/channels"
COLUMNS = ("channel", "account", "sending", "waiting", "by", "reason", "rests until")

Channel = Annotated[str, typer.Argument(help="The messenger, such as whatsapp.")]
Reason = Annotated[str, typer.Option("--why", help="Stands beside the switch and in the log.")]
Account = Annotated[str, typer.Option(help="One account of the messenger; without it all of them.")]


@app.command("list")
def listed() -> None:
    """All accounts: whether they send, what waits, who stopped them, and until when one rests by itself."""
    _show(asked("GET", PATH)["channels"])


@app.command()
def stop(channel: Channel, reason: Reason, account: Account = "") -> None:
    """Send nothing any more, in every process. Messages wait; what customers write is taken in all the same."""
    _turned(channel, account, "off", reason)


@app.command()
def start(channel: Channel, reason: Reason = "all is well again", account: Account = "") -> None:
    """Send again: what has waited goes out in its order, except what has grown too old."""
    _turned(channel, account, "on", reason)


def _turned(channel: str, account: str, sending: str, reason: str) -> None:
    body = {"sending": sending, "reason": reason, "account": account}
    _show(asked("PUT", f"{PATH}/{channel}", body=body)["channels"])


def _show(lines: list[dict[str, Any]]) -> None:
    rows = [COLUMNS, *([_cell(line, column) for column in COLUMNS] for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows:
        typer.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    if not lines:
        typer.echo("There are none.")


def _cell(line: dict[str, Any], column: str) -> str:
    if column == "rests until" and line["rests_until"]:
        return f"{line['rests_until'][:19]} ({line['rests_for']})"
    return str(line.get(column) or "-") if column != "waiting" else str(line["waiting"])
