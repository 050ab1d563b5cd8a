"""One trained engine for all tests of the room: training takes seconds."""

from pathlib import Path

import pytest

from nlu.embedded import EmbeddedEngine, open_engine

FLOW_EXAMPLES = {"transfer_money": ["send 50 to 4111 1111 1111 1111", "переказати 200 грн на картку"]}


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nlu")


@pytest.fixture(scope="session")
def engine(cache: Path) -> EmbeddedEngine:
    return open_engine(cache, FLOW_EXAMPLES)
