"""A running platform for every test, a bot that has connected, and Anna, who has pressed Get Started."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from messenger_world import Anna, World, a_world, newcomer


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        await made.connect()
        yield made


@pytest.fixture
async def anna(world: World) -> Anna:
    return await newcomer(world)
