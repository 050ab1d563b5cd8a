"""The bank's side of a bill: the biller's account, the fee, one posting a reference, and giving back."""

import pytest


def order(town, **changes):
    whole = {"reference": "D1", "card_id": town.card_id, "biller": "utilities-water"}
    return whole | {"amount_minor": 100_00, "currency": "UAH"} | changes


async def test_the_amount_stands_on_the_biller_s_account_and_the_books_add_up(town):
    fee = await town.bank("POST", "/bills/quotes", json={k: v for k, v in order(town).items() if k != "reference"})
    assert fee.json() == {"fee_minor": 200, "currency": "UAH"}
    first = await town.bank("POST", "/bills", json=order(town))
    again = await town.bank("POST", "/bills", json=order(town))
    other = await town.bank("POST", "/bills", json=order(town, amount_minor=1))
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    books = await town.balances()
    assert books["biller-utilities-water-UAH"] == 100_00
    assert books["fees-UAH"] == 200
    assert sum(value for account, value in books.items() if account.endswith("-UAH") or account.startswith("UA")) == 0


async def test_what_the_biller_refused_is_given_back_whole_and_once(town):
    before = await town.balances()
    await town.bank("POST", "/bills", json=order(town))
    for _ in range(2):
        back = await town.bank("POST", "/bills/D1/return", json={"reference": "D1-R", "code": "account_unknown"})
        assert (back.json()["status"], back.json()["code"]) == ("returned", "account_unknown")
    other = await town.bank("POST", "/bills/D1/return", json={"reference": "D1-S", "code": "account_unknown"})
    assert other.status_code == 409
    after = await town.balances()
    assert {account: after[account] for account in before} == before
    assert after["biller-utilities-water-UAH"] == 0
    again = await town.bank("POST", "/bills", json=order(town))
    assert again.json()["status"] == "returned"
    assert await town.balances() == after


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_minor": 99_900}, "insufficient_funds"),
        ({"currency": "USD"}, "currency_mismatch"),
        ({"biller": "casino-royal"}, "biller_unknown"),
    ],
)
async def test_a_refusal_moves_nothing_and_is_remembered(town, changes, code):
    before = await town.balances()
    for _ in range(2):
        refused = await town.bank("POST", "/bills", json=order(town, **changes))
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert await town.balances() == before
    back = await town.bank("POST", "/bills/D1/return", json={"reference": "D1-R", "code": "refused"})
    assert back.status_code == 422


async def test_an_unknown_reference_is_not_found(town):
    assert (await town.bank("GET", "/bills/D9")).status_code == 404
    gone = await town.bank("POST", "/bills/D9/return", json={"reference": "D9-R", "code": "refused"})
    assert gone.status_code == 404
