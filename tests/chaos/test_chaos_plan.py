"""What goes wrong is drawn from a seed, and each kind of it at least once."""

from bench.chaos.plan import KINDS, once, planned

SHORT_S = 120


def test_the_same_seed_is_the_same_schedule() -> None:
    assert planned(7, 600) == planned(7, 600)
    assert planned(7, 600) != planned(8, 600)


def test_a_longer_run_begins_as_the_shorter_one() -> None:
    short = planned(7, SHORT_S)
    assert planned(7, 600)[: len(short)] == short


def test_even_the_short_form_has_every_kind() -> None:
    for seed in range(50):
        assert {strike.kind for strike in planned(seed, SHORT_S)} == set(KINDS), seed


def test_only_what_is_asked_for_is_planned() -> None:
    assert {strike.kind for strike in planned(7, 600, ["kill", "storm"])} == {"kill", "storm"}


def test_the_short_form_has_every_kind_once_and_is_the_beginning_of_a_longer_run() -> None:
    for seed in range(50):
        assert sorted(strike.kind for strike in once(seed)) == sorted(KINDS), seed
        assert planned(seed, 600)[: len(KINDS)] == once(seed)
