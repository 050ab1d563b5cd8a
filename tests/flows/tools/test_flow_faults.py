"""A folder full of planted faults: one run of the check finds every one at its line and column, and nothing else.

A mark ends the line of a fault: ``#! E211 stoped; W402 menu`` are two problems, each with the text at whose beginning
it must be shown. ``@12`` is a column instead, ``@1:1`` a line and a column.
"""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.flows import app, brand_of, capabilities, templates
from flows.checks import check
from flows.ports import ButtonLimits, Capabilities
from flows.problems import Problem

FAULTS = Path(__file__).parent / "faults"
MARK = re.compile(r"  #! (.*)$")
# A messenger of short texts that may take no account, has no button that asks for a place, and does not mix buttons.
STRICT = Capabilities(
    "strict", 1000, "char", 1000, ButtonLimits(100, 3, 64, 64), max_text_beside=120, mixed_kinds=False,
    may_take=frozenset({"card_number"}),
)  # fmt: skip
# Codes that one folder alone cannot show: they compare with a published version, or play the tests.
ELSEWHERE = {"E501", "E502", "W503", "W510", "E511"}
Found = tuple[str, int, int, str]


def marks() -> Iterator[Found]:
    """What is marked in the files."""
    for path in sorted(FAULTS.rglob("*.yml")):
        file = path.relative_to(FAULTS).as_posix()
        for number, line in enumerate(path.read_text("utf-8", "replace").split("\n"), 1):
            if mark := MARK.search(line):
                for one in mark[1].split("; "):
                    code, word = one.split(" ", 1)
                    yield (file, *place(line[: mark.start()], number, word), code)


def place(line: str, number: int, word: str) -> tuple[int, int]:
    """Line and column of a mark."""
    if word.startswith("@"):
        at = word[1:].split(":")
        return (int(at[0]), int(at[1])) if len(at) == 2 else (number, int(at[0]))
    assert word in line, f"{word!r} is not in {line!r}"
    return number, line.index(word) + 1


def found(folder: Path = FAULTS) -> tuple[Problem, ...]:
    telegram = next(one for one in capabilities() if one.channel == "telegram")
    return check(folder, brand_of("sandbox"), channels=(telegram, STRICT), templates=templates()).problems


def test_every_planted_fault_is_found_at_its_place_and_nothing_else() -> None:
    seen = {(one.at.file, one.at.line, one.at.col, one.code) for one in found()}
    expected = set(marks())
    assert sorted(expected - seen) == []
    assert sorted(seen - expected) == []
    assert len(expected) >= 80


def test_every_code_but_those_of_versions_and_tests_is_among_them() -> None:
    catalogue = set(re.findall(r"^([EW][0-9]{3})$", (FAULTS.parent / "codes.txt").read_text(), re.M))
    assert {code for *_, code in marks()} == catalogue - ELSEWHERE


def test_the_command_tells_them_all_at_once(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(FAULTS), "--format", "json"])
    said = json.loads(result.output)
    assert result.exit_code == 1
    assert len(said) >= 110
    assert [(one["file"], one["line"]) for one in said] == sorted((one["file"], one["line"]) for one in said)


EDITS = [one for one in found() if one.edit is not None]


@pytest.mark.parametrize("problem", EDITS, ids=[f"{one.code}-{one.at.file}:{one.at.line}" for one in EDITS])
def test_a_quick_fix_mends_its_fault_and_makes_no_other(problem: Problem, tmp_path: Path) -> None:
    edit = problem.edit
    assert edit is not None
    folder = Path(shutil.copytree(FAULTS, tmp_path / "content"))
    path = folder / edit.range.file
    lines = path.read_text(encoding="utf-8").split("\n")
    line = lines[edit.range.line - 1]
    lines[edit.range.line - 1] = line[: edit.range.col - 1] + edit.text + line[edit.range.end_col - 1 :]
    path.write_text("\n".join(lines), encoding="utf-8")
    before = Counter((one.code, one.at.file, one.at.line, one.what) for one in found())
    after = Counter((one.code, one.at.file, one.at.line, one.what) for one in found(folder))
    gone, come = before - after, after - before
    assert gone[problem.code, problem.at.file, problem.at.line, problem.what] == 1
    assert not come, come
