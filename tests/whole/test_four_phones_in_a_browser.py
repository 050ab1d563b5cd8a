"""One customer on four messengers, side by side on the page; with SCREENSHOTS set to a folder, pictures are kept."""

from collections.abc import Callable

import pytest
from installation import Running
from phone_in_hand import Phone, pays_somebody_new
from playwright.sync_api import expect
from test_four_messengers import identify, name_the_card, with_a_card
from test_newcomer_in_a_browser import ANSWER_MS, Looking, keep, looking

__all__ = ["looking"]  # a fixture of the neighbour's
pytestmark = pytest.mark.needs("chromium")
PhoneMaker = Callable[..., Phone]
AMOUNTS = {"telegram": 81, "viber": 82, "whatsapp": 83, "messenger": 84}


def send(customer: Phone, amount: int) -> None:
    """The transfer dialogue of an own customer, who proves the number first where this chat does not know it."""
    if customer.channel == "whatsapp":
        customer.say("hello")
    elif customer.channel != "telegram":
        customer.start()
    if customer.channel != "telegram":
        customer.say("what is my balance?")
        identify(customer)
        customer.wait_for("on Digital card")
    name_the_card(customer, amount)
    customer.wait_for(f"Send {amount}.00")
    pays_somebody_new(customer)
    customer.wait_for(f"Done. {amount}.00")


def test_the_same_transfer_stands_on_all_four_phones(teller: Running, phone: PhoneMaker, looking: Looking) -> None:
    anna = with_a_card(phone("+380503330100", name="Anna"))
    send(anna, AMOUNTS["telegram"])
    for channel in ("viber", "whatsapp", "messenger"):
        send(phone("+380503330100", name="Anna", channel=channel, person=anna.person), AMOUNTS[channel])

    page = looking(1920, 1000, person=anna.person)
    for channel, amount in AMOUNTS.items():
        shown = page.locator(f".phone.{channel}")
        expect(shown.locator(".message.them", has_text=f"Done. {amount}.00").last).to_be_visible(timeout=ANSWER_MS)
        expect(shown.locator(".message.them img").last).to_be_visible()
        assert len(teller.transfers(amount * 100)) == 1
    keep(page, "6-four-messengers")
    keep(looking(1920, 1000, "dark", person=anna.person), "7-four-messengers-at-night")
    keep(looking(390, 844, person=anna.person), "8-four-messengers-narrow")
