"""A friend joins by a link on another messenger, pays with the card, and both get their money, once."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

import asyncpg
import httpx
from installation import Running
from phone_in_hand import Phone, with_a_card

PhoneMaker = Callable[..., Phone]


def account_of(teller: Running, holder: str) -> str:
    """The account behind somebody's card, as the sandbox lists it."""
    accounts = httpx.get(f"{teller.url}/sandbox/api/accounts").raise_for_status().json()
    return str(next(one["account"] for one in accounts if one["holder"] == holder and one["last4"]))


def buys(teller: Running, holder: str, minor: int) -> None:
    body = {
        "card_id": account_of(teller, holder), "where": "shop", "merchant": "Friendly Bakery", "category": "other",
        "amount_minor": minor,
    }  # fmt: skip
    httpx.post(f"{teller.url}/sandbox/api/purchases", json=body).raise_for_status()


def rewards(teller: Running) -> list[int]:
    """What the bank has given for friends, in minor units."""
    found = httpx.get(f"{teller.url}/sandbox/api/postings").raise_for_status().json()
    return sorted(one["amount_minor"] for one in found if one["kind"] == "reward")


async def settled(teller: Running) -> int:
    """How many rewards are kept as paid."""
    connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
    count: int = await connection.fetchval("select count(*) from customers.reward where state = 'paid'")
    await connection.close()
    return count


def test_a_friend_joins_by_link_on_another_messenger_and_both_are_rewarded_once(
    teller: Running, phone: PhoneMaker
) -> None:
    orysia = with_a_card(phone("+380501110121", name="Orysia"))
    orysia.say("/invite")
    orysia.tap("Welcome")
    orysia.wait_for("Nobody has joined with your link yet")
    assert "100.00" in orysia.wait_for("Come with my link")
    teller.until(lambda: len(orysia.pictures()) == 2, "the card and the invitation were not drawn")
    link = next(word for text in orysia.said() for word in text.split() if "/i/" in word)
    page = httpx.get(link, headers={"accept-language": "en"})
    assert page.status_code == httpx.codes.OK
    carried = f"ref_{urlsplit(link).path.rpartition('/')[2]}"
    assert f"/sandbox/?open=viber&amp;start={carried}" in page.text

    danylo = phone("+380501110122", name="Danylo", channel="viber")
    danylo.start(carried)
    danylo.tap("Open a card")
    danylo.share_contact()
    danylo.say(danylo.code())
    danylo.wait_for("Which card")
    danylo.tap("Digital")
    danylo.tap("Yes")
    danylo.wait_for("Your card is ready.")
    assert rewards(teller) == []

    buys(teller, "Danylo Koval", 250_00)
    assert "50.00" in orysia.wait_for("Somebody has joined us with your link")
    assert "100.00" in danylo.wait_for("here is your welcome")
    buys(teller, "Danylo Koval", 60_00)
    teller.until(lambda: asyncio.run(settled(teller)) == 2, "CustomerAPI never heard that both were paid")
    orysia.say("/invite")
    orysia.tap("Welcome")
    statement = orysia.wait_for("So far 1 person has joined with you")
    assert "You have earned 50.00" in statement
    assert "and 0.00" in statement
    assert rewards(teller) == [50_00, 100_00]
    assert sum("joined us with your link" in text for text in orysia.said()) == 1
