"""A customer pays for a phone and for water, from a thumb to the biller's books; the bank's agree with them."""

from collections.abc import Callable

import httpx
from installation import Running
from phone_in_hand import Phone, pays_somebody_new, with_a_card

PhoneMaker = Callable[..., Phone]


def billed(teller: Running) -> list[dict[str, object]]:
    """What the billers have booked."""
    rows: list[dict[str, object]] = httpx.get(f"{teller.url}/sandbox/billers/books").raise_for_status().json()
    return rows


def both_books_agree(teller: Running) -> None:
    """What each biller says it was paid is what stands on its account at the bank, whose books add up."""
    balances, told = teller.balances(), dict[str, int]()
    for row in billed(teller):
        holder = f"Biller {row['partner']}-{row['provider']} UAH"
        told[holder] = told.get(holder, 0) + (int(str(row["amount_minor"])) if row["status"] == "paid" else 0)
    assert told == {name: value for name, value in balances.items() if name.startswith("Biller ") and name in told}
    assert sum(value for name, value in balances.items() if name.endswith("UAH")) == 0


def test_a_phone_is_topped_up_in_two_taps_and_water_is_paid_from_the_menu(teller: Running, phone: PhoneMaker) -> None:
    iryna = with_a_card(phone("+380501110041", name="Iryna"))
    iryna.say("top up my phone with 100")
    iryna.tap("My own")
    assert "on +380501110041 (Vega)" in iryna.wait_for("Put 100.00")
    yes = iryna.button("Yes")
    iryna.tap("Yes")
    iryna.wait_for("Done. 100.00")
    iryna.tap_at(yes)
    iryna.wait_for("done once only")
    assert teller.balances()["Iryna Koval UAH"] == 100_000 - 10_000

    iryna.say("/services")
    iryna.tap("Payments")
    iryna.tap("Utilities")
    iryna.tap("City Water")
    iryna.say("12340000")
    iryna.wait_for("has no account 12340000")
    iryna.say("10203040")
    iryna.wait_for("The whole sum?")
    iryna.tap("Another amount")
    iryna.say("70")
    assert "to City Water" in iryna.wait_for("Pay 70.00")
    pays_somebody_new(iryna)
    iryna.wait_for("Done. 70.00")

    assert teller.balances()["Iryna Koval UAH"] == 100_000 - 10_000 - 7_000 - 200
    paid = [(row["partner"], row["account"], row["amount_minor"]) for row in billed(teller) if row["status"] == "paid"]
    assert paid.count(("mobile", "+380501110041", 10_000)) == 1
    assert paid.count(("utilities", "10203040", 7_000)) == 1
    both_books_agree(teller)
    teller.until(lambda: len(iryna.pictures()) == 3, "the card and two receipts were not drawn")


def test_a_lost_answer_of_the_operator_pays_once_and_is_told_later(teller: Running, phone: PhoneMaker) -> None:
    marko = with_a_card(phone("+380501110042", name="Marko"))
    marko.say("top up my phone with 43")
    marko.tap("My own")
    marko.wait_for("Put 43.00")
    teller.fault(core="billers", operation="payment", outcome="reset_after", count=1)
    marko.tap("Yes")
    marko.wait_for("I do not know yet")
    marko.wait_for("Good news: 43.00")

    assert [row["amount_minor"] for row in billed(teller) if row["account"] == "+380501110042"] == [4_300]
    assert teller.balances()["Marko Koval UAH"] == 100_000 - 4_300
    both_books_agree(teller)


def test_a_biller_that_says_no_gives_the_money_back_before_anything_is_said(teller: Running, phone: PhoneMaker) -> None:
    sofia = with_a_card(phone("+380501110043", name="Sofia"))
    sofia.say("/internet")
    sofia.wait_for("Who is your Internet provider")
    sofia.tap("Fibre Lane")
    sofia.wait_for("Write your account")
    sofia.say("55667788")
    sofia.wait_for("The whole sum?")
    sofia.tap("Another amount")
    sofia.say("61")
    sofia.wait_for("Pay 61.00")
    teller.fault(core="billers", operation="payment", outcome="refuse", count=1)
    pays_somebody_new(sofia)
    sofia.wait_for("The bank is not answering. 61.00")

    assert teller.balances()["Sofia Koval UAH"] == 100_000
    both_books_agree(teller)
