"""A number of ours whose Graph API is the recorder."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from graph_recorder import GraphRecorder

from channels.whatsapp.channel import WhatsApp

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


@pytest.fixture
async def whatsapp(graph: GraphRecorder) -> AsyncIterator[WhatsApp]:
    channel = WhatsApp(
        "EAAtoken", ["current", "next"], "vt", "106540352242922", graph.url, app_id="55", clock=lambda: NOW
    )
    yield channel
    await channel.close()
