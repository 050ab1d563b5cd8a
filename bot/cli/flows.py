"""`teller flows`: check the conversations, and try them in the real engine. Needs no database and no settings."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from flows.model import Brand
from flows.ports import Capabilities
from flows.problems import Problem

COULD_NOT_RUN = 2
ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "flows" / "content"

app = typer.Typer(help="Check, try and publish the conversations.", add_completion=False)


class CheckFormat(StrEnum):
    """How problems are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


Folder = Annotated[
    Path, typer.Argument(help="The content folder, with slots.yml and flows/.", show_default="flows/content")
]
Bank = Annotated[str, typer.Option(envvar="TELLER_BANK", help="Whose currency, limits and languages hold.")]


@app.callback()
def group() -> None:
    """The conversations."""


@app.command()
def check(
    folder: Folder = CONTENT,
    format: Annotated[CheckFormat, typer.Option(help="For people, editors or code hosts.")] = CheckFormat.TEXT,
    bank: Bank = "sandbox",
) -> None:
    """Say everything that is wrong with the flows. Ends with 0, with 1 when something blocks, 2 if it could not run."""
    from flows import problems
    from flows.checks import check as check_content
    from flows.loader import ContentError

    try:
        checked = check_content(folder, brand_of(bank), channels=capabilities(), templates=templates())
    except (ContentError, OSError) as error:
        cannot_run(str(error))
    if format is CheckFormat.TEXT:
        for problem in checked.problems:
            typer.echo(problems.as_text(problem, checked.sources) + "\n")
        typer.echo(_summary(checked.problems))
    elif format is CheckFormat.JSON:
        typer.echo(problems.as_json(checked.problems))
    else:
        typer.echo(problems.as_sarif(checked.problems, folder.resolve().as_uri() + "/"))
    raise typer.Exit(1 if problems.has_errors(checked.problems) else 0)


def _summary(found: tuple[Problem, ...]) -> str:
    errors = sum(problem.severity == "error" for problem in found)
    warnings = len(found) - errors
    if not found:
        return "No problems."
    return f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def brand_of(bank: str) -> Brand:
    """The bank's brand; ends the command with 2 when there is none or it is wrong."""
    from flows.loader import BrandError, load_brand

    try:
        return load_brand(ROOT / "core_adapters" / "internal" / bank / "brand.yml")
    except BrandError as error:
        cannot_run(str(error))


def capabilities() -> tuple[Capabilities, ...]:
    """The capability record of every messenger there is."""
    import channels

    found = []
    for module in pkgutil.iter_modules(channels.__path__):
        name = f"channels.{module.name}.capabilities"
        if module.ispkg and importlib.util.find_spec(name) is not None:
            found.append(importlib.import_module(name).CAPABILITIES)
    return tuple(found)


def templates() -> Mapping[str, frozenset[str]]:
    """The pictures a response may ask for, with their inputs."""
    from bot.pictures import QUESTIONS

    return {template: frozenset({value}) for template, (_, _, value, _) in QUESTIONS.items()}


def cannot_run(why: str) -> NoReturn:
    """End the command: nothing could be said about the content."""
    typer.echo(f"teller flows: {why}", err=True)
    raise typer.Exit(COULD_NOT_RUN)
