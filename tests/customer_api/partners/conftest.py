"""A partner in the registry, its side of the webhooks, and the door they come to."""

from collections.abc import AsyncIterator

import httpx
import pytest
from customer_world import Clock
from partner_world import Books, registered
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from starlette.applications import Starlette

from bot.keyring import Keyring
from bot.partner_webhooks import partner_route
from customer_api.partners.door import Door
from customer_api.partners.pace import Pace
from customer_api.seals import Seals


@pytest.fixture
def pace() -> Pace:
    return Pace()


@pytest.fixture
def door(engine: AsyncEngine, keyring: Keyring, clock: Clock, pace: Pace) -> Door:
    """Sees every change of the registry at once."""
    return Door(async_sessionmaker(engine, expire_on_commit=False), Seals(keyring), clock, pace, fresh_s=0)


@pytest.fixture
async def webhooks(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=[partner_route(door)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://teller") as client:
        yield client


@pytest.fixture
async def books(api: httpx.AsyncClient, webhooks: httpx.AsyncClient, clock: Clock) -> Books:
    """A bookshop, which signs what it sends with a secret of ours."""
    return Books(webhooks, clock, "books", await registered(api, "books"))
