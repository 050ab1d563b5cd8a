"""`teller flows diff`: what differs between two versions of the content, in words."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.flow_content import Bank, cannot_run, library_of

if TYPE_CHECKING:
    from flows.model import Library

    # Finds a published version by its number; None when there is no such number.
    Published = Callable[[int, str], Library | None]


class DiffFormat(StrEnum):
    """How differences are written."""

    TEXT = "text"
    JSON = "json"


def diff(
    old: Annotated[str, typer.Argument(help="A content folder, or the number of a published version.")],
    new: Annotated[str, typer.Argument(help="The same, for what comes after.")],
    format: Annotated[DiffFormat, typer.Option(help="For people, or for editors and CI.")] = DiffFormat.TEXT,
    bank: Bank = "sandbox",
) -> None:
    """Say what differs, the most dangerous first. Ends with 0, or with 2 if it could not run."""
    typer.echo(compared(old, new, format, bank))


def compared(old: str, new: str, format: DiffFormat, bank: str, published: "Published | None" = None) -> str:
    """The differences between two folders or versions. ``published`` reads a version from where versions are kept."""
    from flows.diffing import as_json, as_text, differences

    found = differences(_library(old, bank, published), _library(new, bank, published))
    return as_json(found) if format is DiffFormat.JSON else as_text(found)


def _library(named: str, bank: str, published: "Published | None") -> "Library":
    if not named.isdigit() or Path(named).is_dir():
        return library_of(Path(named), bank)
    if published is None:
        cannot_run(f"'{named}' is no folder, and no published versions are at hand here")
    found = published(int(named), bank)
    if found is None:
        cannot_run(f"there is no version {named}")
    return found
