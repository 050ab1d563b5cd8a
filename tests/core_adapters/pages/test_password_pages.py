"""The password of the bank: set on a page, kept by the bank alone, and good as a proof in the place of a code."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from core_adapters.ports import Question
from flows.confirming import snapshot_hash
from flows.effects import StartOperation
from tests.core_adapters.conftest import Room
from tests.core_adapters.pages.pages_world import Browser, words

PASSWORD, WRONG = "blue bicycle at noon", "green bicycle at noon"
OPEN, EVENT = "access.open_password_page", "access.password_changed"
CHECK, CHECKED = "sca.open_password_page", "sca.password_checked"
TYPED = {"password": PASSWORD, "again": PASSWORD}


async def has_password(browser: Browser) -> None:
    address = await browser.opened(await browser.proven(OPEN))
    assert (await browser.send(address, TYPED)).status_code == 303


async def asked_for_a_password(room: Room, browser: Browser, transfer: StartOperation) -> tuple[UUID, str]:
    """The page that would prove a transfer."""
    inputs = {"for_op": str(transfer.op_id), "snapshot_hash": transfer.snapshot_hash}
    start = browser.order(CHECK, **inputs)
    return start.op_id, await browser.opened(start)


def about(room: Room, browser: Browser, transfer: StartOperation, amount: str, locale: str = "en") -> StartOperation:
    """The order of the page that says what it proves."""
    inputs = {"for_op": str(transfer.op_id), "snapshot_hash": transfer.snapshot_hash}
    start = browser.order(CHECK, locale, **inputs, **{"from": room.payer, "amount": amount})
    return replace(start, cards={"to": room.payee})


async def test_a_password_is_set_and_the_waiting_flow_hears_of_it(room: Room, browser: Browser) -> None:
    start = await browser.proven(OPEN)
    address = await browser.opened(start)
    page = await browser.look(address)
    assert page.text.count('autocomplete="new-password"') == 2
    assert "onpaste" not in page.text
    await browser.send(address, TYPED)
    assert "The new password works" in words(await browser.look(address))
    (news,) = await browser.events(EVENT)
    assert (news.outcome, news.match) == ("ok", {"page_id": str(start.op_id)})


@pytest.mark.parametrize(
    ("typed", "again", "said"),
    [
        ("short", "short", "at least 10"),
        ("Password123", "Password123", "guessed soon"),
        (PASSWORD, WRONG, "not the same"),
    ],
)
async def test_a_password_that_cannot_be_taken_is_said_and_spends_nothing(
    room: Room, browser: Browser, typed: str, again: str, said: str
) -> None:
    address = await browser.opened(await browser.proven(OPEN))
    answer = await browser.send(address, {"password": typed, "again": again})
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert typed not in answer.text
    assert (await browser.send(address, TYPED)).status_code == 303


async def test_a_lost_reply_about_a_password_is_asked_for(room: Room, browser: Browser) -> None:
    await room.bank.fault("password", "reset_after")
    address = await browser.opened(await browser.proven(OPEN))
    await browser.send(address, TYPED)
    assert "has not answered yet" in words(await browser.look(address))
    await room.rounds()
    assert "The new password works" in words(await browser.look(address))
    assert [news.outcome for news in await browser.events(EVENT)] == ["ok"]


async def test_a_right_password_proves_the_transfer_that_it_was_asked_for(room: Room, browser: Browser) -> None:
    await has_password(browser)
    transfer = room.transfer("700.00 UAH")
    page_id, address = await asked_for_a_password(room, browser, transfer)
    assert 'autocomplete="current-password"' in (await browser.look(address)).text
    assert (await browser.send(address, {"password": PASSWORD})).status_code == 303
    assert "Confirmed" in words(await browser.look(address))
    (news,) = await browser.events(CHECKED)
    assert (news.outcome, news.match) == ("ok", {"page_id": str(page_id)})
    other = room.transfer("700.00 UAH")
    assert await room.start(other) == "VOID"
    assert await room.start(transfer) == "APPROVED"
    assert await room.state(transfer.op_id) == "POSTED"
    factor = "select factor from money.sca s join money.operation o on o.sca_id = s.id where o.op_id = $1"
    assert await room.pool.fetchval(factor, transfer.op_id) == "password"


@pytest.mark.parametrize(("locale", "said"), [("en", "Send 700.00 UAH to card *"), ("uk", "Надіслати 700.00 UAH на")])
async def test_the_page_names_amount_and_card_above_the_field(
    room: Room, browser: Browser, locale: str, said: str
) -> None:
    transfer = room.transfer("700.00 UAH")
    start = about(room, browser, transfer, "700.00 UAH", locale)
    page = words(await browser.look(await browser.opened(start)))
    assert f"{said}" in page
    assert room.payee.last4 in page


async def test_a_page_that_would_name_another_amount_opens_for_nobody(room: Room, browser: Browser) -> None:
    transfer = room.transfer("700.00 UAH")
    start = about(room, browser, transfer, "7.00 UAH")
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:unavailable"]
    assert await room.pool.fetchval("select count(*) from money.page") == 0


async def test_wrong_tries_carry_over_to_the_next_page(room: Room, browser: Browser) -> None:
    await has_password(browser)
    _, first = await asked_for_a_password(room, browser, room.transfer("700.00 UAH"))
    for _ in range(2):
        await browser.send(first, {"password": WRONG})
    _, second = await asked_for_a_password(room, browser, room.transfer("700.00 UAH"))
    assert (await browser.send(second, {"password": WRONG})).status_code == 303
    assert "Not confirmed" in words(await browser.look(second))


@pytest.mark.parametrize("tries", [0, 2, 3])
async def test_a_password_is_offered_to_who_has_one_that_may_be_tried(room: Room, browser: Browser, tries: int) -> None:
    asked = Question("access.has_password", "anna")
    assert await room.adapters.questions.answer(asked) == {"error": "none_usable"}
    await has_password(browser)
    _, address = await asked_for_a_password(room, browser, room.transfer("700.00 UAH"))
    for _ in range(tries):
        await browser.send(address, {"password": WRONG})
    usable = {"outputs": {}} if tries < 3 else {"error": "none_usable"}
    assert await room.adapters.questions.answer(asked) == usable


async def test_a_password_proves_the_amount_that_was_shown_and_no_other(room: Room, browser: Browser) -> None:
    await has_password(browser)
    transfer = room.transfer("700.00 UAH")
    _, address = await asked_for_a_password(room, browser, transfer)
    await browser.send(address, {"password": PASSWORD})
    dearer = room.transfer("800.00 UAH", transfer.op_id)
    assert dearer.snapshot_hash == snapshot_hash(dearer.op_id, dearer.inputs, dearer.cards)
    assert await room.start(dearer) == "VOID"


async def test_three_wrong_passwords_end_the_page_and_lock_the_password_for_a_while(
    room: Room, browser: Browser
) -> None:
    await has_password(browser)
    transfer = room.transfer("700.00 UAH")
    _, address = await asked_for_a_password(room, browser, transfer)
    said = []
    for _ in range(2):
        answer = await browser.send(address, {"password": WRONG})
        assert answer.status_code == 422
        said.append(words(answer))
    assert "2 tries are left" in said[0]
    assert "One try is left" in said[1]
    assert (await browser.send(address, {"password": WRONG})).status_code == 303
    assert "Not confirmed" in words(await browser.look(address))
    assert [news.outcome for news in await browser.events(CHECKED)] == ["declined"]
    _, again = await asked_for_a_password(room, browser, room.transfer("700.00 UAH"))
    assert (await browser.send(again, {"password": PASSWORD})).status_code == 303
    assert "Not confirmed" in words(await browser.look(again))
    assert await room.start(transfer) == "VOID"


async def test_who_has_no_password_is_told_and_proves_nothing(room: Room, browser: Browser) -> None:
    _, address = await asked_for_a_password(room, browser, room.transfer("700.00 UAH"))
    await browser.send(address, {"password": PASSWORD})
    assert "Not confirmed" in words(await browser.look(address))
    assert await room.pool.fetchval("select count(*) from money.sca where factor = 'password'") == 0


async def test_a_right_password_sent_twice_at_once_proves_once(room: Room, browser: Browser) -> None:
    await has_password(browser)
    _, address = await asked_for_a_password(room, browser, room.transfer("700.00 UAH"))
    await asyncio.gather(*(browser.send(address, {"password": PASSWORD}) for _ in range(3)))
    assert await room.pool.fetchval("select count(*) from money.sca where factor = 'password'") == 1
    assert len(await browser.events(CHECKED)) == 1


async def test_a_bank_that_is_silent_leaves_the_page_for_another_try(room: Room, browser: Browser) -> None:
    await has_password(browser)
    _, address = await asked_for_a_password(room, browser, room.transfer("700.00 UAH"))
    await room.bank.fault("password_check", "reset_after")
    answer = await browser.send(address, {"password": PASSWORD})
    assert (answer.status_code, "was not checked" in words(answer)) == (503, True)
    assert (await browser.send(address, {"password": PASSWORD})).status_code == 303
    assert "Confirmed" in words(await browser.look(address))


async def test_a_page_bears_ten_tries_at_most(room: Room, browser: Browser) -> None:
    await has_password(browser)
    _, address = await asked_for_a_password(room, browser, room.transfer("700.00 UAH"))
    await room.bank.fault("password_check", "garbage", count=50)
    answers = [(await browser.send(address, {"password": PASSWORD})).status_code for _ in range(12)]
    assert answers == [503] * 10 + [303] + [200]
    assert [news.outcome for news in await browser.events(CHECKED)] == ["declined"]
    assert await room.pool.fetchval("select tries from money.page where kind = 'password_check'") == 10


async def test_no_password_stands_in_a_table(room: Room, browser: Browser) -> None:
    await has_password(browser)
    _, address = await asked_for_a_password(room, browser, room.transfer("700.00 UAH", uuid4()))
    await browser.send(address, {"password": WRONG})
    await browser.send(address, {"password": PASSWORD})
    own = "select schemaname || '.' || tablename from pg_tables where schemaname in ('bot', 'money', 'public')"
    for (name,) in await room.pool.fetch(own):
        content = str(await room.pool.fetch(f"select * from {name}"))
        assert "bicycle" not in content
