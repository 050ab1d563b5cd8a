"""The figures as one picture, for docs/performance.md."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet

from bench.performance import growth, rooms, sending, starting, turns
from bench.performance.figures import Figure, Kept

ENGINE, FLOOR, MEMORY, TWO = "#1b6ef3", "#f08c00", "#868e96", "#0b3d91"
BEFORE = {
    turns.COST: "a turn, {}",
    sending.LANE: "a message: {}",
    rooms.NLU: "a sentence: {}",
    rooms.PICTURES: "{}",
    rooms.FLOWS: "checks of {}",
    starting.START: "start of {}",
}
mpl.rcParams |= {
    "svg.hashsalt": "teller",  # so that the same figures are the same file
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
}


def draw(kept: Kept, file: Path) -> None:
    """As many pictures on one sheet as there are figures for: SVG, readable at a phone's width."""
    wanted = {
        _cost: [one for one in kept.figures if one.lane == turns.COST],
        _pace: [one for one in kept.figures if one.lane == turns.PACE],
        _growth: [one for one in kept.figures if one.lane == growth.LANE],
        _ratios: [one for one in kept.figures if one.floors and one.unit.endswith("CPU")],
    }
    shown = {paint: figures for paint, figures in wanted.items() if figures}
    rows = -(-len(shown) // 2)
    sheet = Sheet(figsize=(9.6, 3.7 * rows), layout="constrained")
    for number, (paint, figures) in enumerate(shown.items()):
        paint(sheet.add_subplot(rows, 2, number + 1), figures)
    file.parent.mkdir(parents=True, exist_ok=True)
    sheet.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _lines(axes: Axes, figures: Sequence[Figure]) -> None:
    by_name = {one.what: one for one in figures}
    for processes, colour in ((1, ENGINE), (2, TWO)):
        found = [(n, one) for n in turns.ROUNDS_OF if (one := by_name.get(turns.where(n, processes)))]
        if not found:
            continue
        name = "engine, one process" if processes == 1 else "engine, two processes"
        axes.plot([n for n, _ in found], [one.value for _, one in found], "o-", color=colour, label=name)
        if processes == 1:
            for floor, tint in zip(found[0][1].floors, (FLOOR, MEMORY), strict=False):
                beside = [one.floors[floor] for _, one in found]
                axes.plot([n for n, _ in found], beside, "s--", color=tint, label=floor)
    axes.set_xscale("log", base=2)
    axes.set_xticks(list(turns.ROUNDS_OF), [str(n) for n in turns.ROUNDS_OF])
    axes.set_xlabel("people who write at once")
    axes.legend(frameon=False, fontsize=8)


def _cost(axes: Axes, figures: Sequence[Figure]) -> None:
    axes.set_title("CPU of a turn, ms (Postgres included)", loc="left")
    _lines(axes, figures)
    axes.set_yscale("log")


def _pace(axes: Axes, figures: Sequence[Figure]) -> None:
    axes.set_title("turns a second on this machine", loc="left")
    _lines(axes, figures)
    axes.set_yscale("log")


def _growth(axes: Axes, grown: Sequence[Figure]) -> None:
    axes.set_title("CPU of a turn, ms, by conversations kept", loc="left")
    sizes = [int(one.what.replace(",", "")) for one in grown]
    axes.plot(sizes, [one.value for one in grown], "o-", color=ENGINE)
    axes.set_xscale("log")
    axes.set_ylim(0, 1.2 * max(one.value for one in grown))
    axes.set_xlabel("conversations in the table")


def _ratios(axes: Axes, figures: Sequence[Figure]) -> None:
    axes.set_title("times the floor, CPU", loc="left")
    turn = turns.where(32, 1)
    shown = [one for one in figures if one.lane not in (turns.COST, growth.LANE) or one.what == turn][::-1]
    names = [BEFORE[one.lane].format(one.what) for one in shown]
    values = [next(iter(one.ratios().values())) for one in shown]
    axes.barh(names, values, color=[FLOOR if one.missed else ENGINE for one in shown])
    axes.axvline(1, color=MEMORY, linewidth=1)
    axes.set_xscale("log")
    axes.tick_params(axis="y", labelsize=7)
    axes.grid(visible=False, axis="y")
