"""A running platform for every test, a business that hears from it, and Anna, who has written."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from whatsapp_sandbox_world import NUMBER, World, a_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        assert (await made.subscribe()).json() == {"success": True}
        await made.graph_call(f"{NUMBER}?fields=verified_name", verb="GET")
        yield made


@pytest.fixture
async def anna(world: World) -> int:
    """A person whose first message the business has, so that the window is open."""
    person = await world.person()
    await world.say(person, text="Hello")
    await world.business.message("text")
    await world.settled()
    world.business.bodies.clear()
    return person
