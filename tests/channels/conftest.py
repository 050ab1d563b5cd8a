"""The recorder of Graph calls as a running server of the loopback, for WhatsApp and Messenger alike."""

from collections.abc import AsyncIterator

import pytest
from graph_recorder import GraphRecorder, running


@pytest.fixture
async def graph() -> AsyncIterator[GraphRecorder]:
    recorder = GraphRecorder()
    async with running(recorder):
        yield recorder
