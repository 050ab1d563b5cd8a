"""A customer says yes to a partner's offer, the partner hears exactly that, and after a withdrawal it hears no more."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
from installation import Running
from phone_in_hand import Phone, with_a_card

PhoneMaker = Callable[..., Phone]


def told(teller: Running, first_name: str) -> list[dict[str, Any]]:
    """What the sandbox's bookshop has been told of a customer by that name; it keeps only what it could verify."""
    got = httpx.get(f"{teller.url}/sandbox/partner/got").raise_for_status().json()
    return [one for one in got if one["event"]["data"]["customer"].get("first_name") == first_name]


def link_of(person: Phone) -> str:
    """Where the button of the accepted offer leads."""
    rows = [row for message in person.messages() for row in message.get("buttons") or []]
    return str(next(button["url"] for row in rows for button in row if button["title"] == "Open the offer"))


def accepts(person: Phone) -> None:
    person.say("/offers")
    person.tap("Book Corner: -10 %")
    person.wait_for("the partner gets from the bank: your first name and a promo code. Nothing else.")
    person.tap("Yes")
    person.wait_for("The offer of Book Corner is yours")


async def used(teller: Running, code: str) -> bool:
    """Whether the bank knows that the promo code was used."""
    connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
    query = "select used_at is not null from customers.offer_claim where code = $1"
    found: bool = await connection.fetchval(query, code)
    await connection.close()
    return found


def test_a_yes_tells_the_partner_once_and_a_withdrawal_ends_it(teller: Running, phone: PhoneMaker) -> None:
    solomiya = with_a_card(phone("+380501110131", name="Solomiya"))
    solomiya.say("/offers")
    solomiya.tap("Book Corner: -10 %")
    assert "From Book Corner, valid until" in solomiya.wait_for("10 % off every book")
    solomiya.wait_for("Do you agree?")
    assert len(solomiya.pictures()) == 2
    solomiya.tap("No")
    solomiya.wait_for("Book Corner gets nothing from us")
    assert told(teller, "Solomiya") == []

    accepts(solomiya)
    teller.until(lambda: told(teller, "Solomiya") != [], "the partner never heard of the yes")
    [webhook] = told(teller, "Solomiya")
    data = webhook["event"]["data"]
    assert (webhook["event"]["type"], data["offer"]) == ("offer.accepted", "books-ten")
    assert data["customer"] == {"first_name": "Solomiya"}
    assert data["code"] in httpx.get(link_of(solomiya)).raise_for_status().text

    sent = {"type": "promo.used", "about": data["code"]}
    assert httpx.post(f"{teller.url}/sandbox/partner/send", json=sent).json()["status"] == httpx.codes.NO_CONTENT
    assert asyncio.run(used(teller, data["code"]))

    solomiya.say("/consents")
    solomiya.tap("Book Corner")
    solomiya.wait_for("Shared: your first name and a promo code.")
    solomiya.tap("Yes")
    solomiya.wait_for("“Book Corner” is withdrawn from this moment")
    solomiya.say("/consents")
    assert "You have not allowed anybody anything" in solomiya.said()[-1]
    assert len(told(teller, "Solomiya")) == 1


def test_who_withdraws_before_the_partner_could_be_told_is_not_told_of(teller: Running, phone: PhoneMaker) -> None:
    yaryna = with_a_card(phone("+380501110132", name="Yaryna"))
    teller.fault(core="partner", operation="webhook", outcome="down", count=2)
    accepts(yaryna)
    assert re.fullmatch(r".*/sandbox/partner/offers/books-ten\?code=[2-9A-Z]{10}", link_of(yaryna))
    yaryna.say("/consents")
    yaryna.tap("Book Corner")
    yaryna.wait_for("Withdraw it at once?")
    yaryna.tap("Yes")
    yaryna.wait_for("is withdrawn from this moment")
    states = asyncio.run(ended(teller))
    assert "withdrawn" in states
    assert told(teller, "Yaryna") == []


async def ended(teller: Running) -> list[str]:
    """How the webhooks to the partner have ended, once none of them waits any more."""
    connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
    try:
        while True:
            states = [row["state"] for row in await connection.fetch("select state from customers.partner_delivery")]
            if "waiting" not in states:
                return states
            await asyncio.sleep(0.2)
    finally:
        await connection.close()
