"""The service with two brands, one of hundredths and one of thousandths, and its client."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from bot.brands import look_of
from core_adapters import brands
from flows.ports import Principal, Unauthorized
from image_api.app import build
from image_api.layout import Templates
from image_api.page import Box, Page, Shape

LOOKS = {bank: look_of(brands.load(bank)) for bank in ("sandbox", "dhow")}
TEMPLATES = Templates.ours()
SAMPLES = [
    pytest.param(
        name,
        sample,
        bank,
        locale,
        id=f"{name}-{sample}-{bank}-{locale}",
        marks=[pytest.mark.needs("fribidi")] if sample == "right_to_left" else [],
    )
    for name, template in TEMPLATES.by_name.items()
    for sample in template.samples
    for bank, look in LOOKS.items()
    for locale in look.locales
]


class OneToken:
    """Accepts one token, as ten lines of a verifier."""

    def verify(self, token: str) -> Principal:
        if token != "right":
            raise Unauthorized("the token is not known")
        return Principal("bot", frozenset({"service"}))


@pytest.fixture(scope="session")
def app() -> FastAPI:
    return build(LOOKS, OneToken())


@pytest.fixture
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Bearer right"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://images", headers=headers
    ) as client:
        yield client


def outside(page: Page) -> list[str]:
    """What leaves the page."""
    inside = Box(0, 0, page.width, page.height)
    return [
        name
        for name, box in page.boxes.items()
        if box.left < inside.left or box.top < 0 or box.right > inside.right or box.bottom > inside.bottom
    ]


def overlapping(page: Page) -> list[tuple[str, str]]:
    """The pairs that stand on each other; the leading of a line may touch the next."""
    named = [(name, box) for name, box in page.boxes.items() if name != "card"]
    return [
        (one, other)
        for index, (one, a) in enumerate(named)
        for other, b in named[index + 1 :]
        if a.left < b.right and b.left < a.right and a.top + 8 < b.bottom - 8 and b.top + 8 < a.bottom - 8
    ]


def on_paper(page: Page) -> list[str]:
    """What leaves the column that its paper leaves it, of the pages that have a paper."""
    lines = [item.box for item in page.items if isinstance(item, Shape)]
    return [
        name
        for name, box in page.boxes.items()
        if page.ground.kind == "sheet" and lines and name != "bank" and (box.left < 72 or box.right > page.width - 72)
    ]
