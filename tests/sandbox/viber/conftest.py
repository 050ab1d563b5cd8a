"""A running platform with an account for every test, and Anna, who has written to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from viber_world import World, a_world


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person and how the account calls her."""

    person: int
    user: str


@pytest.fixture
async def viber(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        assert (await made.connect())["status"] == 0
        yield made


@pytest.fixture
async def anna(viber: World) -> Subscriber:
    person = await viber.person()
    event = await viber.says(person, text="hello")
    return Subscriber(person, event["sender"]["id"])
