"""A customer locks and unlocks a card, raises a limit, orders plastic, and asks what the bank knows: all by thumb."""

from collections.abc import Callable
from typing import Any

import httpx
from installation import Running
from phone_in_hand import Phone, pays_somebody_new, with_a_card

PhoneMaker = Callable[..., Phone]
NO_BREAK = "\u00a0"


def type_the_code(person: Phone, old: str) -> None:
    """Wait for a code by SMS that is newer than ``old``, and type it."""
    person.wait_for("This needs a code")
    person.say(person.newer_code(old))


def fees_for_plastic(teller: Running) -> list[dict[str, Any]]:
    found = httpx.get(f"{teller.url}/sandbox/api/postings").raise_for_status().json()
    return [one for one in found if one["kind"] == "plastic_fee"]


def test_a_locked_card_sends_nothing_until_a_code_unlocks_it(teller: Running, phone: PhoneMaker) -> None:
    olena = with_a_card(phone("+380501110051", name="Olena"))
    olena.say("I lost my card, block the card right now")
    olena.wait_for("is locked. Nobody can pay with it")
    olena.say("send 87 to 4111 1111 1111 1111")
    olena.wait_for("You have no open card for this")
    assert teller.transfers(8_700) == []

    olena.say("/unblock")
    olena.wait_for("Do it only if the card is in your hands")
    old = olena.code()
    olena.tap("Yes")
    type_the_code(olena, old)
    olena.wait_for("is unlocked. You can pay with it again.")
    olena.say("send 87 to 4111 1111 1111 1111")
    olena.wait_for("Send 87.00")
    pays_somebody_new(olena)
    olena.wait_for("Done")
    assert len(teller.transfers(8_700)) == 1


def test_a_limit_goes_down_with_a_yes_and_up_with_a_code(teller: Running, phone: PhoneMaker) -> None:
    taras = with_a_card(phone("+380501110052", name="Taras"))
    taras.say("/setlimit")
    taras.wait_for("Which daily limit")
    taras.tap("Cash")
    taras.wait_for("What shall it be?")
    taras.say("500")
    taras.wait_for("500.00")
    taras.tap("Yes")
    taras.wait_for("Done. The daily limit")

    taras.say("/setlimit")
    taras.wait_for("Which daily limit")
    taras.tap("Cash")
    taras.wait_for("It is 500.00")
    taras.say("7000")
    taras.wait_for("7,000.00")
    old = taras.code()
    taras.tap("Yes")
    type_the_code(taras, old)
    taras.wait_for("Done. The daily limit")
    taras.say("/limits")
    assert "in cash up to 7,000.00" in taras.wait_for("In one day")


def test_plastic_is_paid_once_and_told_when_it_is_ready(teller: Running, phone: PhoneMaker) -> None:
    daria = with_a_card(phone("+380501110053", name="Daria"))
    daria.say("/plastic")
    daria.wait_for("Where would you like to get the plastic")
    daria.tap("By courier")
    daria.wait_for("Write the address")
    daria.say("Lviv, Zelena 5, flat 1")
    assert "costs 80.00" in daria.wait_for("by courier to: Lviv, Zelena 5, flat 1")
    old = daria.code()
    teller.fault(operation="plastic", outcome="reset_after", count=1)
    daria.tap("Yes")
    type_the_code(daria, old)
    daria.wait_for("I do not know yet")
    daria.wait_for("Good news, your plastic card is ordered.")
    daria.wait_for("Your plastic card is ready.")
    assert teller.balances()["Daria Koval UAH"] == 100_000 - 8_000
    assert len(fees_for_plastic(teller)) == 1


def test_a_statement_is_told_in_lines_and_shown_on_a_page_once(teller: Running, phone: PhoneMaker) -> None:
    bohdan = with_a_card(phone("+380501110054", name="Bohdan"))
    bohdan.say("send 54 to 4111 1111 1111 1111")
    bohdan.wait_for("Send 54.00")
    pays_somebody_new(bohdan)
    bohdan.wait_for("Done")
    bohdan.say("/statement")
    bohdan.wait_for("For which time?")
    bohdan.tap("Latest operations")
    told = bohdan.wait_for("came in").replace(NO_BREAK, " ")
    assert "−54.00 ₴, Transfer to card •1111 (946.00 ₴ left)" in told
    bohdan.wait_for("Would you like the whole statement")
    bohdan.tap("As a document")
    bohdan.wait_for("The link works once")
    links = [
        button["url"] for message in bohdan.messages() for row in message.get("buttons") or [] for button in row
        if button.get("url")
    ]  # fmt: skip
    assert "Transfer to card" not in httpx.get(links[-1]).text
    assert "Transfer to card •1111" in httpx.post(links[-1]).text
    assert "Transfer to card" not in httpx.post(links[-1]).text

    bohdan.say("/spending")
    bohdan.wait_for("For which time shall I sum up?")
    bohdan.tap("This month")
    assert "Transfers to others: 54.00" in bohdan.wait_for("went out from all your cards")
    teller.until(lambda: len(bohdan.pictures()) == 3, "the card, the receipt and the spending were not drawn")


def test_cashback_is_chosen_once_a_month(teller: Running, phone: PhoneMaker) -> None:
    halyna = with_a_card(phone("+380501110055", name="Halyna"))
    halyna.say("/cashback")
    halyna.wait_for("Which is the first?")
    halyna.say("1")
    halyna.wait_for("And the second?")
    halyna.say("2")
    halyna.wait_for("Choose these?")
    halyna.tap("Yes")
    halyna.wait_for("Chosen, from your next purchase on")
    halyna.say("/cashback")
    halyna.wait_for("chosen already")


def test_a_guest_is_told_rates_and_what_is_near(teller: Running, phone: PhoneMaker) -> None:
    guest = phone("+380501110056", name="Guest")
    guest.start()
    guest.say("/rates")
    guest.wait_for("The rates for what")
    guest.tap("With a card")
    assert "USD: we buy at" in guest.wait_for("These hold since")
    guest.say("/branch")
    guest.wait_for("What are you looking for?")
    guest.tap("Cash machine")
    guest.wait_for("In which town?")
    guest.tap("Near me")
    told = guest.wait_for("near you")
    assert len([line for line in told.splitlines() if "away" in line]) == 5
