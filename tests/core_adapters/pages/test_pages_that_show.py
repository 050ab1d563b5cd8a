"""Pages that show something once: bank details and documents. A look spends nothing and shows nothing."""

import asyncio
from uuid import uuid4

import pytest

from core_adapters.ports import Person
from tests.core_adapters.conftest import Room
from tests.core_adapters.pages.pages_world import PUBLIC, ROBOT, Browser, words

DETAILS = "accounts.open_details_page"


async def test_bank_details_are_shown_to_whoever_presses_the_button(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    looked = await browser.look(address)
    assert looked.status_code == 200
    assert "Bank details of" in words(looked)
    assert "UA" not in words(looked)
    shown = await browser.send(address)
    assert shown.status_code == 200
    (account,) = [
        row["account"]
        for row in await all_accounts(room)
        if row["holder"] == "Anna Koval" and row["last4"] in shown.text
    ]
    read = words(shown)
    for part in (
        f"IBAN {account}",
        "Recipient Anna Koval",
        "Tax number",
        "Bank code 999999",
        f"account {account}, Anna",
    ):
        assert part in read
    assert f'<dd class="copied">{account}</dd>' in shown.text


async def all_accounts(room: Room) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = (await room.bank.http.get(f"{room.bank.url}/api/accounts")).json()
    return rows


async def test_the_page_is_in_the_language_of_the_chat(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, "uk", card=room.payer))
    assert "Реквізити картки" in words(await browser.look(address))
    shown = await browser.send(address)
    assert '<html lang="uk">' in shown.text
    assert "Отримувач Anna Koval" in words(shown)


async def test_a_link_preview_neither_spends_a_page_nor_sees_what_is_on_it(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    for _ in range(5):
        seen = await browser.look(address, **ROBOT)
        assert (seen.status_code, "UA" in words(seen)) == (200, False)
        assert (await browser.http.head(address.removeprefix(PUBLIC), headers=ROBOT)).status_code == 200
    assert "IBAN UA" in words(await browser.send(address))


async def test_of_two_browsers_at_once_one_is_shown_the_page(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    answers = await asyncio.gather(*(browser.send(address) for _ in range(6)))
    assert sum("IBAN UA" in words(answer) for answer in answers) == 1
    assert sum("has been shown" in words(answer) for answer in answers) == 5
    assert "has been shown" in words(await browser.look(address))


async def test_after_its_time_a_page_is_closed_and_shows_nothing(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    room.clock.jump(minutes=9, seconds=50)
    assert (await browser.look(address)).status_code == 200
    room.clock.jump(seconds=11)
    for answer in (await browser.look(address), await browser.send(address)):
        assert (answer.status_code, "IBAN" in answer.text) == (410, False)
    room.clock.jump(days=1)
    await browser.opened(browser.order(DETAILS, card=room.payer))
    assert (await browser.look(address)).status_code == 404


async def test_a_form_of_another_site_opens_nothing(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        refused = await browser.send(address, **headers)
        assert (refused.status_code, "IBAN" in refused.text) == (403, False)
    for headers in ({"sec-fetch-site": "same-origin", "origin": "null"},):
        assert "IBAN UA" in words(await browser.send(address, **headers))


async def test_nobody_keeps_frames_or_is_told_of_a_page(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    for answer in (await browser.look(address), await browser.send(address), await browser.look(address)):
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "script" not in answer.text


async def test_a_card_of_somebody_else_has_no_page(room: Room, browser: Browser) -> None:
    room.people.known["stranger"] = Person("+380509998877", "Other", "Person", identified=True)
    start = browser.order(DETAILS, customer_id="stranger", card=room.payer)
    await room.start(start)
    assert (await browser.settled(start.op_id)).error == "unavailable"
    assert await room.pool.fetchval("select count(*) from money.page") == 0


@pytest.mark.parametrize("token", ["A" * 43, "%00" * 15, "..%2F..%2Fadmin", "x" * 4_000, "é" * 43])
async def test_an_address_that_was_never_given_out_is_no_page(browser: Browser, token: str) -> None:
    for answer in (await browser.http.get(f"/secure/{token}"), await browser.http.post(f"/secure/{token}")):
        assert answer.status_code == 404


async def test_too_much_is_not_read_and_spends_nothing(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    assert (await browser.send(address, {"x": "y" * 10_000})).status_code == 413
    assert (await browser.send(address, {"x": "\0" * 100})).status_code == 200


async def test_the_same_operation_again_is_the_same_page(room: Room, browser: Browser) -> None:
    start = browser.order(DETAILS, card=room.payer)
    address = await browser.opened(start)
    operation = await room.adapters.desk.find(start.op_id)
    again = await room.adapters.worker.performers["pages"].enquire(operation.order)
    assert again is not None
    assert again.sealed == {"secure_page": address}
    assert await room.adapters.worker.performers["pages"].perform(operation.order) == again
    assert await room.pool.fetchval("select count(*) from money.page") == 1


async def test_the_tables_hold_neither_the_address_nor_what_is_shown(room: Room, browser: Browser) -> None:
    address = await browser.opened(browser.order(DETAILS, card=room.payer))
    iban = words(await browser.send(address)).split("IBAN ")[1].split()[0]
    for table in ("page", "operation", "attempt", "audit"):
        stored = str(await room.pool.fetch(f"select * from money.{table}"))
        assert address.rpartition("/")[2] not in stored
        assert iban not in stored


async def test_a_page_stays_spent_and_never_gets_more_time_whatever_the_code_does(room: Room, browser: Browser) -> None:
    await browser.send(await browser.opened(browser.order(DETAILS, card=room.payer)))
    for change in ("taken_at = null", "due_at = due_at + interval '1 hour'", "op_id = op_id, kind = 'pin'"):
        with pytest.raises(Exception, match="is spent, and a page never changes"):
            await room.pool.execute(f"update money.page set {change}")


async def test_a_bank_that_is_down_opens_no_page(room: Room, browser: Browser) -> None:
    await room.bank.fault("details", "down", count=5)
    start = browser.order(DETAILS, card=room.payer)
    await room.start(start)
    assert (await browser.settled(start.op_id)).error == "unavailable"


async def test_pages_are_kept_for_services_alone(room: Room) -> None:
    place = uuid4().hex * 2
    for token, status in (("forged", 401), ("staff", 403), ("service", 404)):
        headers = {"Authorization": f"Bearer {token}"}
        assert (await room.api.get(f"/api/v1/pages/{place}", headers=headers)).status_code == status
        shown = await room.api.post(f"/api/v1/pages/{place}/shown", headers=headers, json={"key": ""})
        typed = await room.api.post(f"/api/v1/pages/{place}/typed", headers=headers, json={"letter": "A" * 80})
        sealed = await room.api.get(f"/api/v1/pages/{place}/envelope", headers=headers)
        assert [answer.status_code for answer in (shown, typed, sealed)] == [status] * 3
