"""The whole statement behind a one-time link: shown once, to whoever presses the button, of one's own cards only."""

import pytest

from tests.core_adapters.conftest import Room
from tests.core_adapters.pages.pages_world import PUBLIC, Browser, words

DOCUMENT = "statements.document"


async def bought(room: Room, merchant: str) -> None:
    body = {"card_id": room.payer, "merchant": merchant, "amount_minor": 12_34, "category": "cafes"}
    (await room.bank.http.post(f"{room.bank.url}/api/purchases", json=body)).raise_for_status()


async def test_a_statement_is_shown_once_with_the_balance_after_each_operation(room: Room, browser: Browser) -> None:
    await bought(room, "<b>Café</b>")
    address = await browser.opened(browser.order(DOCUMENT, statement=f"{room.payer}:this_month"), "document_link")
    assert address.startswith(PUBLIC)
    looked = words(await browser.look(address))
    assert "Statement of" in looked
    assert "Café" not in looked
    shown = await browser.send(address)
    read = words(shown)
    for part in ("Holder Anna Koval", "Went out 12.34", "Balance after 99,987.66", "−12.34", "Cash deposit"):
        assert part in read.replace("\u00a0", " ")
    assert "&lt;b&gt;Café&lt;/b&gt;" in shown.text
    assert "Café" not in words(await browser.send(address))


async def test_a_statement_is_written_in_the_customers_language(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DOCUMENT, "uk", statement=f"{room.payer}:latest"), "document_link")
    read = words(await browser.send(address)).replace("\u00a0", " ")
    assert "Внесення готівки +100 000,00 ₴" in read
    assert "Залишок після 100 000,00 ₴" in read


@pytest.mark.parametrize("statement", ["crd_0000000000000000:latest", "nonsense", ":"])
async def test_there_is_no_page_of_a_card_that_is_not_ones_own(room: Room, browser: Browser, statement: str) -> None:
    start = browser.order(DOCUMENT, statement=statement)
    await room.start(start)
    assert (await browser.settled(start.op_id)).error == "unavailable"
    assert await room.pool.fetchval("select count(*) from money.page") == 0


async def test_a_bank_that_does_not_answer_opens_no_page(room: Room, browser: Browser) -> None:
    await room.bank.fault("statement", "garbage", count=2)
    start = browser.order(DOCUMENT, statement=f"{room.payer}:latest")
    await room.start(start)
    assert (await browser.settled(start.op_id)).error == "unavailable"
