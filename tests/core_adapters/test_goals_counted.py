"""The goals that are shown by counting, made small; `make bench ARGS="money ..."` counts in full."""

import pytest

from bench.money.goals import duplicates, late, silent, taps
from bench.money.total import total


@pytest.mark.parametrize(("goal", "operations"), [(duplicates, 25), (late, 12), (silent, 12)])
async def test_nothing_is_posted_twice_and_nothing_is_lost(database, goal, operations):
    found = await goal(database, operations)
    assert found.wrong == ()
    assert found.figures["doubles"] == 0


async def test_fifty_taps_at_once_are_one_payment(database):
    found = await taps(database, 2)
    assert (found.wrong, found.figures["POSTED"]) == ((), 2)


async def test_the_total_stays_the_same_while_lines_break_and_workers_die(database):
    found = await total(database, minutes=0.08, workers=4)
    assert found.wrong == ()
    assert found.figures["reads"] > 4
