"""A card's whole number: after a code, on a page of a minute, sealed by the bank for this page, held nowhere."""

import asyncio
import re

from tests.core_adapters.conftest import Room
from tests.core_adapters.pages.pages_world import ROBOT, Browser, words

OPEN = "cards.open_reveal_page"
NUMBER = re.compile(r"Card number ([0-9 ]+) Valid until ([0-9]{2}/[0-9]{2})")


async def opened(room: Room, browser: Browser, locale: str = "en") -> str:
    return await browser.opened(await browser.proven(OPEN, locale, card=room.payer))


async def test_the_number_and_the_expiry_are_shown_once_and_nothing_else_of_the_card(
    room: Room, browser: Browser
) -> None:
    address = await opened(room, browser)
    looked = await browser.look(address)
    last4 = re.search(r"•(\d{4})", words(looked))
    assert last4 is not None
    shown = await browser.send(address)
    found = NUMBER.search(words(shown))
    assert found is not None
    number = found[1].replace(" ", "")
    assert (len(number), number[-4:]) == (16, last4[1])
    assert "CVV" not in shown.text.split("</style>")[1].replace("The three digits", "")
    again = await browser.send(address)
    assert number not in words(again).replace(" ", "")
    assert "has been shown" in words(again)


async def test_after_a_minute_the_number_leaves_the_screen_and_the_page_is_closed(room: Room, browser: Browser) -> None:
    address = await opened(room, browser)
    shown = await browser.send(address)
    seconds, _, where = shown.headers["refresh"].partition("; url=")
    assert (seconds, address.endswith(where)) == ("60", True)
    assert shown.headers["cache-control"] == "no-store"
    assert "has been shown" in words(await browser.look(address))


async def test_a_page_that_nobody_opened_within_a_minute_shows_nothing(room: Room, browser: Browser) -> None:
    address = await opened(room, browser)
    room.clock.jump(seconds=50)
    assert (await browser.look(address)).status_code == 200
    room.clock.jump(seconds=11)
    late = await browser.send(address)
    assert (late.status_code, NUMBER.search(words(late))) == (410, None)


async def test_a_robot_sees_no_number_and_spends_nothing(room: Room, browser: Browser) -> None:
    address = await opened(room, browser)
    for _ in range(3):
        assert re.search(r"\d{12}", words(await browser.look(address, **ROBOT)).replace(" ", "")) is None
    assert NUMBER.search(words(await browser.send(address))) is not None


async def test_without_a_code_no_page_opens(room: Room, browser: Browser) -> None:
    start = browser.order(OPEN, card=room.payer)
    await room.start(start)
    assert (await browser.settled(start.op_id)).error == "not_proven"


async def test_of_two_browsers_one_sees_the_number(room: Room, browser: Browser) -> None:
    address = await opened(room, browser)
    answers = await asyncio.gather(*(browser.send(address) for _ in range(4)))
    assert sum(NUMBER.search(words(answer)) is not None for answer in answers) == 1


async def test_the_audit_says_that_a_number_was_shown_and_to_whom(room: Room, browser: Browser) -> None:
    address = await opened(room, browser)
    seen = "select actor, details from money.audit where action = 'card_number shown'"
    assert await room.pool.fetch(seen) == []
    await browser.send(address)
    ((actor, details),) = await room.pool.fetch(seen)
    assert actor == "customer anna"
    assert re.search(r"•\d{4}$", details)


async def test_a_bank_that_is_away_leaves_the_page_open(room: Room, browser: Browser) -> None:
    address = await opened(room, browser)
    await room.bank.fault("card_number", "down", count=2)
    answer = await browser.send(address)
    assert (answer.status_code, "is not answering" in words(answer)) == (503, True)
    assert NUMBER.search(words(await browser.send(address))) is not None


async def test_the_number_stands_in_no_table_and_crosses_sealed(room: Room, browser: Browser) -> None:
    address = await opened(room, browser)
    found = NUMBER.search(words(await browser.send(address)))
    assert found is not None
    number = found[1].replace(" ", "")
    own = "select schemaname || '.' || tablename from pg_tables where schemaname in ('bot', 'money', 'public')"
    for (name,) in await room.pool.fetch(own):
        assert number not in str(await room.pool.fetch(f"select * from {name}"))
