"""A transfer confirmed by the banking password in the place of a code: from a thumb, over the page, to the books."""

import asyncio
from collections.abc import Callable

import asyncpg
import httpx
from installation import Running
from phone_in_hand import Phone, with_a_card
from test_four_messengers import OTHER_BANKS_CARD, link_of
from test_secure_pages_in_a_browser import proven

PhoneMaker = Callable[..., Phone]
PASSWORD, WRONG = "blue bicycle at noon", "green bicycle at noon"
ROBOT = {"user-agent": "TelegramBot (like TwitterBot)"}
PROOFS = """
select s.factor, s.snapshot_hash = o.snapshot_hash and s.used_at is not null as its_own
from money.operation o join money.sca s on s.id = o.sca_id where o.amount_minor = $1
"""


def with_a_password(person: Phone) -> Phone:
    """A customer with a card and a banking password."""
    page = proven(with_a_card(person), "/password", "Yes")
    answer = httpx.post(page, data={"password": PASSWORD, "again": PASSWORD}, follow_redirects=True)
    assert "The new password works" in answer.text
    person.wait_for("Your password is changed.")
    return person


def asked_for_the_password(person: Phone, amount: int) -> str:
    """Confirm a transfer and choose the password: the page where it is typed."""
    person.say(f"send {amount} to {OTHER_BANKS_CARD}")
    person.wait_for(f"Send {amount}.00")
    person.tap("Yes")
    person.wait_for("This needs a proof")
    person.tap("My banking password")
    person.wait_for("type your banking password there")
    return link_of(person)


def typed(page: str, password: str) -> str:
    """What the page says of a password."""
    return httpx.post(page, data={"password": password}, follow_redirects=True).text


def proofs(teller: Running, amount_minor: int) -> list[tuple[str, bool]]:
    """By which factor operations of exactly this amount were proved, and whether that was for them and is spent."""

    async def read() -> list[tuple[str, bool]]:
        connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
        try:
            return [tuple(row) for row in await connection.fetch(PROOFS, amount_minor)]
        finally:
            await connection.close()

    return asyncio.run(read())


def test_a_password_on_the_page_sends_the_transfer_and_a_link_preview_spends_nothing(
    teller: Running, phone: PhoneMaker
) -> None:
    liuba = with_a_password(phone("+380501110171", name="Liuba"))
    page = asked_for_the_password(liuba, 606)
    for _ in range(3):
        preview = httpx.get(page, headers=ROBOT)
        assert (preview.status_code, preview.headers["cache-control"]) == (200, "no-store")
    assert "Send 606.00 UAH to card *1111" in preview.text
    assert teller.transfers(60_600) == []

    assert "Confirmed" in typed(page, PASSWORD)
    liuba.wait_for("Done. 606.00")
    assert len(teller.transfers(60_600)) == 1
    assert proofs(teller, 60_600) == [("password", True)]
    typed(page, PASSWORD)
    assert len(teller.transfers(60_600)) == 1
    assert PASSWORD not in liuba.transcript()


def test_three_wrong_passwords_send_nothing_and_a_code_still_does(teller: Running, phone: PhoneMaker) -> None:
    lev = with_a_password(phone("+380501110172", name="Lev"))
    page = asked_for_the_password(lev, 607)
    assert "2 tries are left" in typed(page, WRONG)
    assert "One try is left" in typed(page, WRONG)
    assert "Not confirmed" in typed(page, WRONG)
    lev.wait_for("was not sent to •1111")
    assert "Not confirmed" in typed(page, PASSWORD)
    assert teller.transfers(60_700) == []

    before = lev.code()
    lev.say(f"send 607 to {OTHER_BANKS_CARD}")
    lev.wait_for("Send 607.00")
    lev.tap("Yes")
    lev.wait_for("This needs a code")
    lev.say(lev.newer_code(before))
    lev.wait_for("Done. 607.00")
    assert len(teller.transfers(60_700)) == 1
    assert proofs(teller, 60_700) == [("sms", True)]


def test_a_password_typed_for_one_transfer_sends_no_other(teller: Running, phone: PhoneMaker) -> None:
    nadia = with_a_password(phone("+380501110173", name="Nadia"))
    first = asked_for_the_password(nadia, 608)
    nadia.say("cancel")
    second = asked_for_the_password(nadia, 609)
    assert "Confirmed" in typed(first, PASSWORD)
    assert (teller.transfers(60_800), teller.transfers(60_900)) == ([], [])

    assert "Confirmed" in typed(second, PASSWORD)
    nadia.wait_for("Done. 609.00")
    assert (len(teller.transfers(60_800)), len(teller.transfers(60_900))) == (0, 1)
