"""The bank's pages as a browser meets them: our routes over the adapters, over the sandbox bank, on a real database."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from bot import secure
from bot.keyring import Keyring
from bot.store import Link
from core_adapters import brands
from tests.core_adapters.conftest import Room
from tests.core_adapters.pages.pages_world import Browser, Nobody


@pytest.fixture
def papers() -> secure.Papers | None:
    """Who draws the files that come with a page; a test that is about them has its own."""
    return None


@pytest.fixture
async def browser(room: Room, database: str, keyring: Keyring, papers: secure.Papers | None) -> AsyncIterator[Browser]:
    """Somebody's browser; the processes that show pages and that keep them speak HTTP to each other."""
    brand = brands.load("sandbox")
    face = secure.Face(brand.name, brand.time_zone, brand.colours)
    link = Link(lambda: asyncpg.connect(database))
    core = httpx.AsyncClient(
        transport=httpx.ASGITransport(room.adapters.app),
        base_url="http://core",
        headers={"Authorization": "Bearer service"},
    )
    forms, pages = secure.Forms(link, keyring), secure.BankPages(core)
    routes = secure.routes(forms, Nobody(), Nobody(), face, room.clock, pages, papers=papers)
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with core, httpx.AsyncClient(transport=transport, base_url="https://bank.example") as http:
        yield Browser(http, room)
    await link.close()
