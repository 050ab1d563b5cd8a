"""The page behind a customer's link: the way into each messenger with the code, a QR, and nothing that is kept."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.inviting import Way, routes, ways_in
from bot.paying import Sheet
from bot.settings import Settings
from core_adapters import brands

CODE = "AB2CD3EF"


class Codes:
    """One code, unless CustomerAPI is away."""

    def __init__(self, error=None):
        self.error = error

    async def gift(self, code):
        if self.error is not None:
            raise self.error
        return "100.00 UAH" if code == CODE else None


async def page_of(path, language="en", error=None, ways=(), method="GET"):
    brand = brands.load("sandbox")
    app = Starlette(routes=routes(Codes(error), Sheet(brand.name, brand.time_zone, brand.colours), ways))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://bank.example") as http:
        return await http.request(method, path, headers={"accept-language": language})


def named(settings: Settings) -> Settings:
    """The settings of a bank whose four messengers are known by name."""
    return settings.model_copy(
        update={
            "telegram": settings.telegram.model_copy(update={"username": "teller_bot"}),
            "viber": settings.viber.model_copy(update={"uri": "teller bank"}),
            "whatsapp": settings.whatsapp.model_copy(update={"phone": "380441234567"}),
            "messenger": settings.messenger.model_copy(update={"username": "teller.bank"}),
        }
    )


async def test_it_leads_into_each_messenger_with_the_code_and_shows_a_qr(settings):
    answer = await page_of(f"/i/{CODE}", ways=ways_in(named(settings)))
    assert answer.status_code == 200
    for said in (
        f"https://t.me/teller_bot?start=ref_{CODE}",
        f"viber://pa?chatURI=teller%20bank&amp;context=ref_{CODE}",
        f"https://wa.me/380441234567?text=START%20ref_{CODE}",
        f"https://m.me/teller.bank?ref=ref_{CODE}",
        "A friend invites you to Teller Bank",
        "<svg",
        f"https://bank.example/i/{CODE}",
    ):
        assert said in answer.text
    assert "100.00" in answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_messenger_without_a_name_opens_on_the_sandboxs_phones_and_nowhere_in_production(settings):
    assert next(way.link("ref_X") for way in ways_in(settings)) == "/sandbox/?open=telegram&start=ref_X"
    live = settings.model_copy(update={"mode": "production"})
    assert ways_in(live) == ()


async def test_it_speaks_ukrainian_and_takes_small_letters():
    answer = await page_of(f"/i/{CODE.lower()}", "uk-UA,en;q=0.5")
    assert answer.status_code == 200
    assert "Друг запрошує вас" in answer.text
    assert f"ref_{CODE}" in answer.text


@pytest.mark.parametrize("code", ["ZZZZZZZZ", "AB2CD3E", "AB2CD3EF9", "..%2f..%2fetc", "<script>", "%00", "A" * 5000])
async def test_what_is_no_code_is_no_page(code):
    answer = await page_of(f"/i/{code}")
    assert answer.status_code == 404
    assert "<script" not in answer.text


async def test_while_customer_api_is_away_the_link_is_said_to_stay_good():
    answer = await page_of(f"/i/{CODE}", error=httpx.ConnectError("away"))
    assert answer.status_code == 503
    assert "stays good" in answer.text


async def test_a_preview_may_look_and_nothing_can_be_sent():
    assert (await page_of(f"/i/{CODE}", method="HEAD")).status_code == 200
    assert (await page_of(f"/i/{CODE}", method="POST")).status_code == 405


async def test_each_way_is_a_button_of_its_own():
    ways = (Way("telegram", "Telegram", lambda carried: f"https://t.me/x?start={carried}"),)
    answer = await page_of(f"/i/{CODE}", ways=ways)
    assert answer.text.count('class="button"') == 1
    assert "Open in Telegram" in answer.text
