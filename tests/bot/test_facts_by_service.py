"""Who is asked what inside a turn: the bank's wrappers for money and cards, CustomerAPI for people and partners."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.facts import Facts
from flows.facts import Fact, Need


class Nobody:
    async def parse(self, text: str, locale: str) -> Fact:
        return {}


async def no_content(name: str) -> Fact:
    return {}


def service(name: str) -> httpx.AsyncClient:
    """A service that says who it is and what it was asked."""

    async def answer(request: Request) -> JSONResponse:
        body = await request.json()
        return JSONResponse({"outputs": {"by": name, "path": request.url.path, "locale": body["locale"]}})

    app = Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://there")


@pytest.fixture
async def facts() -> AsyncIterator[Facts]:
    async with service("core") as core, service("customers") as customers:
        yield Facts(core, customers, Nobody(), {}, no_content)


@pytest.mark.parametrize(
    ("verb", "by", "path"),
    [
        ("cards.list_active", "core", "/api/v1/core/cards.list_active"),
        ("offers.active", "customers", "/api/v1/customers/questions/offers.active"),
        ("consents.given", "customers", "/api/v1/customers/questions/consents.given"),
        ("referrals.overview", "customers", "/api/v1/customers/questions/referrals.overview"),
    ],
)
async def test_a_question_goes_to_who_knows(facts: Facts, verb: str, by: str, path: str) -> None:
    told = {"by": by, "path": path, "locale": "uk"}
    assert await facts.answer(Need("choices", verb), "c1", "verified", "uk") == told
    assert await facts.answer(Need("read", verb), "c1", "verified", "uk") == {"outputs": told}
