"""`teller flows`: check the conversations, and try them in the real engine. Needs no database and no settings."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from flows.facts import Fact
from flows.model import Brand, Library
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


class TestFormat(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


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
        files, wrong, texts = read_tests(folder, checked.library)
        found, sources = problems.in_order(wrong), texts
    if checked.library is None or found:
        _show(found, sources, format)
        raise typer.Exit(1)
    understand = _embedded(checked.library, nlu) if nlu is not None else None
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


def _embedded(library: Library, cache: Path) -> Callable[[str, str], Fact]:
    """The embedded NLU, trained on these flows' examples."""
    import asyncio

    from nlu.embedded import open_engine

    examples = {
        flow.starts_on.intents[0]: flow.starts_on.examples for flow in library.flows.values() if flow.starts_on.intents
    }
    engine = open_engine(cache, examples)
    return lambda text, locale: asyncio.run(engine.parse(text, locale))


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
