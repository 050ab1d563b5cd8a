"""How a merchant talks to the acquirer: one payment a reference, whole captures, voids and refunds, once each."""

import httpx
import pytest
from acquirer_world import RETURN_URL

CHALLENGED, AT_ONCE = "your bank asks for a code", "paid at once"


async def test_one_reference_is_one_payment(shop):
    first, again = await shop.begin(), await shop.begin()
    other = await shop.begin(amount_minor=1)
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert first.json() == again.json() == await shop.find()
    assert first.json()["status"] == "opened"
    assert len(await shop.books()) == 1


async def test_a_capture_is_done_once_and_fills_the_acquirer_s_account(shop):
    await shop.authorised()
    first, again = await shop.move("capture", "R1-C"), await shop.move("capture", "R1-C")
    assert first.json() == again.json()
    assert first.json()["status"] == "captured"
    other = await shop.move("capture", "R1-D")
    assert (other.status_code, other.json()["code"]) == (422, "not_authorised")
    books = await shop.balances()
    assert (books["acquirer-UAH"], books["clearing-UAH"]) == (300_00, -300_00)
    assert (await shop.books())[0]["moves"] == ["capture"]


async def test_a_void_is_done_once_and_moves_nothing(shop):
    await shop.authorised()
    for _ in range(2):
        assert (await shop.move("void", "R1-V")).json()["status"] == "voided"
    for kind, code in (("capture", "not_authorised"), ("refund", "not_captured"), ("void", "not_authorised")):
        refused = await shop.move(kind, f"R1-{kind}")
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert "acquirer-UAH" not in await shop.balances()
    assert (await shop.books())[0]["moves"] == ["void"]


async def test_a_refund_is_done_once_and_takes_the_money_back(shop):
    await shop.authorised()
    await shop.move("capture", "R1-C")
    for _ in range(2):
        assert (await shop.move("refund", "R1-R")).json()["status"] == "refunded"
    books = await shop.balances()
    assert (books["acquirer-UAH"], books["clearing-UAH"]) == (0, 0)


async def test_a_reference_of_a_move_stands_for_nothing_else(shop):
    await shop.authorised("R1")
    await shop.authorised("R2")
    await shop.move("capture", "M1", of="R1")
    assert (await shop.move("capture", "M1", of="R2")).status_code == 409
    assert (await shop.move("refund", "M1", of="R1")).status_code == 409
    assert (await shop.find("R2"))["status"] == "authorised"


async def test_what_nobody_has_paid_cannot_be_captured(shop):
    await shop.begin()
    assert (await shop.move("capture", "R1-C")).json()["code"] == "not_authorised"
    assert (await shop.move("capture", "R9-C", of="R9")).status_code == 404
    assert (await shop.call("GET", "/payments/R9")).json()["code"] == "payment_unknown"


async def test_another_key_gets_nothing(shop):
    for method, path in (("POST", "/payments"), ("GET", "/payments/R1"), ("PUT", "/webhook")):
        assert (await shop.call(method, path, key="wrong", json={})).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": 1.5},
        {"amount_minor": True},
        {"currency": "XXX"},
        {"return_url": "javascript:alert(1)"},
        {"return_url": "https://x\n"},
        {"description": ""},
        {"lifetime_s": 1},
        {"tries": 0},
        {"reference": "R/1"},
        {"status": "captured"},
    ],
)
async def test_what_cannot_be_paid_is_not_opened(shop, changes):
    assert (await shop.begin(**changes)).status_code == 400
    assert await shop.books() == []


async def test_more_than_a_card_may_pay_is_refused(shop):
    refused = await shop.begin(amount_minor=100_000_01)
    assert (refused.status_code, refused.json()["code"]) == (422, "too_much")


@pytest.mark.parametrize(
    ("does", "status", "code"),
    [
        (CHALLENGED, "authorised", None),
        (AT_ONCE, "authorised", None),
        ("your bank says no", "declined", "declined_by_bank"),
        ("too little money on it", "declined", "insufficient_funds"),
    ],
)
async def test_each_test_card_does_what_its_line_says(shop, does, status, code):
    ended = await shop.pay(await shop.opened(), does)
    assert ended.headers["location"] == RETURN_URL
    found = await shop.find()
    assert (found["status"], found.get("code")) == (status, code)
    assert len(found["card"]["last4"]) == 4


async def test_news_are_signed_and_name_the_merchant_s_reference(shop, hearing):
    await shop.authorised()
    await shop.move("capture", "R1-C")
    await shop.pay(await shop.opened("R2"), "your bank says no")
    told = [await hearing.next() for _ in range(3)]
    kinds = {(news["type"], news["data"]["reference"]) for news in told}
    assert kinds == {("payment.authorised", "R1"), ("payment.captured", "R1"), ("payment.declined", "R2")}


@pytest.mark.parametrize(("operation", "kind"), [("capture", "capture"), ("void", "void")])
async def test_a_lost_answer_was_done_all_the_same(shop, operation, kind):
    await shop.authorised()
    await shop.fault("acquirer", operation, "reset_after")
    with pytest.raises(httpx.RemoteProtocolError):
        await shop.move(kind, "M1")
    assert (await shop.books())[0]["moves"] == [kind]
    assert (await shop.move(kind, "M1")).status_code == 200
    assert (await shop.books())[0]["moves"] == [kind]


async def test_a_credit_takes_from_the_acquirer_s_account_and_a_capture_fills_it_again(shop):
    await shop.authorised()
    body = {"reference": "C1", "card_id": shop.card_id, "amount_minor": 300_00, "currency": "UAH"}
    first, again = [await shop.bank("POST", "/credits", json=body) for _ in range(2)]
    other = await shop.bank("POST", "/credits", json=body | {"amount_minor": 1})
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert (await shop.bank("GET", "/credits/C1")).json() == first.json() == again.json()
    assert (await shop.balances())["acquirer-UAH"] == -300_00
    await shop.move("capture", "R1-C")
    books = await shop.balances()
    assert (books["acquirer-UAH"], sum(books.values())) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "code"), [({"card_id": "crd_0"}, "card_unknown"), ({"currency": "USD"}, "currency_mismatch")]
)
async def test_a_refused_credit_is_remembered_and_moves_nothing(shop, changes, code):
    body = {"reference": "C1", "card_id": shop.card_id, "amount_minor": 300_00, "currency": "UAH"} | changes
    for _ in range(2):
        refused = await shop.bank("POST", "/credits", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert (await shop.bank("GET", "/credits/C1")).json()["status"] == "refused"
    assert all(value == 0 for value in (await shop.balances()).values())
    assert (await shop.bank("GET", "/credits/C9")).status_code == 404
