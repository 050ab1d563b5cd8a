"""What a payer sees of us: who asks for how much, and how it stands; nothing is typed, and looking spends nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette

from bot.paying import Sheet, routes
from core_adapters import brands
from core_adapters.external.acquirer.views import View
from flows.money import Money

PAGE = "https://acquirer.example/pay/1"
LINK = "https://bank.example/pay/abc"
ASKED = View(
    "open", Money(1_234_50, "UAH"), "4242", True, "Anna K.", "half of the dinner", PAGE, LINK,
    datetime(2026, 11, 28, 12, tzinfo=UTC),
)  # fmt: skip
OWN = View("open", Money(300_00, "UAH"), "4242", False, page=PAGE)


class Payments:
    """One payment at one address of each kind."""

    def __init__(self, view):
        self.view, self.looked = view, []

    async def look(self, page, token):
        self.looked.append((page, token))
        if isinstance(self.view, Exception):
            raise self.view
        return self.view if token == "abc" else None


async def page_of(view, path, language="en", **more):
    brand = brands.load("sandbox")
    payments = Payments(view)
    app = Starlette(routes=routes(payments, Sheet(brand.name, brand.time_zone, brand.colours)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://bank.example") as http:
        return await http.request(more.pop("method", "GET"), path, headers={"accept-language": language}, **more)


async def test_a_request_says_who_asks_for_how_much_what_for_and_leads_to_the_acquirer():
    answer = await page_of(ASKED, "/pay/abc")
    for said in (
        "Anna K. asks you for",
        "1,234.50\u00a0₴",
        "half of the dinner",
        "Teller Bank",
        f'href="{PAGE}"',
        "<svg",
    ):
        assert said.replace("\u00a0", " ") in answer.text.replace("\u00a0", " ")
    assert "28.11.2026 14:00" in answer.text
    assert "4242" not in answer.text
    assert "<script" not in answer.text
    assert "<form" not in answer.text


async def test_nothing_of_a_page_is_kept_framed_or_passed_on():
    headers = (await page_of(ASKED, "/pay/abc")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in headers["content-security-policy"]


async def test_a_browser_s_language_and_the_link_on_the_page_choose_the_words():
    assert "просить у вас" in (await page_of(ASKED, "/pay/abc", "de, uk;q=0.8, en;q=0.5")).text
    assert "asks you for" in (await page_of(ASKED, "/pay/abc?lang=en", "uk")).text
    assert "asks you for" in (await page_of(ASKED, "/pay/abc?lang=xx", "fr")).text


async def test_somebody_whose_name_is_not_known_is_a_customer_of_the_bank():
    answer = await page_of(replace(ASKED, asker=""), "/pay/abc")
    assert "A customer of Teller Bank asks you for" in answer.text


async def test_what_an_asker_writes_is_shown_and_never_obeyed():
    note = '<img src=x onerror=alert(1)>"&'
    answer = await page_of(replace(ASKED, note=note, asker="<b>A</b>"), "/pay/abc")
    assert "<img" not in answer.text
    assert "&lt;img src=x" in answer.text
    assert "<b>A" not in answer.text


@pytest.mark.parametrize("language", ["en", "uk"])
@pytest.mark.parametrize("view", [ASKED, OWN], ids=["request", "own"])
@pytest.mark.parametrize(
    ("standing", "en", "again"),
    [
        ("open", "Not paid yet, as far as we know", True),
        ("arriving", "Your bank has said yes", True),
        ("paid", "<h1>Paid</h1>", False),
        ("returned", "Not delivered, and yours again", False),
        ("closed", "<h1>Not paid</h1>", False),
    ],
)
async def test_who_comes_back_is_told_what_is_known_and_no_more(view, standing, en, again, language):
    answer = await page_of(replace(view, standing=standing), "/secure/return/abc", language)
    assert answer.status_code == 200
    assert (en in answer.text) == (language == "en")
    assert ('http-equiv="refresh"' in answer.text) == again
    assert ("на картці" in answer.text or "on the card •4242" in answer.text) or standing != "paid" or view.is_request


async def test_a_request_that_is_paid_asks_nobody_any_more():
    answer = await page_of(replace(ASKED, standing="paid"), "/pay/abc")
    assert "Anna K. has got" in answer.text
    assert PAGE not in answer.text


@pytest.mark.parametrize("path", ["/pay/other", "/secure/return/other", "/pay/%00%ff", "/secure/return/.."])
async def test_an_address_that_we_never_gave_out_is_none(path):
    answer = await page_of(ASKED, path)
    assert answer.status_code == 404


async def test_a_database_that_is_away_is_not_taken_for_a_no():
    answer = await page_of(RuntimeError("password in here"), "/secure/return/abc")
    assert answer.status_code == 503
    assert "do not pay twice" in answer.text
    assert "password" not in answer.text


@pytest.mark.parametrize("path", ["/pay/abc", "/secure/return/abc"])
async def test_nothing_can_be_posted(path):
    assert (await page_of(ASKED, path, method="POST", data={"card": "1"})).status_code == 405
