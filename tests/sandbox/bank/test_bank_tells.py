"""What the bank tells and changes nothing by: statements, spending, rates, branches and cash machines."""

from datetime import UTC, datetime

import httpx
import pytest
from bank_world import Anna

from sandbox.bank import cashback, places, rates

BANK = "/bank/v1"
FOREIGN = "4111111111111111"


async def buy(bank: httpx.AsyncClient, anna: Anna, amount_minor: int, category: str, merchant: str = "Shop") -> None:
    body = {"card_id": anna.card_id, "merchant": merchant, "amount_minor": amount_minor, "category": category}
    (await bank.post("/api/purchases", json=body)).raise_for_status()


async def operations(bank: httpx.AsyncClient, anna: Anna, **asked: str) -> httpx.Response:
    return await bank.get(f"{BANK}/cards/{anna.card_id}/operations", params=asked)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["Fee for a transfer", "Transfer to card •1111, for tea", "Purchase: Corner Shop", "Cash deposit"]),
        ("uk", ["Комісія за переказ", "Переказ на картку •1111, for tea", "Покупка: Corner Shop", "Внесення готівки"]),
    ],
)
async def test_a_statement_tells_each_operation_and_the_balance_after_it(
    bank: httpx.AsyncClient, anna: Anna, language: str, texts: list[str]
) -> None:
    await buy(bank, anna, 100_00, "groceries", "Corner Shop")
    await bank.post(f"{BANK}/transfers", json=anna.order("ref-1", to_card_number=FOREIGN))
    told = (await operations(bank, anna, span="this_month", lang=language)).json()
    assert [entry["text"] for entry in told["entries"]] == texts
    assert [entry["balance_minor"] for entry in told["entries"]] == [845_00, 850_00, 900_00, 1_000_00]
    assert (told["income_minor"], told["spent_minor"], told["closing_minor"]) == (1_000_00, 155_00, 845_00)


async def test_the_latest_are_ten_and_other_days_are_empty(bank: httpx.AsyncClient, anna: Anna) -> None:
    for _ in range(12):
        await buy(bank, anna, 1_00, "cafes")
    latest = (await operations(bank, anna, span="latest")).json()
    assert len(latest["entries"]) == 10
    assert latest["opening_minor"] - 10_00 == latest["closing_minor"] == 988_00
    empty = (await operations(bank, anna, **{"from": "2020-01-01", "to": "2020-01-31"})).json()
    assert (empty["entries"], empty["opening_minor"], empty["closing_minor"]) == ([], 0, 0)
    assert (await operations(bank, anna, **{"from": "2020-02-01", "to": "2020-01-31"})).status_code == 400
    assert (await operations(bank, anna, span="yesterday")).status_code == 400


async def test_spending_counts_what_left_all_cards_the_largest_first(bank: httpx.AsyncClient, anna: Anna) -> None:
    await buy(bank, anna, 50_00, "groceries")
    await buy(bank, anna, 70_00, "taxi")
    await bank.post(f"{BANK}/transfers", json=anna.order("ref-1"))  # to a card of her own
    await bank.post(f"{BANK}/transfers", json=anna.order("ref-2", to_card_number=FOREIGN))
    bill = {"card_id": anna.card_id, "biller": "utilities-water", "amount_minor": 10_00, "currency": "UAH"}
    await bank.post(f"{BANK}/bills", json={**bill, "reference": "ref-3"})
    await bank.post(f"{BANK}/bills", json={**bill, "biller": "tv-garden", "reference": "ref-4"})
    await bank.post(f"{BANK}/bills/ref-4/return", json={"reference": "ref-4-R", "code": "refused"})
    path = f"{BANK}/customers/{anna.customer_id}/spending"
    told = (await bank.get(path, params={"span": "this_month", "lang": "uk"})).json()
    assert [(one["id"], one["amount_minor"]) for one in told["categories"]] == [
        ("taxi", 70_00), ("groceries", 50_00), ("transfers", 50_00), ("utilities", 10_00), ("fees", 7_00),
    ]  # fmt: skip
    assert told["categories"][0]["name"] == "Таксі"
    assert told["total_minor"] == 187_00
    nothing = (await bank.get(path, params={"span": "last_month"})).json()
    assert (nothing["categories"], nothing["total_minor"]) == ([], 0)


async def test_the_bank_sells_dearer_than_it_buys_and_cash_is_dearer_than_a_card(bank: httpx.AsyncClient) -> None:
    card, cash = [(await bank.get(f"{BANK}/rates", params={"kind": kind})).json() for kind in ("card", "cash")]
    assert [one["currency"] for one in card["rates"]] == ["USD", "EUR", "PLN", "GBP"]
    for mild, wide in zip(card["rates"], cash["rates"], strict=True):
        assert wide["buys"] < mild["buys"] < mild["sells"] < wide["sells"]
    assert (await bank.get(f"{BANK}/rates", params={"kind": "crypto"})).status_code == 400


def test_rates_hold_from_nine_in_the_morning_to_the_next() -> None:
    early, late = datetime(2026, 11, 21, 6, 59, tzinfo=UTC), datetime(2026, 11, 21, 7, 1, tzinfo=UTC)
    assert rates.today("card", early)[1].isoformat() == "2026-11-20T09:00:00+02:00"
    assert rates.today("card", late)[1].isoformat() == "2026-11-21T09:00:00+02:00"
    assert rates.in_hryvnias(100, "JPY", late) == 0
    assert rates.in_hryvnias(1_00, "USD", late) == rates.today("card", late)[0][0].buys // 100


@pytest.mark.parametrize("words", ["Lviv", "lviv, Zelena street", "Львів", "у Львові, вулиця Зелена", "lvov"])
async def test_a_town_is_found_by_any_of_its_names(bank: httpx.AsyncClient, words: str) -> None:
    answer = await bank.get(f"{BANK}/places", params={"kind": "branch", "q": words, "lang": "uk"})
    found = answer.json()["places"]
    assert {place["town"] for place in found} == {"Львів"}
    assert found[0]["address"] == "вул. Зелена, 5"


async def test_a_street_that_is_named_comes_first(bank: httpx.AsyncClient) -> None:
    answer = await bank.get(f"{BANK}/places", params={"kind": "branch", "q": "Київ, Садова"})
    assert answer.json()["places"][0]["address"] == "7 Sadova Sq"


async def test_near_a_point_five_are_told_the_nearest_first(bank: httpx.AsyncClient) -> None:
    asked = {"kind": "cash_machine", "lat": "50.4501", "lon": "30.5234"}
    found = (await bank.get(f"{BANK}/places", params=asked)).json()["places"]
    distances = [place["distance_m"] for place in found]
    assert distances == sorted(distances)
    assert len(found) == 5
    assert found[0]["address"] == "12 Lypova St"


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"q": "Atlantis"}, 422, "town_unknown"),
        ({"q": "Poltava", "kind": "cash_machine"}, 422, "none_there"),
        ({"lat": "0", "lon": "0"}, 422, "none_there"),
        ({"lat": "91", "lon": "0"}, 400, "bad_input"),
        ({"lat": "nan", "lon": "0"}, 400, "bad_input"),
        ({}, 400, "bad_input"),
    ],
)
async def test_where_nothing_is_the_bank_says_so(
    bank: httpx.AsyncClient, asked: dict[str, str], status: int, code: str
) -> None:
    answer = await bank.get(f"{BANK}/places", params={"kind": "branch"} | asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_branches_hand_out_cards_in_every_larger_town(bank: httpx.AsyncClient) -> None:
    told = (await bank.get(f"{BANK}/branches", params={"lang": "en"})).json()["branches"]
    assert [one["id"] for one in told] == [spot.id for spot in places.branches_with_cards()]
    assert {"id": "odesa-1", "name": "Odesa", "address": "18 Morska St"} in told


def test_every_category_of_cashback_comes_round_within_a_year() -> None:
    offered = [cashback.categories(datetime(2026, month, 15, tzinfo=UTC)) for month in range(1, 13)]
    assert {one.id for month in offered for one in month} == set(cashback.SHARES)
    assert all(len(month) == cashback.OFFERED for month in offered)
