"""Whatever order things happen in, no law of the money path breaks; Hypothesis chooses the order."""

from bench.simulation.machine import check

EXAMPLES, STEPS = 8, 12  # `make bench ARGS="states"` plays 5,000 of 50


def test_no_order_of_things_breaks_a_law(bench):
    assert check(bench, EXAMPLES, STEPS) >= EXAMPLES
