"""The page of a receipt: what is shown, in which words, and that nothing of it is kept, obeyed or changed."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from bot.verifying import Slip, routes
from core_adapters import brands
from core_adapters.receipts import Back, Receipt
from flows.money import Money

AT = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
LINK = "https://bank.example/receipts/abc"
DONE = Receipt(
    "done", "payment", Money(1_234_50, "UAH"), Money(2_00, "UAH"), AT, "MZXW6YTBOI3DCNBRGQ2TSMBRGE", LINK, "4242", "",
    "City Water",
)  # fmt: skip


class Books:
    """One receipt at one address."""

    def __init__(self, receipt):
        self.receipt = receipt

    async def look(self, token):
        if isinstance(self.receipt, Exception):
            raise self.receipt
        return self.receipt if token == "abc" else None


class Press:
    """Prints what it is given."""

    def __init__(self):
        self.given = []

    async def receipt(self, values, locale):
        self.given.append((values, locale))
        return b"%PDF-1.7 a receipt"


async def page_of(receipt, path="/receipts/abc", language="en", press=None, bank="sandbox", **more):
    brand = brands.load(bank)
    slip = Slip(brand.name, brand.time_zone, brand.colours, "https://bank.example")
    app = Starlette(routes=routes(Books(receipt), press or Press(), slip))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://bank.example") as http:
        return await http.request(more.pop("method", "GET"), path, headers={"accept-language": language}, **more)


async def test_the_amount_stands_first_and_the_moment_with_its_time_zone():
    page = (await page_of(DONE)).text
    body = page.partition("<main>")[2]
    order = [body.index(said) for said in ("1,234.50", "Payment", "This receipt is genuine", "City Water", "2.00")]
    assert order == sorted(order)
    assert "21 November 2026, 18:05\u00a0EET" in page
    assert "<script" not in page
    assert "<form" not in page
    abroad = await page_of(replace(DONE, amount=Money(12_345, "KWD")), language="uk", bank="dhow")
    assert "12,345\u00a0KWD" in abroad.text
    assert "21 листопада 2026, 19:05\u00a0UTC+3" in abroad.text


async def test_what_is_not_known_has_no_line():
    page = (await page_of(replace(DONE, standing="pending", fee=None, from_last4="", to_name=""))).text
    assert "<dt>Date</dt>" in page
    for line in ("From card", "To card", "Payee", "Fee"):
        assert f"<dt>{line}</dt>" not in page


@pytest.mark.parametrize("language", ["en", "uk"])
@pytest.mark.parametrize(
    ("standing", "en", "uk", "drawn", "again"),
    [
        ("done", "This receipt is genuine", "Квитанція справжня", True, False),
        ("pending", "Not final yet: the bank has not answered", "Ще не остаточно: банк не відповів", True, True),
        ("not_made", "This payment was not made", "Цей платіж не відбувся", False, False),
        ("returning", "The bank is taking this payment back", "Банк повертає цей платіж", False, True),
        ("returned", "This payment was taken back", "Цей платіж повернуто", False, False),
    ],
)
async def test_each_end_has_its_words_and_only_what_holds_has_a_document(standing, en, uk, drawn, again, language):
    back = Back(DONE.amount, AT) if standing == "returned" else None
    page = (await page_of(replace(DONE, standing=standing, back=back), language=language)).text
    assert f"<h1>{en if language == 'en' else uk}</h1>" in page
    assert ('href="abc/receipt.pdf?lang=' in page) == drawn
    assert ('http-equiv="refresh"' in page) == again
    assert ("справжня" in page or "genuine" in page) == (standing == "done")


async def test_nothing_of_it_is_kept_framed_or_passed_on():
    for path in ("/receipts/abc", "/receipts/abc/receipt.pdf", "/receipts/other"):
        headers = (await page_of(DONE, path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "script" not in headers["content-security-policy"]


async def test_what_a_partner_calls_a_biller_is_shown_and_never_obeyed():
    page = (await page_of(replace(DONE, to_name='<img src=x onerror=alert(1)>"&'))).text
    assert "<img" not in page
    assert "&lt;img src=x" in page


async def test_the_document_is_made_from_what_the_books_say_in_the_reader_s_language():
    press = Press()
    answer = await page_of(DONE, "/receipts/abc/receipt.pdf?lang=uk", press=press)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="receipt-{DONE.reference}.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert press.given == [(DONE.values, "uk")]


async def test_a_fault_is_told_in_words_and_not_what_it_was():
    for path in ("/receipts/abc", "/receipts/abc/receipt.pdf"):
        answer = await page_of(RuntimeError("password in here"), path)
        assert answer.status_code == 503
        assert "says nothing about the receipt" in answer.text
        assert "password" not in answer.text


@pytest.mark.parametrize("path", ["/receipts/abc", "/receipts/abc/receipt.pdf"])
async def test_nothing_can_be_posted(path):
    assert (await page_of(DONE, path, method="POST", data={"state": "done"})).status_code == 405
