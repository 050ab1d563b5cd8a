"""One and the same conversation on all four messengers, each as its platform really speaks.

A new customer opens a card and sends money from it. What differs is only how a number is proved, and that a card
number is typed on the bank's own page where a messenger's rules bar it from the chat.
"""

import re
from collections.abc import Callable

import httpx
import pytest
from installation import Running
from phone_in_hand import Phone, pays_somebody_new

OTHER_BANKS_CARD = "4111 1111 1111 1111"
PhoneMaker = Callable[..., Phone]
PAGE = re.compile(r"https?://[^\s\"]+/secure/[A-Za-z0-9_-]+")
CHANNELS = [("telegram", 1), ("viber", 2), ("whatsapp", 3), ("messenger", 4)]


def identify(customer: Phone) -> None:
    """Prove the own number as the messenger can."""
    if customer.channel in ("telegram", "viber"):
        customer.tap("Share my number")
    elif customer.channel == "messenger":
        customer.say(customer.phone)
        customer.say(f"{customer.name} Koval")
    customer.wait_for("type the 6-digit code")
    customer.say(customer.code())


def with_a_card(customer: Phone) -> Phone:
    if customer.channel == "whatsapp":
        customer.say("hello")
    else:
        customer.start()
    customer.tap("Open a card")
    identify(customer)
    customer.wait_for("Which card")
    customer.tap("Digital")
    customer.tap("Yes")
    customer.wait_for("Your card is ready.")
    return customer


def link_of(customer: Phone) -> str:
    """The newest one-time page: behind a button, or in words."""
    for message in reversed(customer.messages()):
        for button in [one for row in message.get("buttons") or [] for one in row]:
            if "/secure/" in (button.get("url") or ""):
                return str(button["url"])
        if found := PAGE.search(message["text"]):
            return found[0]
    raise AssertionError(customer.transcript())


def name_the_card(customer: Phone, amount: int) -> None:
    """In the chat where that is allowed, else on the bank's own page."""
    if customer.channel in ("telegram", "viber"):
        customer.say(f"send {amount} to {OTHER_BANKS_CARD}")
        return
    customer.say(f"send {amount}")
    customer.wait_for("the bank's own page")
    page = link_of(customer)
    with httpx.Client(follow_redirects=True) as browser:
        form = browser.get(page).raise_for_status().text
        (field,) = re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*>', form)
        answer = browser.post(page, data={field: OTHER_BANKS_CARD})
        assert answer.status_code == httpx.codes.OK, answer.text


@pytest.mark.parametrize(("channel", "number"), CHANNELS, ids=[name for name, _ in CHANNELS])
def test_a_card_and_a_transfer_are_the_same_everywhere(
    teller: Running, phone: PhoneMaker, channel: str, number: int
) -> None:
    amount = 70 + number
    customer = with_a_card(phone(f"+38050333000{number}", name=f"Anna{channel.title()}", channel=channel))
    (picture,) = customer.pictures()
    assert picture[:3] == b"\xff\xd8\xff"

    name_the_card(customer, amount)
    assert "1111" in customer.wait_for(f"Send {amount}.00")
    yes = customer.button("Yes")
    pays_somebody_new(customer)
    assert f"{amount}.00" in customer.wait_for(f"Done. {amount}.00")
    customer.tap_at(yes)

    assert len(teller.transfers(amount * 100)) == 1
    assert teller.balances()[f"Anna{channel.title()} Koval UAH"] == 100_000 - amount * 100 - 500
    assert OTHER_BANKS_CARD not in "".join(customer.said())
