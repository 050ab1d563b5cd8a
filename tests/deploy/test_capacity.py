"""The projection of machines: paper and simulation come to the same, and the page is of what is assumed today."""

import math
import re
from dataclasses import fields, replace

import pytest

from bench.capacity.command import CONNECTIONS, projected
from bench.capacity.model import Assumed, Measured, changed, cores, load
from bench.capacity.paper import processes, waits
from bench.capacity.simulation import Simulation
from bot.settings import PROJECT

PAGE = (PROJECT / "docs/capacity.md").read_text()


@pytest.mark.parametrize(("full", "cv"), [(0.5, 1.0), (0.7, 1.5)])
def test_the_simulation_and_the_formula_agree_on_the_mean_wait(full: float, cv: float) -> None:
    servers, service_ms = 4, 5.0
    rate = full * servers / service_ms * 1000
    paper = waits(full * servers, servers, service_ms, cv)
    played = Simulation(rate, 6, service_ms, cv, servers).run()
    assert played.mean_ms == pytest.approx(paper.mean_ms, rel=0.25)


def test_one_seed_is_one_run() -> None:
    runs = [Simulation(200, 6, 5.0, 1.5, 2, seed).run() for seed in (7, 7, 8)]
    assert runs[0] == runs[1] != runs[2]


def test_what_cannot_be_done_is_waited_for_for_ever() -> None:
    assert waits(2.0, 2, 5.0, 1.0).mean_ms == math.inf


@pytest.mark.parametrize("busy", [0.1, 1.0, 8.6, 40.0])
def test_there_are_enough_machines_with_a_zone_lost_and_as_many_in_each(busy: float) -> None:
    count = processes(busy, 0.6, 3)
    assert count % 3 == 0
    assert busy / count <= 0.6
    assert busy / (count * 2 / 3) < 1


def test_twice_the_customers_are_twice_the_load_and_a_seed_of_another_bank_is_refused() -> None:
    once = Assumed()
    twice = changed(once, {"customers": 2 * once.customers})
    for role, busy in cores(Measured(), load(once)).items():
        assert cores(Measured(), load(twice))[role] == pytest.approx(2 * busy)
    with pytest.raises(ValueError, match="there is no assumption custommers"):
        changed(once, {"custommers": 1.0})


def test_a_dearer_turn_needs_more_processes_of_those_that_have_turns() -> None:
    small = replace(Assumed(), customers=1_000_000)
    before, after = (projected(small, Measured(turn_talking_ms=ms), 1)["processes"] for ms in (0.5, 500.0))
    assert before["webhooks and worker"] < after["webhooks and worker"]
    assert before["image-api"] == after["image-api"]


@pytest.mark.parametrize("group", [Assumed(), Measured()], ids=lambda group: type(group).__name__)
def test_the_page_shows_every_assumption_and_figure_as_it_is_today(group: Assumed | Measured) -> None:
    shown = re.sub(r"\s+", " ", PAGE)
    for each in fields(group):
        assert f"{each.name} {getattr(group, each.name):g}" in shown


def test_the_pages_table_is_what_the_command_prints_today() -> None:
    busy = cores(Measured(), load(Assumed()))
    count = {role: processes(cores_busy, Assumed().utilisation, Assumed().zones) for role, cores_busy in busy.items()}
    for role, number in count.items():
        assert re.search(rf"{re.escape(role)} .*│ +{number} │", PAGE), role
    assert f"Connections: {sum(CONNECTIONS[role] * number for role, number in count.items())}" in PAGE
