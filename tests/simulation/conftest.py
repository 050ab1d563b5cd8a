"""A bench for runs in which time stands still, over the database of the test."""

from collections.abc import Iterator

import pytest
import structlog.testing

from bench.simulation.command import a_still_loop
from bench.simulation.turns import StillLoop
from bench.simulation.world import Bench


@pytest.fixture
def still() -> Iterator[StillLoop]:
    with a_still_loop() as loop, structlog.testing.capture_logs():
        yield loop


@pytest.fixture
def bench(still: StillLoop, database: str) -> Iterator[Bench]:
    made = still.run_until_complete(Bench.at(still, database))
    yield made
    still.run_until_complete(made.close())
