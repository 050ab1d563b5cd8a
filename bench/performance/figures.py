"""A figure, and how figures are kept and laid beside those of another run."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

WIDTH = 110
Better = Literal["less", "more"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured. ``floors`` are the same in the same run, done the barest way: the name and its figure.
    ``parts`` are what is in the figure: the share of a server, say.

    ``goal`` is the most (or, where more is better, the least) that was aimed at; ``of`` says of what: the figure
    itself, or its ratio to the first floor.
    """

    lane: str
    what: str
    value: float
    unit: str
    floors: dict[str, float] = field(default_factory=dict)
    goal: float | None = None
    of: Literal["figure", "ratio"] = "figure"
    better: Better = "less"
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.lane}: {self.what}"

    def ratios(self) -> dict[str, float]:
        """How many times each floor."""
        return {name: self.value / floor for name, floor in self.floors.items() if floor}

    @property
    def missed(self) -> bool:
        """Whether a goal stands and was not reached."""
        if self.goal is None:
            return False
        reached = self.value if self.of == "figure" else next(iter(self.ratios().values()))
        return reached > self.goal if self.better == "less" else reached < self.goal


@dataclass(frozen=True, slots=True)
class Kept:
    """A run: ``where`` says when, on what and how busy the machine was."""

    where: dict[str, Any]
    figures: tuple[Figure, ...]


def write(kept: Kept, file: Path) -> None:
    """As JSON, one figure a line, so that two runs differ where their figures do."""
    lines = ",\n".join("    " + json.dumps(asdict(figure), ensure_ascii=False) for figure in kept.figures)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'{{\n  "where": {json.dumps(kept.where)},\n  "figures": [\n{lines}\n  ]\n}}\n', encoding="utf-8")


def read(file: Path) -> Kept:
    """What ``write`` wrote.

    Raises:
        OSError: the file is not there.
        ValueError: it is of another shape; the message names the file.
    """
    text = file.read_text(encoding="utf-8")
    try:
        kept = json.loads(text)
        return Kept(kept["where"], tuple(Figure(**figure) for figure in kept["figures"]))
    except (TypeError, KeyError, ValueError) as error:
        raise ValueError(f"{file} is not what make bench wrote: {error}") from error


def changed(now: Figure, before: Figure | None) -> float | None:
    """How many times what it was: by the ratio to the floor where both have one, since a machine's mood falls out."""
    if before is None or not before.value:
        return None
    ours, theirs = list(now.ratios().values()), list(before.ratios().values())
    if ours and theirs and theirs[0]:
        return ours[0] / theirs[0]
    return now.value / before.value


def tables(figures: Sequence[Figure], before: Kept | None = None) -> list[Table]:
    """One a lane; with ``before``, beside what they were."""
    known = {figure.name: figure for figure in before.figures} if before else None
    lanes = dict.fromkeys(figure.lane for figure in figures)
    return [_table(lane, [one for one in figures if one.lane == lane], known) for lane in lanes]


def _table(lane: str, figures: Sequence[Figure], known: dict[str, Figure] | None) -> Table:
    shown = Table(title=lane, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    parts = list(dict.fromkeys(part for figure in figures for part in figure.parts))
    floors = list(dict.fromkeys(floor for figure in figures for floor in figure.floors))
    goals = ["goal"] if any(figure.goal is not None for figure in figures) else []
    shown.add_column("", no_wrap=True)
    change = ["change"] if known is not None else []
    for heading in ("", *(f"of it {part}" for part in parts), *floors, *goals, *change):
        shown.add_column(heading, justify="right", no_wrap=True)
    for figure in figures:
        times = changed(figure, known.get(figure.name)) if known is not None else None
        row = [figure.what, f"{short(figure.value)} {figure.unit}"]
        row += [short(figure.parts[part]) if part in figure.parts else "" for part in parts]
        row += [*(_beside(figure, floor) for floor in floors), *([_goal(figure)] if goals else [])]
        shown.add_row(*row, *(["" if times is None else f"x {times:.2f}"] if known is not None else []))
    return shown


def _beside(figure: Figure, floor: str) -> str:
    if floor not in figure.floors:
        return ""
    ratio = figure.ratios().get(floor, 0.0)
    return f"{short(figure.floors[floor])}   x {short(ratio)}"


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    sign = "≤" if figure.better == "less" else "≥"
    what = f"{sign} {'x ' if figure.of == 'ratio' else ''}{figure.goal:g}"
    return f"[red]{what} missed[/red]" if figure.missed else what


def short(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3g}"


def show(kept: Kept, before: Kept | None = None) -> None:
    """In the terminal."""
    console = Console(width=WIDTH)
    for each in tables(kept.figures, before):
        console.print(each)
    console.print("x: times the floor, measured in the same run.", highlight=False)
    if before is not None:
        since = before.where.get("date", "another day")
        console.print(f"change: against {since}, by the ratio to the floor where there is one.", highlight=False)
