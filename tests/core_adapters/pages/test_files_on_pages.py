"""A page that is shown once brings its files with it: a PDF, and a picture of bank details. It never waits for them."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.secure import Papers, papers
from core_adapters.internal import documents
from core_adapters.internal.documents import DRAWN_MAX, Whole
from core_adapters.internal.wording import Booked
from core_adapters.pages.document import Document
from flows.money import Money
from image_api.values import BankDetails, Statement
from tests.core_adapters.conftest import Room
from tests.core_adapters.pages.pages_world import Browser, words

AT = datetime(2026, 11, 29, 10, tzinfo=UTC)
DETAILS, STATEMENT = "accounts.open_details_page", "statements.document"


class Drawing:
    """Whoever draws: what it was asked, and how it fails."""

    def __init__(self) -> None:
        self.fault, self.asked = "", dict[str, dict[str, object]]()

    async def answer(self, request: Request) -> Response:
        self.asked[request.url.path] = await request.json()
        if self.fault == "slow":
            await asyncio.sleep(60)
        if self.fault == "away":
            raise ConnectionError("nobody draws")
        if self.fault == "busy":
            return Response(status_code=503)
        size = papers.BYTES_MAX + 1 if self.fault == "huge" else 4
        return Response(b"x" * size, media_type="application/pdf")


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


@pytest.fixture(name="papers")
async def drawn_by(drawing: Drawing) -> AsyncIterator[Papers]:
    app = Starlette(routes=[Route("/{path:path}", drawing.answer, methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://images") as images:
        yield Papers(images, "sandbox")


async def details(room: Room, browser: Browser, locale: str = "en") -> httpx.Response:
    return await browser.send(await browser.opened(browser.order(DETAILS, locale, card=room.payer)))


@pytest.mark.parametrize("fault", ["slow", "away", "busy", "huge"])
async def test_a_file_that_is_not_drawn_is_left_out_and_the_page_is_shown(
    room: Room, browser: Browser, drawing: Drawing, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "DRAWN_S", 0.2)
    drawing.fault = fault
    async with asyncio.timeout(10):
        shown = await details(room, browser)
    assert (shown.status_code, len(drawing.asked)) == (200, 2)
    assert "IBAN UA" in words(shown)
    assert "print this page or save it as a PDF" in words(shown)
    assert "data:" not in shown.text


async def test_a_look_at_a_page_has_nothing_drawn(room: Room, browser: Browser, drawing: Drawing) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    assert "Save" not in words(await browser.look(address))
    assert drawing.asked == {}


async def test_bank_details_come_as_a_pdf_and_as_a_picture(room: Room, browser: Browser, drawing: Drawing) -> None:
    shown = await details(room, browser, "uk")
    assert drawing.asked.keys() == {"/api/v1/documents/bank_details", "/api/v1/images/bank_details"}
    pdf, picture = drawing.asked["/api/v1/documents/bank_details"], drawing.asked["/api/v1/images/bank_details"]
    assert picture == pdf | {"format": "png"}
    assert (pdf["brand"], pdf["locale"]) == ("sandbox", "uk")
    values = BankDetails.model_validate(pdf["values"])
    for value in (values.iban, values.tax_number, values.bank_code, values.purpose):
        assert f'<dd class="copied">{value}</dd>' in shown.text
    for word, name in (("PDF", f"bank-details-{values.last4}.pdf"), ("картинку", f"bank-details-{values.last4}.png")):
        assert link(shown, name) == (f"Зберегти як {word}", b"xxxx")


async def test_a_statement_comes_as_a_pdf_of_the_same_figures(room: Room, browser: Browser, drawing: Drawing) -> None:
    for minor in (12_34, 100):
        body = {"card_id": room.payer, "merchant": "Café", "amount_minor": minor, "category": "cafes"}
        (await room.bank.http.post(f"{room.bank.url}/api/purchases", json=body)).raise_for_status()
    order = browser.order(STATEMENT, statement=f"{room.payer}:this_month")
    shown = await browser.send(await browser.opened(order, "document_link"))
    (asked,) = drawing.asked.values()
    values = Statement.model_validate(asked["values"])
    assert [entry.amount for entry in values.entries[:2]] == ["-1.00 UAH", "-12.34 UAH"]
    assert (values.closing, values.spent, values.left_out) == ("99986.66 UAH", "13.34 UAH", 0)
    assert (values.holder, values.account in shown.text) == ("Anna Koval", True)
    name = f"statement-{values.last4}-{values.first}-{values.last}.pdf"
    assert link(shown, name) == ("Save as PDF", b"xxxx")
    assert "data:image" not in shown.text


def test_a_pdf_of_a_long_statement_says_how_many_it_leaves_out_and_adds_up() -> None:
    fee, count = Money(-100, "UAH"), DRAWN_MAX + 3
    booked = [Booked(AT, "Fee" * 100, fee, Money(-1_50 - 100 * number, "UAH")) for number in reversed(range(count))]
    closing, spent = booked[0].balance, Money(100 * count, "UAH")
    whole = Whole(
        "Gold", "4242", "Anna Koval", "an account of another kind", AT.date(), AT.date(), Money(-50, "UAH"), closing,
        Money(0, "UAH"), spent, tuple(booked),
    )  # fmt: skip
    paper = Document.model_validate(documents.statement(whole, "uk")).paper
    assert paper is not None
    values = Statement.model_validate(paper.values)
    assert (values.left_out, len(values.entries), values.account) == (3, DRAWN_MAX, None)
    assert (values.opening, values.closing, values.entries[0].balance) == ("-0.50 UAH", str(closing), str(closing))
    assert paper.name == "statement-4242-2026-11-29-2026-11-29"


def test_a_bank_that_says_too_much_or_names_a_file_oddly_has_no_page() -> None:
    paper = {"template": "statement", "values": {"card": "x"}, "name": "statement"}
    assert Document.model_validate({"title": "t", "paper": paper}).paper is not None
    for odd in (
        {"name": "../x"},
        {"name": 'x" onclick="y'},
        {"template": "../x"},
        {"values": {"card": "x" * 2_000_000}},
    ):
        with pytest.raises(ValidationError):
            Document.model_validate({"title": "t", "paper": paper | odd})


def link(page: httpx.Response, name: str) -> tuple[str, bytes]:
    """What a link to a file says, and the file that is in it."""
    found = re.search(rf'<a download="{re.escape(name)}" href="data:[a-z/]+;base64,([^"]+)">([^<]+)</a>', page.text)
    assert found is not None, f"no {name}"
    return found[2], base64.b64decode(found[1])
