"""What customers order at the bank beside money: each once, remembered, and paid for in its books."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import httpx
import pytest
from bank_world import SECRET, Anna, Listener, balances, newcomer

BANK = "/bank/v1"


async def order(bank: httpx.AsyncClient, path: str, reference: str = "ref-1", **body: object) -> httpx.Response:
    return await bank.post(f"{BANK}{path}", json={"reference": reference} | body)


async def transfer_code(bank: httpx.AsyncClient, anna: Anna, reference: str) -> str:
    answer = await bank.post(f"{BANK}/transfers", json=anna.order(reference))
    return str(answer.json().get("code", answer.json()["status"]))


async def buy(bank: httpx.AsyncClient, anna: Anna, amount_minor: int = 10_00, **more: object) -> httpx.Response:
    body = {"card_id": anna.card_id, "merchant": "Corner Shop", "amount_minor": amount_minor} | more
    return await bank.post("/api/purchases", json=body)


async def test_a_locked_card_pays_nobody_until_it_is_unlocked(bank: httpx.AsyncClient, anna: Anna) -> None:
    locked = await order(bank, f"/cards/{anna.card_id}/lock", "lock-1")
    assert (locked.status_code, locked.json()["status"]) == (201, "done")
    assert await transfer_code(bank, anna, "ref-1") == "card_locked"
    assert (await buy(bank, anna)).json()["code"] == "card_locked"
    locks = await bank.get(f"{BANK}/customers/{anna.customer_id}/locks")
    assert locks.json() == {"locks": [{"card_id": anna.card_id, "by": "customer"}]}
    assert (await order(bank, f"/cards/{anna.card_id}/unlock", "unlock-1")).status_code == 201
    assert await transfer_code(bank, anna, "ref-2") == "posted"


async def test_the_first_answer_to_a_reference_stands(bank: httpx.AsyncClient, anna: Anna) -> None:
    path = f"/cards/{anna.card_id}/lock"
    first, again = [await order(bank, path, "lock-1") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == (await bank.get(f"{BANK}/orders/lock-1")).json()
    refused, still = [await order(bank, path, "lock-2") for _ in range(2)]
    assert (refused.status_code, refused.json()["code"]) == (422, "already_locked")
    await order(bank, f"/cards/{anna.card_id}/unlock", "unlock-1")
    assert still.json() == (await order(bank, path, "lock-2")).json()
    assert (await order(bank, f"/cards/{anna.card_id}/unlock", "lock-1")).status_code == 409
    assert (await bank.get(f"{BANK}/orders/nobody")).status_code == 404


async def test_what_the_bank_has_locked_only_the_bank_opens(bank: httpx.AsyncClient, anna: Anna) -> None:
    assert (await bank.put(f"/api/cards/{anna.card_id}/lock")).status_code == 204
    refused = await order(bank, f"/cards/{anna.card_id}/unlock")
    assert (refused.status_code, refused.json()["code"]) == (422, "locked_by_bank")
    assert (await bank.delete(f"/api/cards/{anna.card_id}/lock")).status_code == 204
    assert await transfer_code(bank, anna, "ref-2") == "posted"


@pytest.mark.parametrize(
    ("kind", "amount_minor", "may_raise", "code"),
    [
        ("cash", 5_000_00, False, None),
        ("cash", 20_000_00, True, None),
        ("cash", 20_000_00, False, "not_proven"),
        ("cash", 50_000_01, True, "over_the_most"),
    ],
)
async def test_a_limit_goes_down_freely_and_up_with_proof(
    bank: httpx.AsyncClient, anna: Anna, kind: str, amount_minor: int, may_raise: bool, code: str | None
) -> None:
    body = {"kind": kind, "amount_minor": amount_minor, "currency": "UAH", "may_raise": may_raise}
    answer = await order(bank, f"/cards/{anna.card_id}/limits", **body)
    assert answer.json().get("code") == code
    read = (await bank.get(f"{BANK}/cards/{anna.card_id}/limits")).json()["limits"]
    (cash,) = [one for one in read if one["kind"] == "cash"]
    assert cash == {"kind": "cash", "now_minor": 10_000_00 if code else amount_minor, "most_minor": 50_000_00}


async def test_a_days_limit_holds_for_what_is_bought(bank: httpx.AsyncClient, anna: Anna) -> None:
    body = {"kind": "online", "amount_minor": 100_00, "currency": "UAH", "may_raise": False}
    await order(bank, f"/cards/{anna.card_id}/limits", **body)
    assert (await buy(bank, anna, 60_00, where="online")).status_code == 201
    assert (await buy(bank, anna, 40_01, where="online")).json()["code"] == "limit_exceeded"
    assert (await buy(bank, anna, 40_01, where="shop")).status_code == 201


async def test_plastic_costs_its_fee_once_and_is_told_when_it_is_ready(
    bank: httpx.AsyncClient, anna: Anna, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.bank.plastic.READY_AFTER", timedelta(seconds=0.1))
    await bank.put(f"{BANK}/webhook", json={"url": listener.url, "secret": SECRET})
    terms = await bank.get(f"{BANK}/cards/{anna.card_id}/plastic", params={"delivery": "courier"})
    assert terms.json() == {"fee_minor": 80_00, "currency": "UAH", "days": 3}
    path, body = f"/cards/{anna.card_id}/plastic", {"fee_minor": 80_00, "currency": "UAH", "address": "Lviv, Zelena 5"}
    first, again = [await order(bank, path, **body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    now = await balances(bank)
    assert (now[anna.account], now["fees-UAH"]) == (920_00, 80_00)
    assert sum(balance for account, balance in now.items()) == 0
    news = await listener.next()
    assert (news["type"], news["data"]["reference"]) == ("plastic.ready", "ref-1")
    assert (await bank.get(f"{BANK}/orders/ref-1")).json()["stage"] == "ready"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"fee_minor": 70_00, "address": "Lviv"}, "fee_changed"),
        ({"fee_minor": 50_00, "branch_id": "nowhere-1"}, "branch_unknown"),
        ({"fee_minor": 50_00, "branch_id": "kyiv-3"}, "branch_unknown"),
    ],
)
async def test_plastic_that_is_refused_costs_nothing(
    bank: httpx.AsyncClient, anna: Anna, body: dict[str, object], code: str
) -> None:
    answer = await order(bank, f"/cards/{anna.card_id}/plastic", currency="UAH", **body)
    assert answer.json()["code"] == code
    assert (await balances(bank))[anna.account] == 1_000_00


async def test_a_second_plastic_is_a_duplicate_and_an_empty_card_pays_none(bank: httpx.AsyncClient, anna: Anna) -> None:
    body = {"fee_minor": 50_00, "currency": "UAH", "branch_id": "kyiv-1"}
    assert (await order(bank, f"/cards/{anna.card_id}/plastic", "ref-1", **body)).status_code == 201
    assert (await order(bank, f"/cards/{anna.card_id}/plastic", "ref-2", **body)).json()["code"] == "duplicate"
    cards = (await bank.get(f"{BANK}/customers/{anna.customer_id}/cards")).json()["cards"]
    empty = next(card["card_id"] for card in cards if card["card_id"] != anna.card_id)
    assert (await order(bank, f"/cards/{empty}/plastic", "ref-3", **body)).json()["code"] == "insufficient_funds"


async def test_cashback_is_chosen_once_a_month_and_comes_with_a_purchase(bank: httpx.AsyncClient, anna: Anna) -> None:
    path = f"/customers/{anna.customer_id}/cashback"
    offered = (await bank.get(f"{BANK}{path}", params={"lang": "uk"})).json()["categories"]
    assert len(offered) == 6
    assert all(2 <= one["percent"] <= 33 for one in offered)
    first, second = offered[0], offered[1]
    same = await order(bank, path, "ref-0", first=first["id"], second=first["id"])
    assert same.json()["code"] == "category_unknown"
    assert (await order(bank, path, "ref-1", first=first["id"], second=second["id"])).status_code == 201
    assert (await order(bank, path, "ref-2", first=first["id"], second=second["id"])).json()["code"] == "already_chosen"
    assert (await bank.get(f"{BANK}{path}")).json()["code"] == "already_chosen"
    await buy(bank, anna, 100_00, category=first["id"])
    assert (await balances(bank))[anna.account] == 900_00 + first["percent"] * 1_00
    await buy(bank, anna, 100_00, category="transport")
    assert (await balances(bank))[anna.account] == 800_00 + first["percent"] * 1_00


async def test_a_complaint_gets_a_number_and_an_answer(bank: httpx.AsyncClient, anna: Anna, listener: Listener) -> None:
    await bank.put(f"{BANK}/webhook", json={"url": listener.url, "secret": SECRET})
    path = f"/customers/{anna.customer_id}/complaints"
    taken = (await order(bank, path, text="The queue was long.")).json()
    assert (taken["days"], taken["answer"]) == (10, "")
    assert (await bank.post(f"/api/complaints/{taken['number']}", json={"text": "We have more desks now."})).json()[
        "answer"
    ] == "We have more desks now."
    assert (await bank.post(f"/api/complaints/{taken['number']}", json={"text": "Again."})).status_code == 422
    assert (await listener.next())["type"] == "complaint.answered"


async def test_the_language_of_the_bank_is_the_customers_choice(bank: httpx.AsyncClient, anna: Anna) -> None:
    path = f"/customers/{anna.customer_id}/language"
    assert (await order(bank, path, language="uk")).json()["language"] == "uk"
    assert (await order(bank, path, "ref-2", language="de")).status_code == 400


@pytest.mark.parametrize("path", ["/cards/none/lock", "/cards/none/limits", "/customers/none/cashback"])
async def test_what_is_not_there_is_not_found_and_not_remembered(bank: httpx.AsyncClient, path: str) -> None:
    bodies = {
        "lock": {}, "limits": {"kind": "cash", "amount_minor": 1, "currency": "UAH", "may_raise": True},
        "cashback": {"first": "taxi", "second": "books"},
    }  # fmt: skip
    answer = await order(bank, path, **bodies[path.rpartition("/")[2]])
    assert answer.status_code == 404
    assert (await bank.get(f"{BANK}/orders/ref-1")).status_code == 404


async def test_orders_outlive_a_restart(start: Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]) -> None:
    async with start() as bank:
        anna = await newcomer(bank, "+380501112244")
        await order(bank, f"/cards/{anna.card_id}/lock")
    async with start() as bank:
        assert (await bank.get(f"{BANK}/orders/ref-1")).json()["status"] == "done"
        assert await transfer_code(bank, anna, "ref-2") == "card_locked"
