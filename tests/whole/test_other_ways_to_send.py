"""A customer sends money to a phone number and between own cards, and repeats a payment: from a thumb to the books."""

from collections.abc import Callable

import httpx
from installation import Running
from phone_in_hand import Phone, pays_somebody_new, with_a_card

PhoneMaker = Callable[..., Phone]


def test_money_goes_to_a_phone_and_to_an_own_card_and_the_payee_is_kept(teller: Running, phone: PhoneMaker) -> None:
    with_a_card(phone("+380501110061", name="Oksana"))
    petro = with_a_card(phone("+380501110062", name="Petro"))
    more = {"phone": "+380501110062", "name": "Petro Koval", "cards": [{"currency": "UAH", "balance_minor": 5_000}]}
    (second,) = httpx.post(f"{teller.url}/sandbox/api/customers", json=more).raise_for_status().json()["cards"]

    petro.say("send 61 to +380501119999")
    petro.tap(first_of(petro, second["last4"]))
    petro.wait_for("None of our customers has the number")
    petro.say("+380501110061")
    assert "+380501110061" in petro.wait_for("Send 61.00")
    yes = petro.button("Yes")
    pays_somebody_new(petro)
    petro.wait_for("Done. 61.00")
    petro.tap_at(yes)
    petro.wait_for("done once only")
    assert len(teller.transfers(6_100)) == 1

    petro.say("move 62 to my other card")
    petro.tap(first_of(petro, second["last4"]))
    petro.wait_for("which card shall it go to")
    petro.tap(title_of(petro, second["last4"]))
    petro.wait_for("Move 62.00")
    petro.tap("Yes")
    petro.wait_for("Done. 62.00")
    assert len(teller.transfers(6_200)) == 1

    petro.say("/payees")
    petro.wait_for("Which shall I forget?")
    petro.button("+38050…61")
    balances = teller.balances()
    assert sum(value for name, value in balances.items() if name.endswith("UAH")) == 0


def titles(person: Phone) -> list[str]:
    """The titles under the newest messages that name a card."""
    found = [
        button["title"] for message in person.messages() for row in message.get("buttons") or [] for button in row
    ]  # fmt: skip
    return [title for title in found if "•" in title]


def first_of(person: Phone, other: str) -> str:
    """The title of the customer's card that is not the other one."""
    person.wait_for("card")
    return next(title for title in reversed(titles(person)) if not title.endswith(other))


def title_of(person: Phone, last4: str) -> str:
    return next(title for title in reversed(titles(person)) if title.endswith(last4))
