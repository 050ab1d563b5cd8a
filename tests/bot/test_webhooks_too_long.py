"""A webhook's body that is too long is refused before anybody reads it, at the door of every kind of caller."""

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from starlette.applications import Starlette

from bot.partner_webhooks import partner_route
from bot.webhooks import CORE_BYTES_MAX, core_route
from customer_api.partners import door as partners

PATHS = {"/webhooks/core/sandbox": CORE_BYTES_MAX, "/webhooks/partners/books": partners.BODY_BYTES_MAX}


class NobodyReads(partners.Door):
    """A door of partners that knows everybody and takes nothing."""

    async def knows(self, partner: str) -> None:
        """Everybody."""

    async def take(self, partner: str, headers: Mapping[str, str], body: bytes) -> bool:
        raise AssertionError("it was read")


async def nobody_takes(_core: str, _headers: Mapping[str, str], _body: bytes) -> int:
    raise AssertionError("it was read")


@pytest.fixture
async def web() -> AsyncIterator[httpx.AsyncClient]:
    door = NobodyReads(None, None, None)  # type: ignore[arg-type]  # nothing of it is asked
    app = Starlette(routes=[core_route(nobody_takes), partner_route(door)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://teller") as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
async def test_one_that_says_how_long_it_is_and_one_that_does_not_are_both_413(
    web: httpx.AsyncClient, path: str
) -> None:
    pieces = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pieces
        while True:
            pieces += 1
            yield b" " * 65_536

    assert (await web.post(path, content=b" " * (PATHS[path] + 1))).status_code == 413
    assert (await web.post(path, content=endless())).status_code == 413
    assert pieces * 65_536 <= PATHS[path] + 2 * 65_536
