"""A PIN, a card's number and bank details, from a thumb in the chat to a page of the bank in a real browser.

Scripts are off in it, and it is as narrow as the narrowest phone; with SCREENSHOTS set to a folder, pictures are kept.
"""

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pypdfium2
import pytest
from installation import Running
from phone_in_hand import Phone, with_a_card
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from test_four_messengers import link_of
from test_nothing_secret_stays import everything_in

pytestmark = pytest.mark.needs("chromium")

FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
WIDTHS = (390, 320)
PIN, WEAK = "7391", "1234"
PhoneMaker = Callable[..., Phone]
Looking = Callable[[int], Page]


@pytest.fixture
def looking() -> Iterator[Looking]:
    """Opens a browser without scripts at a width."""
    path = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())

        def look(width: int) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 760}, device_scale_factor=2, java_script_enabled=False
            )
            return context.new_page()

        yield look
        browser.close()


def seen(page: Page, name: str) -> None:
    """What must hold of every page, at both widths; and a picture for who wants to look."""
    assert re.fullmatch(r"en|uk", page.locator("html").get_attribute("lang") or "")
    assert page.locator("h1").count() == 1
    for field in page.locator("input").all():
        assert page.locator(f"label[for={field.get_attribute('id')}]").count() == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 760})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width}"
        for control in page.locator("input, button, .files a").all():
            box = control.bounding_box()
            assert box is not None
            assert box["height"] >= 48, f"a thumb misses a field of {name}"
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def proven(customer: Phone, command: str, yes: str) -> str:
    """Ask for a page, say yes, type the code; the page's address."""
    old = customer.code()
    customer.say(command)
    customer.wait_for_any("a page of the bank", "сторінка банку")
    customer.tap(yes)
    customer.say(customer.newer_code(old))
    customer.wait_for_any("Open the page", "Відкрийте сторінку")
    return link_of(customer)


def test_a_pin_is_set_from_the_chat_to_the_bank(teller: Running, phone: PhoneMaker, looking: Looking) -> None:
    ruslana = with_a_card(phone("+380501110081", name="Ruslana"))
    address = proven(ruslana, "/pin", "Yes")
    robot = httpx.get(address, headers={"user-agent": "TelegramBot (like TwitterBot)"})
    assert (robot.status_code, robot.headers["cache-control"]) == (200, "no-store")

    page = looking(390)
    page.goto(address)
    seen(page, "pin-en")
    expect(page.get_by_label("New PIN, 4 digits")).to_be_focused()
    page.get_by_label("New PIN, 4 digits").fill(WEAK)
    page.get_by_label("The same PIN again").fill(WEAK)
    page.get_by_role("button", name="Set the PIN").click()
    expect(page.get_by_role("alert")).to_contain_text("guessed first")
    expect(page.get_by_label("New PIN, 4 digits")).to_be_focused()
    seen(page, "pin-weak-en")
    page.get_by_label("New PIN, 4 digits").fill(PIN)
    page.get_by_label("The same PIN again").fill(PIN)
    page.get_by_role("button", name="Set the PIN").click()
    expect(page.get_by_role("heading", name="The new PIN works")).to_be_visible()
    seen(page, "pin-done-en")
    ruslana.wait_for("The new PIN of")


async def test_a_card_number_is_shown_for_a_minute_and_stands_nowhere(teller: Running, phone: PhoneMaker) -> None:
    ihor = phone("+380501110082", name="Ihor")
    with_a_card(ihor)
    address = proven(ihor, "/cardnumber", "Yes")
    shown = await asyncio.to_thread(httpx.post, address, headers={"sec-fetch-site": "same-origin"})
    number = re.search(r'class="copied digits">(.*?)</dd>', shown.text)
    assert number is not None
    digits = re.sub(r"<[^>]+>", "", number[1])
    assert re.fullmatch(r"\d{16}", digits)
    assert shown.headers["refresh"].startswith("60;")
    assert digits not in (await asyncio.to_thread(httpx.post, address)).text

    tables = await everything_in(teller.environment["TELLER_DATABASE_URL"])
    token = address.rpartition("/")[2].encode()
    for name, content in tables.items():
        assert digits.encode() not in content, f"a card number stands in {name}"
        assert token not in content, f"the address of a page stands in {name}"
    log = teller.log.read_bytes()
    assert digits.encode() not in log
    assert token not in log


def in_ukrainian(customer: Phone) -> Phone:
    """A new customer whose phone speaks Ukrainian, with a card."""
    customer.start()
    customer.tap("Відкрити картку")
    customer.share_contact()
    customer.say(customer.code())
    customer.wait_for("Яку картку бажаєте")
    customer.tap("Цифрова")
    customer.tap("Так")
    customer.wait_for("Ваша картка готова.")
    return customer


def test_the_pages_read_well_in_ukrainian(teller: Running, phone: PhoneMaker, looking: Looking) -> None:
    myron = in_ukrainian(phone("+380501110083", language="uk", name="Myron"))
    page = looking(390)
    page.goto(proven(myron, "/pin", "Так"))
    seen(page, "pin-uk")
    page.get_by_label("Новий ПІН, 4 цифри").fill(PIN)
    page.get_by_label("Той самий ПІН ще раз").fill("7392")
    page.get_by_role("button", name="Встановити ПІН").click()
    expect(page.get_by_role("alert")).to_contain_text("не збігається")
    expect(page.get_by_label("Той самий ПІН ще раз")).to_be_focused()
    seen(page, "pin-not-the-same-uk")

    page.goto(proven(myron, "/cardnumber", "Так"))
    seen(page, "number-uk")
    page.get_by_role("button", name="Показати").click()
    expect(page.get_by_text("Номер картки", exact=True)).to_be_visible()
    seen(page, "number-shown-uk")

    myron.say("/details")
    myron.wait_for("На сторінці є IBAN")
    page.goto(link_of(myron))
    seen(page, "details-uk")
    page.get_by_role("button", name="Показати").click()
    expect(page.get_by_text("IBAN", exact=True)).to_be_visible()
    seen(page, "details-shown-uk")
    holds_its_files(page)
    myron.say("/statement")
    myron.tap("Останні операції")
    myron.tap("Документом")
    myron.wait_for("Посилання діє один раз")
    page.goto(link_of(myron))
    page.get_by_role("button", name="Показати").click()
    seen(page, "statement-shown-uk")
    assert "Вітальний подарунок" in paper_of(page)
    page.goto(f"{teller.url}/secure/{'A' * 43}")
    seen(page, "unknown")


def holds_its_files(page: Page) -> None:
    """Bank details can be saved from a page that is gone when it is asked for again."""
    for copied in page.locator(".copied").all_inner_texts():
        assert copied in paper_of(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Зберегти як картинку").click()
    assert re.fullmatch(r"bank-details-\d{4}\.png", saved.value.suggested_filename)
    with Image.open(saved.value.path()) as picture:
        assert (picture.format, picture.width) == ("PNG", 1080)


def paper_of(page: Page) -> str:
    """What the PDF of a page says."""
    with page.expect_download() as saved:
        page.get_by_role("link", name="Зберегти як PDF").click()
    assert saved.value.suggested_filename.endswith(".pdf")
    document = pypdfium2.PdfDocument(saved.value.path())
    return " ".join(" ".join(one.get_textpage().get_text_range().split()) for one in document)


def test_a_password_is_set_from_the_chat(phone: PhoneMaker, looking: Looking) -> None:
    sofiia = with_a_card(phone("+380501110084", name="Sofiia"))
    page = looking(320)
    page.goto(proven(sofiia, "/password", "Yes"))
    seen(page, "password-en")
    for label in ("New password, at least 10 characters", "The same password again"):
        page.get_by_label(label).fill("blue bicycle at noon")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", name="The new password works")).to_be_visible()
    sofiia.wait_for("Your password is changed.")

    taps = ("send 61 to", "Yes", "My banking password")
    page.goto(asked_for_the_password(sofiia, taps, "type your banking password"))
    seen(page, "password-check-en")
    expect(page.get_by_text("Send 61.00 UAH to card *1111")).to_be_visible()
    page.get_by_label("Your password at the bank").fill("green bicycle at noon")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_contain_text("2 tries are left")
    seen(page, "password-check-wrong-en")
    page.get_by_label("Your password at the bank").fill("blue bicycle at noon")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Confirmed")).to_be_visible()
    seen(page, "password-check-done-en")
    sofiia.wait_for("Done. 61.00")


def asked_for_the_password(customer: Phone, taps: tuple[str, str, str], words: str) -> str:
    """Confirm a transfer and choose the password: the page where it is typed."""
    send, *buttons = taps
    customer.say(f"{send} 4111 1111 1111 1111")
    for button in buttons:
        customer.tap(button)
    customer.wait_for(words)
    return link_of(customer)


def test_the_password_is_asked_for_in_ukrainian(phone: PhoneMaker, looking: Looking) -> None:
    lesia = in_ukrainian(phone("+380501110065", language="uk", name="Lesia"))
    page = looking(320)
    page.goto(proven(lesia, "/password", "Так"))
    seen(page, "password-uk")
    for label in ("Новий пароль, щонайменше 10 символів", "Той самий пароль ще раз"):
        page.get_by_label(label).fill("blue bicycle at noon")
    page.get_by_role("button", name="Встановити пароль").click()
    lesia.wait_for("Пароль змінено")
    taps = ("переказати 62 на картку", "Так", "Мій пароль у банку")
    page.goto(asked_for_the_password(lesia, taps, "введіть там свій пароль"))
    expect(page.get_by_text("Надіслати 62.00 UAH на картку *1111")).to_be_visible()
    seen(page, "password-check-uk")
    page.get_by_label("Ваш пароль у банку").fill("green bicycle at noon")
    page.get_by_role("button", name="Підтвердити").click()
    expect(page.get_by_role("alert")).to_be_visible()
    seen(page, "password-check-wrong-uk")
