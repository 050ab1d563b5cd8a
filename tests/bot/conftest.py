"""The recorder that plays the messenger's platform, and the understanding that is served, trained once."""

from collections.abc import AsyncIterator

import pytest
from turn_rig import Recorder, recording

from bench.chaos.estate import UNDERSTANDING
from bot.content import library
from core_adapters import brands
from nlu.embedded import EmbeddedEngine, open_engine
from nlu.training_data import of_flows


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        yield recorder


@pytest.fixture(scope="session")
def engine() -> EmbeddedEngine:
    content = library(brands.load("sandbox").for_flows())
    return open_engine(UNDERSTANDING, of_flows(content))
