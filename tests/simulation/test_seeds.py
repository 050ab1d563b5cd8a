"""One seed is one run of the money path, whatever goes wrong in it; a bug that some seed finds, it finds again."""

import pytest

from bench.simulation import driver
from bench.simulation.driver import simulate
from core_adapters.operations import moving
from core_adapters.operations.decisions import enquiry
from core_adapters.ports import Capability

SEEDS = (3, 4, 11, 26, 41, 58)
ENOUGH = 12  # seeds within which a planted bug must show


def ran(bench, seed):
    return bench.loop.run_until_complete(simulate(bench, seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_law_breaks_whatever_goes_wrong(bench, seed):
    run = ran(bench, seed)
    assert run.broken == ()
    assert run.operations > 0
    assert set(run.states) <= {"POSTED", "REJECTED", "VOID", "REVERSED"}


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_clocks_two_minutes_apart_break_no_law(bench, monkeypatch, seed):
    """One process is two minutes behind the world and the other two minutes ahead of it, whatever else goes wrong."""
    world = driver.World
    monkeypatch.setattr(driver, "World", lambda *parts: world(*parts[:-1], {"a": -120, "b": 120}))
    run = ran(bench, seed)
    assert run.broken == ()
    assert run.operations > 0


def test_the_same_seed_is_the_same_run(bench):
    first, other = ran(bench, SEEDS[0]), ran(bench, SEEDS[1])
    assert ran(bench, SEEDS[0]) == first
    assert other.trace != first.trace


def sends_again_blindly(monkeypatch):
    monkeypatch.setattr(Capability, "may_resend", property(lambda _: True))


def keeps_a_limit_that_is_free(monkeypatch):
    monkeypatch.setattr(moving, "RELEASE", "select $1::uuid, $2::timestamptz")


def asks_before_it_can_have_landed(monkeypatch):
    """And takes "not found" for a no, which the laws of the core's books find out."""
    after = enquiry.after_asking

    def hasty(capability, doubt, answer):
        nothing_there = enquiry.Verdict(enquiry.State.REJECTED, "unavailable")
        return nothing_there if answer is None else after(capability, doubt, answer)

    monkeypatch.setattr(enquiry, "before_asking", lambda capability, doubt: "ask")
    monkeypatch.setattr(enquiry, "after_asking", hasty)


@pytest.mark.parametrize(
    ("plant", "law"),
    [
        (sends_again_blindly, "posted 2 times"),
        (keeps_a_limit_that_is_free, "L8"),
        (asks_before_it_can_have_landed, "the core has booked what is REJECTED"),
    ],
)
def test_a_planted_bug_is_found_by_a_seed_and_by_that_seed_again(bench, monkeypatch, plant, law):
    plant(monkeypatch)
    runs = (ran(bench, seed) for seed in range(1, ENOUGH))
    found = next(run for run in runs if any(law in what for what in run.broken))
    assert ran(bench, found.seed) == found
