"""`teller flows graph`: draw a flow, or how the flows lead to each other."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.flow_content import (
    CONTENT,
    Bank,
    cannot_run,
    capabilities,
    colours_of,
    library_of,
)
from flows.problems import did_you_mean

if TYPE_CHECKING:
    from flows.model import Library
    from flows.testing import Coverage


class GraphFormat(StrEnum):
    """How a picture is written."""

    MERMAID = "mermaid"
    SVG = "svg"
    HTML = "html"


def graph(
    flow: Annotated[str, typer.Argument(help="The flow; without it, how all flows lead to each other.")] = "",
    folder: Annotated[Path, typer.Option(help="The content folder.", show_default="flows/content")] = CONTENT,
    format: Annotated[GraphFormat, typer.Option(help="Text for wikis, a drawing, or a page with the text beside.")] = (
        GraphFormat.MERMAID
    ),
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Colour by what the tests reach.")] = False,
    bank: Bank = "sandbox",
) -> None:
    """Draw a flow: every step, every way, every error, each with its line."""
    from flows.graph import Palette, as_mermaid, as_overview, as_page, as_svg, picture_of, picture_of_all

    library = library_of(folder, bank)
    if flow and flow not in library.flows:
        cannot_run(f"there is no flow '{flow}'. {did_you_mean(flow, library.flows, ', '.join(library.flows))}")
    if format is GraphFormat.HTML and not flow:
        cannot_run("a page shows one flow beside its text; name the flow")
    reached = _coverage(library, folder) if coverage else None
    picture = picture_of(library, library.flows[flow], reached) if flow else picture_of_all(library, reached)
    palette = Palette.of(colours_of(bank))
    if format is GraphFormat.MERMAID:
        drawn = as_mermaid(picture, palette)
    elif format is GraphFormat.SVG:
        drawn = as_svg(picture, palette) if flow else as_overview(picture, palette)
    else:
        file = library.flows[flow].at.file
        drawn = as_page(picture, file, (folder / file).read_text(encoding="utf-8"), palette)
    if output is None:
        typer.echo(drawn, nl=False)
    else:
        output.write_text(drawn, encoding="utf-8")
        typer.echo(f"{output}: {len(picture.nodes)} nodes, {len(picture.arrows)} ways")


def _coverage(library: "Library", folder: Path) -> "Coverage":
    """What the tests of the folder reach."""
    from flows.testing import read_tests, run

    files, wrong, _ = read_tests(folder, library)
    if wrong:
        cannot_run(f"the tests cannot be read: {wrong[0].at}: {wrong[0].what}")
    report = run(library, files, capabilities())
    assert report.coverage is not None  # run always makes one
    return report.coverage
