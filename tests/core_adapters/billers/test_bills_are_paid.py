"""Two legs, one operation: both done, or nothing moved, or a person decides; never twice."""

from uuid import uuid4

import pytest
from paid_bills import NOBODY, at_the_bank, at_the_biller, bill, fault, postings, started, top_up

WATER = "biller-utilities-water-UAH"


async def test_a_phone_is_topped_up_and_both_books_say_so(room):
    order = top_up(room)
    assert await room.start(order) == "APPROVED"
    assert await room.told(order.op_id) == ["done"]
    assert await at_the_bank(room, order) == {"biller-mobile-vega-UAH": 50_00}
    assert await at_the_biller(room, order) == ["paid"]
    (news,) = await room.news(order.op_id)
    assert news.outputs == {"payment_id": str(order.op_id)}


async def test_a_bill_is_paid_with_its_fee_and_the_receipt_says_it(room):
    order = bill(room)
    await room.start(order)
    assert await at_the_bank(room, order) == {WATER: 100_00, "fees-UAH": 2_00}
    body = {"inputs": {"transfer_id": str(order.op_id)}, "customer_id": "anna"}
    answer = await room.api.post("/api/v1/core/receipt", json=body, headers={"authorization": "Bearer service"})
    receipt = answer.json()["outputs"]
    assert (receipt["kind"], receipt["state"], receipt["fee"]) == ("payment", "done", "2.00 UAH")
    rows = await room.pool.fetch("select delta_minor from money.ledger_entry where op_id = $1", order.op_id)
    assert sorted(row["delta_minor"] for row in rows) == [-102_00, 2_00, 100_00]


async def test_the_same_order_again_pays_once(room):
    order = bill(room)
    await room.start(order)
    await room.start(order)
    assert await at_the_biller(room, order) == ["paid"]
    assert await postings(room, order) == 2


@pytest.mark.parametrize("outcome", ["reset_after", "garbage", "down"])
@pytest.mark.parametrize("make", [top_up, bill], ids=["xml", "json"])
async def test_a_lost_answer_of_the_biller_pays_once(room, outcome, make):
    order = make(room)
    await fault(room, "billers", "payment", outcome)
    await room.start(order)
    assert await room.told(order.op_id) == ["unknown:unknown_result"]
    await room.rounds()
    assert await room.told(order.op_id) == ["unknown:unknown_result", "done"]
    assert await at_the_biller(room, order) == ["paid"]
    assert await postings(room, order) == (1 if make is top_up else 2)


@pytest.mark.parametrize("outcome", ["reset_after", "garbage"])
async def test_a_lost_answer_of_the_bank_pays_once_and_the_biller_hears_of_it_then(room, outcome):
    order = bill(room)
    await fault(room, "rest", "bill", outcome)
    await room.start(order)
    assert await at_the_biller(room, order) == []
    await room.rounds()
    assert await room.told(order.op_id) == ["unknown:unknown_result", "done"]
    assert await at_the_biller(room, order) == ["paid"]
    assert await at_the_bank(room, order) == {WATER: 100_00, "fees-UAH": 2_00}


@pytest.mark.parametrize("make", [top_up, bill], ids=["xml", "json"])
async def test_a_biller_that_says_no_ends_with_the_money_back(room, make):
    order = make(room)
    await fault(room, "billers", "payment", "refuse")
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:unavailable"]
    assert await at_the_bank(room, order) == {}
    assert await postings(room, order, "-R") == await postings(room, order)


@pytest.mark.parametrize("outcome", ["reset_after", "down"])
@pytest.mark.parametrize(
    ("make", "closed"), [(top_up, {"phone": "+380501114040"}), (bill, {"account": "10204040"})], ids=["xml", "json"]
)
async def test_a_way_back_that_was_lost_is_gone_once(room, outcome, make, closed):
    order = make(room, **closed)
    await fault(room, "rest", "bill_return", outcome)
    await room.start(order)
    assert await room.told(order.op_id) == ["unknown:unknown_result"]
    await room.rounds()
    assert await room.told(order.op_id) == ["unknown:unknown_result", "failed:unavailable"]
    assert await at_the_biller(room, order) == ["refused"]
    assert await at_the_bank(room, order) == {}
    assert await postings(room, order, "-R") == await postings(room, order)


async def test_the_account_is_looked_at_before_the_first_sending_only(room):
    order = bill(room)
    await fault(room, "billers", "payment", "down")
    await room.start(order)
    await fault(room, "billers", "check", "refuse", count=100)
    await room.rounds()
    assert await room.told(order.op_id) == ["unknown:unknown_result", "done"]
    assert await at_the_biller(room, order) == ["paid"]


async def test_a_biller_that_stays_down_keeps_it_unknown_and_never_says_paid(room):
    order = bill(room)
    await fault(room, "billers", "payment", "down", count=100)
    await fault(room, "billers", "enquiry", "down", count=100)
    await room.start(order)
    await room.rounds(4, jump_s=60)
    assert await room.told(order.op_id) == ["unknown:unknown_result"]
    await room.bank.http.delete(f"{room.bank.url}/api/faults")
    await room.rounds(4, jump_s=600)
    assert await at_the_biller(room, order) == ["paid"]
    assert (await room.told(order.op_id))[-1] == "done"


async def test_a_biller_that_never_hears_of_it_ends_on_hold_with_the_money_on_its_account(room):
    order = bill(room)
    await fault(room, "billers", "payment", "down", count=100)
    await room.start(order)
    await room.rounds(12, jump_s=700)
    assert await room.state(order.op_id) == "HOLD"
    assert (await at_the_bank(room, order))[WATER] == 100_00
    assert await postings(room, order) == 2


@pytest.mark.parametrize("bank_says", ["insufficient_funds"])
async def test_a_bank_that_says_no_is_not_followed_by_the_biller(room, bank_says):
    (poor,) = await room.bank.customer(balance_minor=1_00)
    order = started(
        "bills.pay", {"from": poor["card_id"], "biller": "tv-garden", "account": "10203040", "amount": "50.00 UAH"}
    )
    await room.start(order)
    assert await room.told(order.op_id) == [f"failed:{bank_says}"]
    assert await at_the_biller(room, order) == []


async def test_an_account_that_nobody_has_is_refused_before_money_moves(room):
    order = bill(room, account="12340000")
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:account_unknown"]
    wrong = top_up(room, phone=NOBODY)
    await room.start(wrong)
    assert await room.told(wrong.op_id) == ["failed:unavailable"]
    assert await postings(room, order) + await postings(room, wrong) == 0


async def test_a_yes_to_another_amount_and_an_amount_without_a_code_are_not_sent(room):
    other = started(
        "bills.pay",
        {"from": room.payer, "biller": "utilities-water", "account": "1234", "amount": "5.00 UAH"},
        "0" * 64,
    )
    large = bill(room, amount="600.00 UAH")
    for order in (other, large):
        await room.start(order)
        assert await room.told(order.op_id) == ["failed:not_proven"]
        assert await postings(room, order) == 0


async def test_an_operation_that_nobody_here_performs_is_not_taken(room):
    body = {"op_id": str(uuid4()), "action": "consents.withdraw", "inputs": {"consent": "c1"}, "customer_id": "anna"}
    body |= {"channel": "telegram", "conversation": str(room.conversation)}
    answer = await room.api.post("/api/v1/operations", json=body, headers={"authorization": "Bearer service"})
    assert answer.status_code == 422
