"""Figures of a bench: kept, read again, compared, and drawn."""

from pathlib import Path

import pytest
from rich.console import Console

from bench.performance import growth, turns
from bench.performance.figures import Figure, Kept, changed, read, tables, write
from bench.performance.plot import draw

TURN = Figure(turns.COST, turns.where(32, 1), 0.5, "ms CPU", {"by hand": 0.1, "in memory": 0.02}, 2.0, "ratio")
KEPT = Kept({"date": "2026-11-29T18:00:00+00:00"}, (TURN, Figure(growth.LANE, "1,000", 0.5, "ms CPU")))


def printed(figures: tuple[Figure, ...], before: Kept | None = None) -> str:
    console = Console(width=120)
    with console.capture() as captured:
        for table in tables(figures, before):
            console.print(table)
    return captured.get()


def test_what_was_kept_is_read_as_it_was(tmp_path: Path) -> None:
    write(KEPT, tmp_path / "performance.json")
    assert read(tmp_path / "performance.json") == KEPT


def test_a_file_that_is_none_is_told_by_its_name(tmp_path: Path) -> None:
    other = tmp_path / "turn.json"
    for text in ("{", "{}", '{"where": {}, "figures": [{"lane": 1, "who": 2}]}'):
        other.write_text(text)
        with pytest.raises(ValueError, match=r"turn\.json is not what make bench wrote"):
            read(other)


def test_a_goal_is_missed_by_the_figure_or_by_its_ratio_in_its_own_direction() -> None:
    assert TURN.missed
    assert not Figure("a", "b", 0.5, "ms", {"floor": 0.1}, goal=5.0, of="ratio").missed
    assert Figure("a", "b", 11, "ms", goal=10).missed
    assert Figure("a", "b", 9, "a second", goal=10, better="more").missed
    assert not Figure("a", "b", 9, "ms").missed


def test_a_change_is_of_the_ratio_so_that_a_slow_hour_does_not_show() -> None:
    slow_hour = Figure(TURN.lane, TURN.what, 1.5, "ms CPU", {"by hand": 0.3})
    assert changed(slow_hour, TURN) == pytest.approx(1.0)
    dearer = Figure(TURN.lane, TURN.what, 0.6, "ms CPU", {"by hand": 0.1})
    assert changed(dearer, TURN) == pytest.approx(1.2)
    assert changed(Figure("a", "b", 3, "MB"), Figure("a", "b", 2, "MB")) == pytest.approx(1.5)
    assert changed(TURN, None) is None


def test_the_table_shows_figure_floors_goal_and_change() -> None:
    text = printed((TURN,), KEPT)
    for shown in ("32 at once, one process", "0.5 ms CPU", "0.1   x 5.00", "0.02   x 25.0", "≤ x 2 missed", "x 1.00"):
        assert shown in text


def test_the_same_figures_are_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw(KEPT, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert "by conversations kept" in (tmp_path / "one.svg").read_text()
