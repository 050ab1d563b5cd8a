"""Money from a card of another bank: reserved by its bank, credited by ours, captured; or given back, once."""

from datetime import timedelta

import asyncpg
import pytest
from payers import (
    AMOUNT_MINOR,
    AT_ONCE,
    CHALLENGED,
    POOR,
    REFUSED,
    at_the_acquirer,
    books_add_up,
    credits_of,
    ended,
    fault,
    ledger_of,
    leg_of,
    lock,
    opened,
    paid,
    pay,
    request,
    top_up,
)


@pytest.mark.parametrize("does", [CHALLENGED, AT_ONCE])
async def test_what_a_payer_pays_is_on_the_card_and_all_books_say_so(room, does):
    order = await paid(room, top_up(room), does)
    assert await ended(room, order) is None
    await room.rounds(2)
    assert await ended(room, order) == "ok"
    assert await at_the_acquirer(room, order) == ("captured", ["capture"])
    leg = await leg_of(room, order)
    assert (leg.state, leg.leg_of, leg.fence) == ("POSTED", order.op_id, 1)
    assert [row["amount_minor"] for row in await credits_of(room, order)] == [AMOUNT_MINOR]
    assert await ledger_of(room, leg.op_id) == [("clearing", -AMOUNT_MINOR), ("account", AMOUNT_MINOR)]
    assert await ledger_of(room, order.op_id) == []
    books = await books_add_up(room)
    assert (books["acquirer-UAH"], books["clearing-UAH"]) == (0, -AMOUNT_MINOR)


async def test_a_page_that_is_open_moves_nothing_and_tells_nothing(room):
    order = top_up(room)
    page = await opened(room, order)
    (news,) = await room.news(order.op_id)
    assert news.outputs == {"pay_link": page, "transfer_id": str(order.op_id)}
    await room.rounds(3)
    assert await ended(room, order) is None
    assert await leg_of(room, order) is None


@pytest.mark.parametrize("does", [REFUSED, POOR])
async def test_a_payer_s_bank_that_says_no_is_told_and_nothing_was_moved(room, does):
    order = await paid(room, top_up(room), does)
    await room.rounds(2)
    assert await ended(room, order) == "declined"
    assert await leg_of(room, order) is None
    assert "acquirer-UAH" not in await books_add_up(room)


async def test_three_wrong_codes_are_a_no(room):
    page = await opened(room, order := top_up(room))
    with pytest.raises(AssertionError):
        await pay(room, page, code="000000")
    location = (await room.bank.http.get(page)).headers["location"]
    for _ in range(2):
        await room.bank.http.post(location, data={"code": "000000"})
    await room.rounds(2)
    assert await ended(room, order) == "declined"


async def test_a_card_that_takes_nothing_any_more_gives_the_payer_his_money_back_once(room, tmp_path):
    order = await paid(room, top_up(room))
    await lock(room, tmp_path)
    await room.rounds(4)
    assert await ended(room, order) == "declined"
    assert await at_the_acquirer(room, order) == ("voided", ["void"])
    assert (await leg_of(room, order)).state == "REJECTED"
    assert await credits_of(room, order) == []
    assert "acquirer-UAH" not in await books_add_up(room)


@pytest.mark.parametrize("outcome", ["reset_after", "garbage", "down"])
async def test_a_way_back_whose_answer_was_lost_is_gone_once(room, tmp_path, outcome):
    order = await paid(room, top_up(room))
    await lock(room, tmp_path)
    await fault(room, "acquirer", "void", outcome)
    await room.rounds(1)
    assert await ended(room, order) is None
    await room.rounds(4)
    assert await ended(room, order) == "declined"
    assert await at_the_acquirer(room, order) == ("voided", ["void"])


@pytest.mark.parametrize("outcome", ["reset_after", "garbage", "down"])
@pytest.mark.parametrize(("core", "operation"), [("rest", "credit"), ("acquirer", "capture")])
async def test_a_lost_answer_of_either_credits_once_and_captures_once(room, core, operation, outcome):
    order = await paid(room, top_up(room))
    await fault(room, core, operation, outcome)
    await room.rounds(1)
    assert (await leg_of(room, order)).state in ("APPROVED", "UNKNOWN")
    assert await ended(room, order) is None
    await room.rounds(4)
    assert await ended(room, order) == "ok"
    assert len(await credits_of(room, order)) == 1
    assert await at_the_acquirer(room, order) == ("captured", ["capture"])
    assert (await books_add_up(room))["acquirer-UAH"] == 0


async def test_an_acquirer_that_does_not_answer_says_neither_yes_nor_no(room):
    order = await paid(room, top_up(room))
    await fault(room, "acquirer", "enquiry", "down", count=100)
    await room.rounds(4, jump_s=30)
    assert await ended(room, order) is None
    assert await leg_of(room, order) is None
    await room.bank.http.delete(f"{room.bank.url}/api/faults")
    await room.rounds(3, jump_s=600)
    assert await ended(room, order) == "ok"


async def test_a_bank_that_is_away_for_long_still_gets_the_money_and_says_nothing_before(room):
    order = await paid(room, top_up(room))
    for operation in ("credit", "enquiry"):
        await fault(room, "rest", operation, "down", count=1000)
    await room.rounds(6, jump_s=300)
    assert await ended(room, order) is None
    assert await at_the_acquirer(room, order) == ("authorised", [])
    await room.bank.http.delete(f"{room.bank.url}/api/faults")
    await room.rounds(6, jump_s=700)
    assert await ended(room, order) == "ok"
    assert len(await credits_of(room, order)) == 1


async def test_an_acquirer_that_never_captures_ends_on_hold_with_the_money_on_the_card(room):
    order = await paid(room, top_up(room))
    await fault(room, "acquirer", "capture", "down", count=1000)
    await room.rounds(12, jump_s=700)
    assert (await leg_of(room, order)).state == "HOLD"
    assert await ended(room, order) is None
    assert len(await credits_of(room, order)) == 1
    assert (await books_add_up(room))["acquirer-UAH"] == -AMOUNT_MINOR


async def test_two_processes_that_hear_of_it_at_once_credit_once(room):
    import asyncio

    order = await paid(room, top_up(room))
    other = room.build(f"{room.bank.url}/bank/v1")
    room.clock.jump(seconds=5)
    await asyncio.gather(*(one.worker.round() for one in (room.adapters, other) for _ in range(4)))
    await room.rounds(2)
    assert await ended(room, order) == "ok"
    assert len(await credits_of(room, order)) == 1
    assert await at_the_acquirer(room, order) == ("captured", ["capture"])
    await other.stop()


async def test_a_page_whose_answer_was_lost_is_found_and_given_to_the_customer(room):
    await fault(room, "acquirer", "session", "reset_after")
    order = top_up(room)
    await room.start(order)
    assert await room.told(order.op_id) == ["unknown:unknown_result"]
    await room.rounds()
    assert await room.told(order.op_id) == ["unknown:unknown_result", "done"]
    assert (await room.news(order.op_id))[-1].outputs["pay_link"].startswith("http")


@pytest.mark.parametrize("change", [{"card": "crd_of_another"}, {"amount": "3.00 USD"}])
async def test_no_page_is_opened_for_a_card_that_would_not_take_the_money(room, change):
    order = top_up(room, **change)
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:unavailable"]
    assert await at_the_acquirer(room, order) is None


async def test_the_first_operation_and_its_leg_are_linked_for_good(room):
    order = await paid(room, top_up(room))
    await room.rounds(2)
    leg = await leg_of(room, order)
    for change in (
        "update money.operation set leg_of = null where op_id = $1",
        "update money.operation set state = 'VOID', error = 'x' where op_id = $1",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await room.pool.execute(change, leg.op_id)


async def test_a_day_of_top_ups_matches_the_bank_s_statement(room):
    await paid(room, top_up(room))
    await room.rounds(2)
    day = room.clock().date()
    answer = await room.adapters.desk.books.statement(day)
    leg = await room.pool.fetchrow("select core_ref from money.operation where leg_of is not null")
    assert answer[leg["core_ref"]] == {"UAH": AMOUNT_MINOR}
    assert len(answer) == 1, "settlements carry the acquirer's references and are its business"


async def test_a_receipt_is_pending_until_the_money_is_on_the_card(room):
    order = await paid(room, top_up(room))
    body = {"inputs": {"transfer_id": str(order.op_id)}, "customer_id": "anna"}

    async def state():
        answer = await room.api.post("/api/v1/core/receipt", json=body, headers={"authorization": "Bearer service"})
        return answer.json()["outputs"]["state"]

    assert await state() == "pending"
    await room.rounds(2)
    assert await state() == "done"


async def test_a_request_is_paid_once_and_names_amount_and_card(room):
    order = await paid(room, request(room, note="half of the dinner"))
    await room.rounds(2)
    assert await ended(room, order) == "ok"
    event = (await room.news())[-1]
    assert (event.name, event.match) == ("requests.paid", {"request_id": str(order.op_id)})
    assert event.outputs["amount"] == "300.00 UAH"
    assert len(event.outputs["card_last4"]) == 4


async def test_a_request_lets_a_payer_try_another_card(room):
    page = await opened(room, order := request(room))
    await pay(room, page, REFUSED)
    await room.rounds(2)
    assert await ended(room, order) is None
    await pay(room, page, AT_ONCE)
    await room.rounds(3, jump_s=30)
    assert await ended(room, order) == "ok"


async def test_a_request_that_cannot_be_delivered_is_told_as_declined_and_given_back(room, tmp_path):
    order = await paid(room, request(room))
    await lock(room, tmp_path)
    await room.rounds(4)
    assert await ended(room, order) == "declined"
    assert await at_the_acquirer(room, order) == ("voided", ["void"])


async def test_a_request_above_what_a_card_may_pay_is_refused(room):
    order = request(room, "100000.01 UAH")
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:limit_exceeded"]


async def test_a_request_is_asked_about_for_longer_than_its_week(room):
    order = request(room)
    await opened(room, order)
    until = await room.pool.fetchval("select until from money.awaited where op_id = $1", order.op_id)
    assert until - room.clock() > timedelta(days=14)
