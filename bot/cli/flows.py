"""`teller flows`: check the conversations, and try them in the real engine. Needs no database and no settings."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.flow_content import (
    CONTENT,
    Bank,
    Folder,
    brand_of,
    cannot_run,
    capabilities,
    embedded,
    library_of,
    templates,
)
from bot.cli.flow_diff import diff
from bot.cli.flow_graph import graph
from bot.cli.flow_play import play
from bot.cli.flow_preview import preview
from bot.cli.flow_versions import add_to
from flows.problems import Problem

__all__ = ["CONTENT", "app", "brand_of", "cannot_run", "capabilities", "library_of", "templates"]

app = typer.Typer(help="Check, try and publish the conversations.", add_completion=False)
app.command()(play)
app.command()(preview)
app.command()(graph)
app.command()(diff)
add_to(app)


class CheckFormat(StrEnum):
    """How problems are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class TestFormat(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


@app.callback()
def group() -> None:
    """The conversations."""


@app.command()
def check(
    folder: Folder = CONTENT,
    format: Annotated[CheckFormat, typer.Option(help="For people, editors or code hosts.")] = CheckFormat.TEXT,
    tests: Annotated[bool, typer.Option("--tests", help="Play the tests, too: what fails, and what none reaches.")] = (
        False
    ),
    nlu: Annotated[
        Path | None, typer.Option(help="A folder for trained models: whether examples are taken for another flow.")
    ] = None,
    published: Annotated[
        Path | None, typer.Option(help="The folder that customers have now: what a change does to open conversations.")
    ] = None,
    bank: Bank = "sandbox",
) -> None:
    """Say everything that is wrong with the flows. Ends with 0, with 1 when something blocks, 2 if it could not run."""
    from flows import problems
    from flows.checks import check as check_content
    from flows.loader import ContentError, load_library

    brand = brand_of(bank)
    try:
        before = load_library(published, brand).library if published is not None else None
        checked = check_content(folder, brand, channels=capabilities(), templates=templates(), before=before)
    except (ContentError, OSError) as error:
        cannot_run(str(error))
    if published is not None and before is None:
        cannot_run(f"'{published}' has errors of its own, so nothing can be compared with it")
    if checked.library is not None and (tests or nlu is not None):
        from bot.cli.flow_proof import proved

        checked = proved(checked, checked.library, folder, tests=tests, models=nlu)
    if format is CheckFormat.TEXT:
        for problem in checked.problems:
            typer.echo(problems.as_text(problem, checked.sources) + "\n")
        typer.echo(_summary(checked.problems))
    elif format is CheckFormat.JSON:
        typer.echo(problems.as_json(checked.problems))
    else:
        typer.echo(problems.as_sarif(checked.problems, folder.resolve().as_uri() + "/"))
    raise typer.Exit(1 if problems.has_errors(checked.problems) else 0)


@app.command("test")
def play_tests(
    folder: Folder = CONTENT,
    channel: Annotated[str, typer.Option(help="One channel, or all; without it each fixture's own.")] = "",
    format: Annotated[TestFormat, typer.Option(help="For people, or for editors and CI.")] = TestFormat.TEXT,
    coverage: Annotated[bool, typer.Option("--coverage", help="Say what no test reaches.")] = False,
    nlu: Annotated[Path | None, typer.Option(help="A folder for trained models: understand with the real NLU.")] = None,
    bank: Bank = "sandbox",
) -> None:
    """Play the tests of the flows in the real engine. Ends with 0, with 1 when one fails, 2 if it could not run."""
    from flows import problems
    from flows.checks import check as check_content
    from flows.loader import ContentError
    from flows.testing import read_tests, run

    known = capabilities()
    chosen = [one for one in known if channel in ("", "all", one.channel)]
    if not chosen:
        cannot_run(f"there is no channel '{channel}'; there are {', '.join(one.channel for one in known)}")
    try:
        checked = check_content(folder, brand_of(bank), channels=known, templates=templates())
    except (ContentError, OSError) as error:
        cannot_run(str(error))
    found, sources = checked.problems, checked.sources
    if checked.library is not None:
        files, wrong, texts = read_tests(folder, checked.library, channels=known, templates=templates())
        found, sources = problems.in_order(wrong), texts
    if checked.library is None or found:
        _show(found, sources, format)
        raise typer.Exit(1)
    understand = embedded(checked.library, nlu) if nlu is not None else None
    report = run(checked.library, files, chosen, every=channel != "", understand=understand)
    typer.echo(report.as_json() if format is TestFormat.JSON else report.as_text(with_coverage=coverage))
    raise typer.Exit(1 if report.failures else 0)


class Described(StrEnum):
    """What a schema is for."""

    FLOW = "flow"
    SLOTS = "slots"


@app.command()
def schema(of: Annotated[Described, typer.Argument(help="Which files.")] = Described.FLOW) -> None:
    """Print the JSON Schema of flows or of slots.yml, for the completion of an editor."""
    import json

    from flows.loading.schema import flow_schema, slots_schema

    typer.echo(json.dumps(flow_schema() if of is Described.FLOW else slots_schema(), indent=2))


def _show(found: tuple[Problem, ...], sources: Mapping[str, str], format: TestFormat) -> None:
    """What kept the tests from being played."""
    from flows import problems

    if format is TestFormat.JSON:
        typer.echo(problems.as_json(found))
    else:
        typer.echo("\n\n".join(problems.as_text(problem, sources) for problem in found))


def _summary(found: tuple[Problem, ...]) -> str:
    errors = sum(problem.severity == "error" for problem in found)
    warnings = len(found) - errors
    if not found:
        return "No problems."
    return f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
