"""A customer tops up from a card of another bank, and asks a friend for money by link.

Through the chat, and through the acquirer's pages in a browser. With SCREENSHOTS set to a folder, pictures of all pages
are kept.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from installation import Running
from phone_in_hand import Phone, with_a_card
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = pytest.mark.needs("chromium")

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PATIENCE_MS = 60_000
PhoneMaker = Callable[..., Phone]
Opening = Callable[..., Page]


@pytest.fixture
def opening() -> Iterator[Opening]:
    """A payer's browser: opens an address at a phone's width, in a language."""
    path = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())

        def open_at(url: str, width: int = 390, language: str = "en") -> Page:
            page = browser.new_page(
                viewport={"width": width, "height": 844}, locale=language, java_script_enabled=False
            )
            page.set_default_timeout(PATIENCE_MS)
            page.goto(url)
            return page

        yield open_at
        browser.close()


def keep(page: Page, name: str) -> None:
    """A picture for who wants to look."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def fits(page: Page) -> None:
    """Nothing of the page lies outside of the screen."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    for box in page.locator("main *").all():
        place = box.bounding_box()
        assert place is None or place["x"] + place["width"] <= width + 1, box.inner_text()


def link_in(phone: Phone) -> str:
    """The address that the bot has given, behind a button or in words."""
    for message in reversed(phone.messages()):
        for row in message.get("buttons") or []:
            for button in row:
                if button.get("url"):
                    return str(button["url"])
        words: list[str] = str(message["text"]).split()
        if found := next((word for word in words if "/pay/" in word), None):
            return found
    raise AssertionError(f"no address in\n{phone.transcript()}")


def type_card(page: Page, does: str) -> None:
    """Type the test card whose line says this."""
    number = page.locator("dt", has=page.locator(f"xpath=following-sibling::dd[1][text()='{does}']")).inner_text()
    page.fill("#number", number)
    page.fill("#expires", "12/39")
    page.fill("#cvv", "321")
    page.locator("button[value=pay]").click()


def captured(teller: Running, amount_minor: int) -> list[list[str]]:
    """What the acquirer has done with payments of exactly this amount."""
    rows = httpx.get(f"{teller.url}/sandbox/acquirer/books").raise_for_status().json()
    return [row["moves"] for row in rows if row["amount_minor"] == amount_minor]


def books_agree(teller: Running) -> None:
    """The acquirer owes the bank nothing, and the bank's books add up."""
    balances = teller.balances()
    assert balances["Acquirer UAH"] == 0
    assert sum(value for name, value in balances.items() if name.endswith("UAH")) == 0


def test_a_card_of_another_bank_tops_up_with_a_code_of_its_bank(
    teller: Running, phone: PhoneMaker, opening: Opening
) -> None:
    solomiia = with_a_card(phone("+380501110071", name="Solomiia"))
    solomiia.say("top up my card with 311")
    solomiia.wait_for("Where will the money come from?")
    solomiia.tap("Another bank card")
    solomiia.wait_for("Open the payment page to add 311.00")
    page = opening(link_in(solomiia))
    fits(page)
    keep(page, "card-en")
    type_card(page, "your bank asks for a code")
    expect(page.locator("h1")).to_have_text("Confirm the payment")
    fits(page)
    keep(page, "code-en")
    page.fill("#code", "000000")
    page.locator("button[value=confirm]").click()
    expect(page.get_by_role("alert")).to_contain_text("Tries left: 2")
    page.fill("#code", "123456")
    page.locator("button[value=confirm]").click()
    page.wait_for_url("**/secure/return/**")
    assert "311.00" in solomiia.wait_for("has been added to")
    expect(page.locator("h1")).to_have_text("Paid")
    expect(page.locator("main")).to_contain_text("on the card •")
    fits(page)
    keep(page, "returned-en")
    assert teller.balances()["Solomiia Koval UAH"] == 100_000 + 31_100
    assert captured(teller, 31_100) == [["capture"]]
    books_agree(teller)


def test_a_bank_that_says_no_is_told_and_another_way_can_be_tried(
    teller: Running, phone: PhoneMaker, opening: Opening
) -> None:
    yarema = with_a_card(phone("+380501110072", name="Yarema"))
    yarema.say("top up my card with 312")
    yarema.wait_for("Where will the money come from?")
    yarema.tap("Another bank card")
    yarema.wait_for("Open the payment page")
    page = opening(link_in(yarema), width=320, language="uk")
    fits(page)
    keep(page, "card-uk")
    type_card(page, "на ній замало грошей")
    keep(page, "code-uk")
    fits(page)
    page.fill("#code", "123456")
    page.locator("button[value=confirm]").click()
    page.wait_for_url("**/secure/return/**")
    yarema.wait_for("The payment was declined. 312.00")
    expect(page.locator("h1")).to_have_text("Не сплачено")
    keep(page, "declined-uk")
    assert teller.balances()["Yarema Koval UAH"] == 100_000
    assert captured(teller, 31_200) == [[]]


def test_a_friend_pays_a_request_by_its_link_once(teller: Running, phone: PhoneMaker, opening: Opening) -> None:
    maksym = with_a_card(phone("+380501110073", name="Maksym"))
    maksym.say("ask a friend for 313")
    maksym.wait_for("What is it for?")
    maksym.say("half of the dinner")
    maksym.wait_for("Forward this to whoever is to pay 313.00")
    link = link_in(maksym)
    for width, language in ((390, "en"), (320, "uk")):
        page = opening(link, width, language)
        fits(page)
        keep(page, f"request-{language}")
        expect(page.locator("main")).to_contain_text("Maksym")
        expect(page.locator("blockquote")).to_have_text("half of the dinner")
        expect(page.locator("svg")).to_be_visible()
    page = opening(link)
    page.get_by_role("link", name="Pay 313.00").click()
    type_card(page, "your bank says no")
    expect(page.get_by_role("alert")).to_contain_text("You can try another card")
    type_card(page, "paid at once")
    page.wait_for_url("**/secure/return/**")
    maksym.wait_for("Your request was paid: 313.00")
    expect(page.locator("h1")).to_have_text("Paid")
    keep(page, "request-paid-en")

    again = opening(link)
    expect(again.locator("h1")).to_have_text("Paid")
    expect(again.get_by_role("link", name="Pay 313.00")).to_have_count(0)
    assert teller.balances()["Maksym Koval UAH"] == 100_000 + 31_300
    assert captured(teller, 31_300) == [["capture"]]
    books_agree(teller)


def test_a_lost_answer_of_the_bank_tops_up_once_and_nothing_is_said_before(
    teller: Running, phone: PhoneMaker, opening: Opening
) -> None:
    zoriana = with_a_card(phone("+380501110074", name="Zoriana"))
    zoriana.say("top up my card with 314")
    zoriana.wait_for("Where will the money come from?")
    zoriana.tap("Another bank card")
    zoriana.wait_for("Open the payment page")
    teller.fault(core="rest", operation="credit", outcome="reset_after", count=1)
    page = opening(link_in(zoriana))
    type_card(page, "paid at once")
    page.wait_for_url("**/secure/return/**")
    expect(page.locator("h1")).to_have_text("Your bank has said yes")
    keep(page, "arriving-en")
    assert "314.00" in zoriana.wait_for("has been added to")
    expect(page.locator("h1")).to_have_text("Paid")
    assert teller.balances()["Zoriana Koval UAH"] == 100_000 + 31_400
    assert captured(teller, 31_400) == [["capture"]]
    books_agree(teller)
