"""The recorder that plays the messenger's platform."""

from collections.abc import AsyncIterator

import pytest
from turn_rig import Recorder, recording


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    async with recording() as recorder:
        yield recorder
