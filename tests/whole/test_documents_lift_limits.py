"""Documents handed in in the chat: they lift the limits of a real transfer, and the next card bears their name."""

import asyncio
from collections.abc import Callable
from io import BytesIO

import asyncpg
import httpx
from installation import Running
from phone_in_hand import Phone, with_a_card
from PIL import Image
from test_four_messengers import OTHER_BANKS_CARD
from test_other_ways_to_send import title_of

PhoneMaker = Callable[..., Phone]
PHONE = "+380501110174"


def over_the_limit(person: Phone, last4: str) -> None:
    """Ask for a transfer over what may leave in a day without documents, from the card that has so much."""
    person.say(f"send 5100 to {OTHER_BANKS_CARD}")
    person.wait_for("Which card")
    person.tap(title_of(person, last4))


def no_longer_new(teller: Running) -> None:
    """The chats of this installation are older than a day: care for new ones is another limit and would hold first."""

    async def write() -> None:
        connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
        older = "update customers.binding set risk_until = now() - interval '1 minute' where revoked_at is null"
        await connection.execute(older)
        await connection.close()

    asyncio.run(write())


def hand_in_documents(person: Phone, full_name: str, tax_id: str) -> None:
    """Answer the three questions of the documents' flow, and say yes."""
    person.say(full_name)
    person.say(tax_id)
    passport = BytesIO()
    Image.new("RGB", (640, 400), "white").save(passport, "PNG")
    path = f"{person.chat}/messages"
    person.http.post(path, files={"photo": ("passport.png", passport.getvalue(), "image/png")}).raise_for_status()
    person.wait_for("Hand in the documents")
    person.tap("Yes")
    person.wait_for("Your documents are accepted")


def test_documents_lift_the_limit_of_a_real_transfer(teller: Running, phone: PhoneMaker) -> None:
    stefa = with_a_card(phone(PHONE, name="Stefa"))
    more = {"phone": PHONE, "name": "Stefa Koval", "cards": [{"currency": "UAH", "balance_minor": 2_000_000}]}
    (rich,) = httpx.post(f"{teller.url}/sandbox/api/customers", json=more).raise_for_status().json()["cards"]
    no_longer_new(teller)

    over_the_limit(stefa, rich["last4"])
    assert "5,000.00" in stefa.wait_for("Today you can still send")
    stefa.say("cancel")
    assert teller.transfers(510_000) == []

    stefa.say("/documents")
    hand_in_documents(stefa, "Коваль Ірина Петрівна", "3456789014")
    over_the_limit(stefa, rich["last4"])
    stefa.wait_for("Send 5,100.00")
    before = stefa.code()
    stefa.tap("Yes")
    stefa.wait_for("This needs a code")
    stefa.say(stefa.newer_code(before))
    stefa.wait_for("Done. 5,100.00")
    assert len(teller.transfers(510_000)) == 1


def test_who_hands_in_documents_first_gets_a_card_in_their_name(teller: Running, phone: PhoneMaker) -> None:
    vira = phone("+380501110175", name="Vira")
    vira.start()
    vira.say("/documents")
    vira.share_contact()
    vira.say(vira.code())
    vira.wait_for("your full name")
    hand_in_documents(vira, "Лис Віра Олегівна", "3456000007")
    vira.say("open a card")
    vira.wait_for("Which card")
    vira.tap("Gold")
    vira.tap("Yes")
    vira.wait_for("Your card is ready.")
    assert teller.balances()["Лис Віра Олегівна UAH"] == 100_000
    assert "Vira Koval UAH" not in teller.balances()
