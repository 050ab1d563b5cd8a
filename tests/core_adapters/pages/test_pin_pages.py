"""A PIN goes from the page to the bank in a letter that nobody else can open, once, and is kept nowhere on the way."""

import asyncio
import logging
import re
from hashlib import sha256
from uuid import UUID

import pytest

from bot.secure.letters import Reader, sealed
from core_adapters.operations.ids import core_ref
from core_adapters.pages import setting
from flows.effects import StartOperation
from tests.core_adapters.conftest import Room
from tests.core_adapters.pages.pages_world import PUBLIC, ROBOT, Browser, words

PIN, OTHER = "7391", "8642"
OPEN, SET, EVENT = "cards.open_pin_page", "cards.set_pin", "cards.pin_set"
TYPED = {"pin": PIN, "again": PIN}


async def opened(room: Room, browser: Browser, locale: str = "en") -> tuple[StartOperation, str]:
    start = await browser.proven(OPEN, locale, card=room.payer)
    return start, await browser.opened(start)


async def setting_of(room: Room, start: StartOperation) -> UUID:
    found: UUID = await room.pool.fetchval("select set_by from money.page where op_id = $1", start.op_id)
    return found


async def test_a_pin_is_set_and_the_waiting_flow_hears_of_it(room: Room, browser: Browser) -> None:
    start, address = await opened(room, browser)
    page = await browser.look(address)
    assert "New PIN for" in words(page)
    assert page.text.count('inputmode="numeric"') == 2
    answer = await browser.send(address, TYPED)
    assert (answer.status_code, answer.headers["location"]) == (303, address.removeprefix(PUBLIC))
    assert "The new PIN works" in words(await browser.look(address))
    (news,) = await browser.events(EVENT)
    assert (news.outcome, news.match) == ("ok", {"page_id": str(start.op_id)})
    assert (await browser.settled(start.op_id)).outputs["page_id"] == str(start.op_id)
    linked = await setting_of(room, start)
    assert await room.state(linked) == "POSTED"
    assert (await found_at_the_bank(room, linked))["status"] == "set"


async def found_at_the_bank(room: Room, op_id: UUID) -> dict[str, str]:
    answer = await room.bank.http.get(
        f"{room.bank.url}/bank/v1/pins",
        params={"reference": core_ref(op_id)},
        headers={"Authorization": f"Bearer {room.core_token}"},
    )
    found: dict[str, str] = answer.json()
    return found


async def test_without_the_customers_code_no_page_opens(room: Room, browser: Browser) -> None:
    start = browser.order(OPEN, card=room.payer)
    await room.start(start)
    assert (await browser.settled(start.op_id)).error == "not_proven"
    assert await room.pool.fetchval("select count(*) from money.page") == 0


async def test_a_code_for_one_card_opens_no_page_for_another(room: Room, browser: Browser) -> None:
    (second,) = await room.bank.customer(cards=1)
    assert second
    start = await browser.proven(OPEN, card=room.payer)
    start.inputs["card"] = "crd_another"
    await room.start(start)
    assert (await browser.settled(start.op_id)).error == "not_proven"


@pytest.mark.parametrize(
    ("pin", "again", "said", "field"),
    [
        ("12345", "12345", "four digits", "pin"),
        ("1234", "1234", "guessed first", "pin"),
        ("7391", "7392", "not the same", "again"),
    ],
)
async def test_a_pin_that_cannot_be_taken_is_said_beside_its_field_and_spends_nothing(
    room: Room, browser: Browser, pin: str, again: str, said: str, field: str
) -> None:
    _, address = await opened(room, browser)
    answer = await browser.send(address, {"pin": pin, "again": again})
    assert answer.status_code == 422
    assert said in words(answer)
    marked = answer.text[answer.text.index(f'<input id="{field}"') :].partition(">")[0]
    assert 'aria-invalid="true" aria-describedby="fault"' in marked
    assert "autofocus" in marked
    assert "value=" not in answer.text
    assert (await browser.send(address, TYPED)).status_code == 303


async def test_digits_of_another_script_and_spaces_are_digits(room: Room, browser: Browser) -> None:
    _, address = await opened(room, browser)
    assert (await browser.send(address, {"pin": "٧٣٩١\0", "again": " 73 91 "})).status_code == 303


async def test_a_double_post_and_a_second_browser_set_one_pin(room: Room, browser: Browser) -> None:
    start, address = await opened(room, browser)
    answers = await asyncio.gather(*(browser.send(address, {"pin": one, "again": one}) for one in (PIN, PIN, OTHER)))
    assert {answer.status_code for answer in answers} == {303}
    again = await browser.send(address, {"pin": OTHER, "again": OTHER})
    assert "The new PIN works" in words(again)
    count = "select count(*) from money.operation where action = $1"
    assert await room.pool.fetchval(count, SET) == 1
    assert len(await browser.events(EVENT)) == 1
    assert await room.state(await setting_of(room, start)) == "POSTED"


async def test_a_link_preview_spends_nothing(room: Room, browser: Browser) -> None:
    _, address = await opened(room, browser)
    for _ in range(4):
        assert (await browser.look(address, **ROBOT)).status_code == 200
    assert (await browser.send(address, TYPED)).status_code == 303


async def test_after_three_minutes_the_page_takes_nothing(room: Room, browser: Browser) -> None:
    _, address = await opened(room, browser)
    room.clock.jump(minutes=2, seconds=50)
    assert (await browser.look(address)).status_code == 200
    room.clock.jump(seconds=11)
    for answer in (await browser.look(address), await browser.send(address, TYPED)):
        assert answer.status_code == 410
    assert await room.pool.fetchval("select count(*) from money.operation where action = $1", SET) == 0


async def test_a_form_of_another_site_sets_nothing(room: Room, browser: Browser) -> None:
    _, address = await opened(room, browser)
    assert (await browser.send(address, TYPED, **{"sec-fetch-site": "cross-site"})).status_code == 403
    assert (await browser.send(address, TYPED, **{"sec-fetch-site": "same-origin"})).status_code == 303


async def test_a_bank_that_does_not_take_the_pin_is_told_to_page_and_chat(room: Room, browser: Browser) -> None:
    await room.bank.fault("pin", "refuse")
    _, address = await opened(room, browser)
    await browser.send(address, TYPED)
    assert "The PIN was not set" in words(await browser.look(address))
    assert [news.outcome for news in await browser.events(EVENT)] == ["declined"]


@pytest.mark.parametrize("outcome", ["reset_after", "garbage"])
async def test_a_lost_reply_is_unknown_and_asked_for_and_never_sent_again(
    room: Room, browser: Browser, outcome: str
) -> None:
    await room.bank.fault("pin", outcome)
    start, address = await opened(room, browser)
    assert (await browser.send(address, TYPED)).status_code == 303
    seen = await browser.look(address)
    assert "The bank has not answered yet" in words(seen)
    assert seen.headers["refresh"] == "5"
    assert await browser.events(EVENT) == []
    linked = await setting_of(room, start)
    assert await room.state(linked) == "UNKNOWN"
    await room.rounds()
    assert await room.state(linked) == "POSTED"
    assert "The new PIN works" in words(await browser.look(address))
    assert [news.outcome for news in await browser.events(EVENT)] == ["ok"]
    assert await room.pool.fetchval("select count(*) from money.attempt where op_id = $1", linked) == 1


async def test_what_never_reached_the_bank_is_not_set_and_not_tried_again(room: Room, browser: Browser) -> None:
    start, address = await opened(room, browser)
    await room.bank.fault("pin", "down")
    await browser.send(address, TYPED)
    linked = await setting_of(room, start)
    assert await room.state(linked) == "UNKNOWN"
    await room.rounds()
    assert await room.state(linked) == "REJECTED"
    assert "The PIN was not set" in words(await browser.look(address))
    assert [news.outcome for news in await browser.events(EVENT)] == ["declined"]
    assert (await found_at_the_bank(room, linked))["code"] == "not_found"


async def test_a_bank_that_is_away_beforehand_leaves_the_page_open(room: Room, browser: Browser) -> None:
    _, address = await opened(room, browser)
    await room.bank.fault("key", "down", count=2)
    answer = await browser.send(address, TYPED)
    assert answer.status_code == 503
    assert "The bank is not answering" in words(answer)
    assert (await browser.send(address, TYPED)).status_code == 303


async def test_a_process_that_dies_before_sending_has_set_nothing(room: Room, browser: Browser) -> None:
    start, address = await opened(room, browser)
    page = await room.adapters.counter.pages.find(place_of(address))
    assert page is not None
    assert await room.adapters.counter.begin(page, sealed(Reader().key, PIN, ""))
    room.adapters.counter.setting.drop(setting.id_of(page))
    room.clock.jump(seconds=5)
    await room.adapters.worker.round()
    linked = await setting_of(room, start)
    assert await room.state(linked) == "VOID"
    assert "The PIN was not set" in words(await browser.look(address))
    assert [news.outcome for news in await browser.events(EVENT)] == ["declined"]


async def test_a_process_that_dies_while_sending_is_recovered_by_asking(room: Room, browser: Browser) -> None:
    start, address = await opened(room, browser)
    await room.bank.fault("pin", "timeout_after")
    sending = asyncio.create_task(browser.send(address, TYPED))
    while await room.pool.fetchval("select count(*) from money.operation where state = 'SENDING'") == 0:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    sending.cancel()
    for call in list(room.adapters.desk._calls):
        call.cancel()
    await room.rounds(count=2, jump_s=31)
    await room.rounds()
    assert await room.state(await setting_of(room, start)) == "POSTED"
    assert [news.outcome for news in await browser.events(EVENT)] == ["ok"]


def place_of(address: str) -> bytes:
    return sha256(address.rpartition("/")[2].encode()).digest()


async def test_a_letter_of_one_page_is_of_no_use_on_another(room: Room, browser: Browser) -> None:
    """A hop in between that swaps letters sets nobody's PIN."""
    (_, first), (_, second) = await opened(room, browser), await opened(room, browser)
    counter = room.adapters.counter
    envelope = await counter.envelope(place_of(first))
    outcome, _ = await counter.hand_in(place_of(second), sealed(envelope.key, PIN, envelope.bound))
    assert outcome == "failed"


async def test_no_pin_of_a_corpus_stands_in_a_table_or_a_log(
    room: Room, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pins = ["7391", "8642", "9153", "6280"]
    for number, pin in enumerate(pins):
        if number == 1:
            await room.bank.fault("pin", "reset_after")
        if number == 2:
            await room.bank.fault("pin", "refuse")
        _, address = await opened(room, browser)
        await browser.send(address, {"pin": pin, "again": "1111"})
        await browser.send(address, {"pin": pin, "again": pin})
        await browser.send(address, {"pin": pin, "again": pin})
        room.clock.jump(minutes=16)
    await room.rounds()
    own = "select schemaname || '.' || tablename from pg_tables where schemaname in ('bot', 'money', 'public')"
    tables = await room.pool.fetch(own)
    assert len(tables) > 20
    for (name,) in tables:
        for row in await room.pool.fetch(f"select * from {name}"):
            for column, cell in row.items():
                text = cell.decode("latin-1") if isinstance(cell, bytes) else str(cell)
                assert not any(alone(pin, text) for pin in pins), f"a PIN stands in {name}.{column}"
    assert not any(alone(pin, record.getMessage()) for record in caplog.records for pin in pins)


def alone(pin: str, text: str) -> bool:
    """The digits by themselves; inside a longer run of letters and digits any four may stand."""
    return re.search(rf"(?<![0-9A-Za-z.:_-]){pin}(?![0-9A-Za-z.:_-])", text) is not None
