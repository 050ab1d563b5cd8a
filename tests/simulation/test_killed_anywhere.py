"""A process dies before and behind every commit and every call, and all comes to its one true end."""

import pytest

from bench.simulation.core import CAPABILITIES
from bench.simulation.crashes import SCENARIOS, play

COMMITS = (
    "desk.start > accepting.accept",
    "desk.start > checking.accept",
    "sending.send > store.claim",
    "sending.recover > store.take_due",
    "worker._each > store.take_due",
    "enquiring._take > store.look_again",
    "sending.send > moving.move",
    "sending.recover > moving.move",
    "enquiring._take > moving.move",
    "worker._expire > expiring.expire",
    "expiring.expire > moving.move",
    "worker._look > awaiting.look",
    "awaiting._one",
    "awaiting._one > legs.begin",
    "sca.perform > sca._keep",
    "reversing.begin",
    "resolving.propose",
    "resolving.confirm",
    "worker._link > audit.link",
)
CALLS = ("the send", "the enquiry", "asking how far it is", "the message")
PLACES = {f"{side} {what}" for side in ("before", "after") for what in (*COMMITS, *CALLS)}


def everything(bench, capability):
    """Each scenario without a crash, and the places in it."""
    run = bench.loop.run_until_complete
    return [run(play(bench, scenario, capability)) for scenario in SCENARIOS]


def test_no_place_is_left_out(bench):
    calm = [played for capability in CAPABILITIES for played in everything(bench, capability)]
    assert [played for played in calm if played.broken] == []
    assert PLACES - {point for played in calm for point in played.points} == set()


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_crash_at_any_place_breaks_no_law(bench, capability):
    first = {}
    for played in everything(bench, capability):
        for point in played.points:
            first.setdefault(point, played.scenario)
    ends = [
        bench.loop.run_until_complete(play(bench, scenario, capability, point)) for point, scenario in first.items()
    ]
    assert [end for end in ends if end.broken] == []
    assert [end for end in ends if end.died_at is None] == []
