"""The sandbox bank's transfers by phone and between own cards: once a reference, judged and remembered."""

import httpx
import pytest
from bank_world import Anna, balances, newcomer

BANK = "/bank/v1"
OKSANA = "+380671112233"


@pytest.fixture
async def oksana(bank: httpx.AsyncClient, anna: Anna) -> dict[str, str]:
    body = {"phone": OKSANA, "name": "Oksana Maria Koval", "cards": [{"currency": "UAH", "balance_minor": 0}]}
    made: dict[str, str] = (await bank.post("/api/customers", json=body)).json()["cards"][0]
    return made


async def second_card(bank: httpx.AsyncClient, anna: Anna, currency: str = "UAH") -> str:
    """Another card of Anna's, empty."""
    body = {"phone": "+380501112233", "name": "Anna Koval", "cards": [{"currency": currency, "balance_minor": 0}]}
    await bank.post("/api/customers", json=body)
    cards = (await bank.get(f"{BANK}/customers/{anna.customer_id}/cards")).json()["cards"]
    return str(cards[-1]["card_id"])


def to_phone(anna: Anna, **changes: object) -> dict[str, object]:
    order = {"from_card_id": anna.card_id, "to_phone": OKSANA, "amount_minor": 50_00, "currency": "UAH"}
    return order | {"reference": "ref-1", "payee": "Oksana K."} | changes


def quote(order: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in order.items() if name not in ("reference", "payee")}


async def test_a_phone_is_told_as_a_masked_name_and_gets_the_money_once(
    bank: httpx.AsyncClient, anna: Anna, oksana: dict[str, str]
) -> None:
    told = (await bank.post(f"{BANK}/transfers/phone/quotes", json=quote(to_phone(anna)))).json()
    assert told == {"fee_minor": 0, "currency": "UAH", "payee": "Oksana K."}
    first = await bank.post(f"{BANK}/transfers/phone", json=to_phone(anna))
    again = await bank.post(f"{BANK}/transfers/phone", json=to_phone(anna))
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert (await balances(bank))[oksana["account"]] == 50_00
    assert (await bank.get(f"{BANK}/transfers?reference=ref-1")).json() == first.json()
    other = await bank.post(f"{BANK}/transfers/phone", json=to_phone(anna, amount_minor=51_00))
    assert (other.status_code, other.json()["code"]) == (409, "reference_reused")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to_phone": "+380930000000"}, "recipient_unknown"),
        ({"to_phone": "+380501112233"}, "own_phone"),
        ({"payee": "Petro I."}, "recipient_changed"),
        ({"amount_minor": 100_001}, "insufficient_funds"),
        ({"currency": "EUR"}, "recipient_blocked"),
    ],
)
async def test_a_refusal_by_phone_is_remembered_and_moves_nothing(
    bank: httpx.AsyncClient, anna: Anna, oksana: dict[str, str], changes: dict[str, object], code: str
) -> None:
    before = await balances(bank)
    answers = [await bank.post(f"{BANK}/transfers/phone", json=to_phone(anna, **changes)) for _ in range(2)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, code)] * 2
    enquiry = (await bank.get(f"{BANK}/transfers?reference=ref-1")).json()
    assert (enquiry["status"], enquiry["code"]) == ("refused", code)
    assert await balances(bank) == before


async def test_money_moves_between_own_cards_over_any_daily_limit(bank: httpx.AsyncClient, anna: Anna) -> None:
    to = await second_card(bank, anna)
    order: dict[str, object] = {
        "reference": "ref-1", "from_card_id": anna.card_id, "to_card_id": to, "amount_minor": 1_000_00,
        "currency": "UAH",
    }  # fmt: skip
    assert (await bank.post(f"{BANK}/transfers/own/quotes", json=quote(order))).json()["fee_minor"] == 0
    assert (await bank.post(f"{BANK}/transfers/own", json=order)).status_code == 201
    assert (await bank.post(f"{BANK}/transfers/own", json=order)).status_code == 200
    cards = (await bank.get(f"{BANK}/customers/{anna.customer_id}/cards")).json()["cards"]
    assert {card["card_id"]: card["balance_minor"] for card in cards}[to] == 1_000_00
    back = order | {"reference": "ref-2", "from_card_id": to, "to_card_id": anna.card_id}
    assert (await bank.post(f"{BANK}/transfers/own", json=back)).status_code == 201
    plain = anna.order("ref-3", to_card_number="4000007700000010", amount_minor=1_00)
    assert (await bank.post(f"{BANK}/transfers", json=plain)).json().get("code") != "limit_exceeded"


async def test_own_means_own(bank: httpx.AsyncClient, anna: Anna, oksana: dict[str, str]) -> None:
    theirs = await newcomer(bank, "+380931112233")
    euros = await second_card(bank, anna, "EUR")
    order: dict[str, object] = {
        "reference": "ref-1", "from_card_id": anna.card_id, "amount_minor": 1_00, "currency": "UAH",
    }  # fmt: skip
    same = await bank.post(f"{BANK}/transfers/own", json=order | {"to_card_id": anna.card_id})
    assert (same.status_code, same.json()["code"]) == (422, "same_card")
    other = await bank.post(f"{BANK}/transfers/own", json=order | {"to_card_id": euros, "reference": "ref-2"})
    assert (other.status_code, other.json()["code"]) == (422, "currency_mismatch")
    foreign = await bank.post(f"{BANK}/transfers/own", json=order | {"to_card_id": theirs.card_id, "reference": "r3"})
    assert foreign.status_code == 404
    assert sum((await balances(bank)).values()) == 0
