"""`teller gallery`: every picture and document of every brand and language on one page, to be looked at."""

from pathlib import Path
from typing import Annotated

import typer


def gallery(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder that is written.")] = Path("gallery"),
    bank: Annotated[list[str] | None, typer.Option(help="Only these banks.", show_default="all")] = None,
) -> None:
    """Draw every template with its samples, for every bank in each of its languages."""
    from bot.brands import look_of
    from core_adapters import brands
    from image_api.gallery import hang
    from image_api.layout import Templates

    looks = {name: look_of(brands.load(name)) for name in bank or brands.names()}
    count = hang(output, Templates.ours(), looks, typer.echo)
    typer.echo(f"{count} pictures and documents: open {output / 'index.html'}")
