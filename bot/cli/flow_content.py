"""What every `teller flows` command needs: the content folder, the bank's brand, the channels and the pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.versions.estate import capabilities, templates
from flows.facts import Fact
from flows.model import Brand, Library

__all__ = ["CONTENT", "ROOT", "Bank", "Folder", "brand_of", "cannot_run", "capabilities", "colours_of", "embedded",
           "library_of", "templates"]  # fmt: skip

COULD_NOT_RUN = 2
ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "flows" / "content"

Folder = Annotated[
    Path, typer.Argument(help="The content folder, with slots.yml and flows/.", show_default="flows/content")
]
Bank = Annotated[str, typer.Option(envvar="TELLER_BANK", help="Whose currency, limits and languages hold.")]


def brand_of(bank: str) -> Brand:
    """The bank's brand; ends the command with 2 when there is none or it is wrong."""
    from flows.loader import BrandError, load_brand

    try:
        return load_brand(ROOT / "core_adapters" / "internal" / bank / "brand.yml")
    except BrandError as error:
        cannot_run(str(error))


def colours_of(bank: str) -> Mapping[str, str]:
    """The colours of the bank's brand; none when it has none."""
    import yaml

    path = ROOT / "core_adapters" / "internal" / bank / "brand.yml"
    colours = yaml.safe_load(path.read_text(encoding="utf-8")).get("colours")
    return {str(name): str(colour) for name, colour in colours.items()} if isinstance(colours, dict) else {}


def cannot_run(why: str) -> NoReturn:
    """End the command: nothing could be said about the content."""
    typer.echo(f"teller flows: {why}", err=True)
    raise typer.Exit(COULD_NOT_RUN)


def library_of(folder: Path, bank: str) -> Library:
    """The checked content. What blocks is shown and ends the command with 1; a folder that is none, with 2."""
    from flows import problems
    from flows.checks import check
    from flows.loader import ContentError

    try:
        checked = check(folder, brand_of(bank), channels=capabilities(), templates=templates())
    except (ContentError, OSError) as error:
        cannot_run(str(error))
    if checked.library is None:
        errors = [one for one in checked.problems if one.severity == "error"]
        typer.echo("\n\n".join(problems.as_text(one, checked.sources) for one in errors))
        raise typer.Exit(1)
    return checked.library


def embedded(library: Library, cache: Path) -> Callable[[str, str], Fact]:
    """The embedded NLU, trained on these flows' examples."""
    import asyncio

    from nlu.embedded import open_engine

    examples = {
        flow.starts_on.intents[0]: flow.starts_on.examples for flow in library.flows.values() if flow.starts_on.intents
    }
    engine = open_engine(cache, examples)
    return lambda text, locale: asyncio.run(engine.parse(text, locale))
