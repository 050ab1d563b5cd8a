"""A newcomer opens the page of phones and banks there; with SCREENSHOTS set to a folder, pictures are kept."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from installation import Running
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = pytest.mark.needs("chromium")

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
ANSWER_MS = 60_000
# As long as a figure counts up on the page.
CALM_MS = 1_200
Looking = Callable[..., Page]


@pytest.fixture
def looking(teller: Running) -> Iterator[Looking]:
    """Opens the page of phones at a size, as a visitor who has never been there, or as a person who has."""
    path = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS.split()])

        def look(width: int, height: int, scheme: str = "light", person: int | None = None) -> Page:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme, device_scale_factor=2
            )  # type: ignore[arg-type]
            page.set_default_timeout(ANSWER_MS)
            if person is not None:
                page.add_init_script(f"localStorage.setItem('person', '{person}')")
            page.goto(f"{teller.url}/sandbox/")
            return page

        yield look
        browser.close()


def keep(page: Page, name: str) -> None:
    """A picture for who wants to look."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(CALM_MS)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


class Actions:
    """What the visitor does on the first of the phones, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.phone, self.count = page, page.locator(".phone.telegram"), 0

    def press(self, name: str) -> None:
        self.count += 1
        self.phone.get_by_role("button", name=name, exact=True).last.click()

    def share_number(self) -> None:
        """One action of two taps: the messenger asks whether it may, as Telegram does."""
        self.press("Share my number")
        self.page.get_by_role("dialog").get_by_role("button", name="Share").click()

    def type_code(self) -> None:
        """One message: the code from the SMS box, then Enter."""
        self.count += 1
        self.page.locator("#inbox").get_by_role("button", name="Type it in").first.click()
        self.phone.get_by_label("Message", exact=True).press("Enter")

    def write(self, text: str) -> None:
        self.count += 1
        box = self.phone.get_by_label("Message", exact=True)
        box.fill(text)
        box.press("Enter")

    def hears(self, words: str) -> None:
        expect(self.phone.locator(".message.them", has_text=words).last).to_be_visible(timeout=ANSWER_MS)


def test_a_newcomer_has_a_card_after_six_actions_and_sends_money(looking: Looking) -> None:
    page = looking(1440, 900)
    keep(page, "1-first-look")
    anna = Actions(page)
    anna.press("Start")
    anna.hears("What shall we do?")
    anna.press("Open a card")
    anna.hears("share your own phone number")
    anna.share_number()
    anna.hears("6-digit code")
    anna.type_code()
    anna.hears("Which card")
    anna.press("Digital")
    anna.hears("accept the bank's terms")
    keep(page, "2-terms")
    anna.press("Yes")
    anna.hears("Your card is ready")
    expect(anna.phone.locator(".message.them img").last).to_be_visible()
    assert anna.count == 6
    keep(page, "3-card")

    anna.write("send 50 to 4111 1111 1111 1111")
    anna.hears("Send 50.00")
    anna.press("Yes")
    anna.hears("This needs a code")
    anna.type_code()
    anna.hears("Done. 50.00")
    expect(anna.phone.locator(".message.them img")).to_have_count(2)
    expect(page.locator("#postings")).to_contain_text("50.00")
    keep(page, "4-sent")


def test_the_page_serves_a_phone_in_the_hand_too(looking: Looking) -> None:
    page = looking(390, 844, "dark")
    anna = Actions(page)
    anna.press("Start")
    anna.hears("What shall we do?")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    keep(page, "5-narrow")
