"""A folder full of planted faults: one run of the check finds every one at its line and column, and nothing else.

A mark ends the line of a fault: ``#! E211 stoped; W402 menu`` are two problems, each with the text at whose beginning
it must be shown. ``@12`` is a column instead, ``@1:1`` a line and a column.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.flows import app, brand_of, capabilities, templates
from flows.checks import check
from flows.ports import ButtonLimits, Capabilities
from flows.problems import Problem

FAULTS = Path(__file__).parent / "faults"
MARK = re.compile(r"  #! (.*)$")
# A messenger that may take no account and has no button that asks for a place.
STRICT = Capabilities(
    "strict", 4096, "char", 1024, ButtonLimits(100, 3, 64, 64), may_take=frozenset({"card_number"})
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


def found() -> tuple[Problem, ...]:
    return check(FAULTS, brand_of("sandbox"), channels=(*capabilities(), STRICT), templates=templates()).problems


def test_every_planted_fault_is_found_at_its_place_and_nothing_else() -> None:
    seen = {(one.at.file, one.at.line, one.at.col, one.code) for one in found()}
    expected = set(marks())
    assert sorted(expected - seen) == []
    assert sorted(seen - expected) == []
    assert len(expected) >= 80
