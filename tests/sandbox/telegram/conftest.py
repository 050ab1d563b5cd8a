"""A running platform for every test, and Anna, who has pressed Start."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from phones_world import World, a_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        yield made


@pytest.fixture
async def anna(world: World) -> int:
    """A person who has pressed Start, and whose Start the bot has read."""
    await world.call("getMe")
    person = await world.person()
    await world.say(person, start="")
    started = await world.updates()
    await world.updates(offset=started[-1]["update_id"] + 1)
    return person
