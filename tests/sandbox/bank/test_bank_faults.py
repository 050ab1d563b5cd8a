"""Faults on demand, as a client over a real socket meets them."""

import httpx
import pytest
from bank_world import ANSWER_WITHIN_S, Anna, balances

TRANSFERS = "/bank/v1/transfers"


async def arm(bank: httpx.AsyncClient, outcome: str, **more: object) -> None:
    fault = {"core": "rest", "operation": "transfer", "outcome": outcome} | more
    assert (await bank.put("/api/faults", json=fault)).status_code == 200


async def done(bank: httpx.AsyncClient, reference: str) -> bool:
    return (await bank.get(TRANSFERS, params={"reference": reference})).status_code == 200


@pytest.mark.parametrize(("outcome", "status", "code"), [("refuse", 422, "recipient_blocked"), ("down", 503, "down")])
async def test_a_refusal_or_a_core_that_is_down_does_nothing(
    bank: httpx.AsyncClient, anna: Anna, outcome: str, status: int, code: str
) -> None:
    await arm(bank, outcome)
    answer = await bank.post(TRANSFERS, json=anna.order("ref-1"))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not await done(bank, "ref-1")


@pytest.mark.parametrize(
    ("outcome", "what_the_client_sees", "is_done"),
    [
        ("timeout_before", httpx.ReadTimeout, False),
        ("timeout_after", httpx.ReadTimeout, True),
        ("reset_after", httpx.RemoteProtocolError, True),
    ],
)
async def test_a_lost_answer_leaves_the_client_to_ask_what_became_of_it(
    bank: httpx.AsyncClient, anna: Anna, outcome: str, what_the_client_sees: type[Exception], is_done: bool
) -> None:
    await arm(bank, outcome)
    with pytest.raises(what_the_client_sees):
        await bank.post(TRANSFERS, json=anna.order("ref-1"), timeout=ANSWER_WITHIN_S)
    assert await done(bank, "ref-1") is is_done
    again = await bank.post(TRANSFERS, json=anna.order("ref-1"))
    assert again.status_code == (200 if is_done else 201)
    assert (await balances(bank))[anna.account] == 950_00


async def test_garbage_is_a_200_that_cannot_be_read_after_the_money_moved(bank: httpx.AsyncClient, anna: Anna) -> None:
    await arm(bank, "garbage")
    answer = await bank.post(TRANSFERS, json=anna.order("ref-1"))
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()
    assert await done(bank, "ref-1")


async def test_a_late_answer_comes_in_the_end(bank: httpx.AsyncClient, anna: Anna) -> None:
    await arm(bank, "ok", delay_s=0.2)
    answer = await bank.post(TRANSFERS, json=anna.order("ref-1"))
    assert answer.status_code == 201
    assert answer.elapsed.total_seconds() >= 0.2


async def test_a_fault_lasts_for_its_count_and_only_for_its_operation(bank: httpx.AsyncClient, anna: Anna) -> None:
    await arm(bank, "down", count=2)
    assert (await bank.get(f"/bank/v1/cards/{anna.card_id}")).status_code == 200
    statuses = [(await bank.post(TRANSFERS, json=anna.order("ref-1"))).status_code for _ in range(3)]
    assert statuses == [503, 503, 201]


async def test_a_fault_for_everything_gives_way_to_one_for_an_operation(bank: httpx.AsyncClient, anna: Anna) -> None:
    await arm(bank, "down", operation="*", count=5)
    await arm(bank, "refuse")
    assert (await bank.post(TRANSFERS, json=anna.order("ref-1"))).status_code == 422
    assert (await bank.post(TRANSFERS, json=anna.order("ref-1"))).status_code == 503
    listed = (await bank.get("/api/faults")).json()
    assert listed == [{"core": "rest", "operation": "*", "outcome": "down", "delay_s": 0, "count": 4}]
    assert (await bank.delete("/api/faults")).status_code == 204
    assert (await bank.get("/api/faults")).json() == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"core": "swift"}, "core"),
        ({"operation": "steal"}, "operation"),
        ({"outcome": "explode"}, "outcome"),
        ({"count": 0}, "count"),
        ({"delay_s": -1}, "delay_s"),
    ],
)
async def test_a_switch_that_is_none_is_told_so(bank: httpx.AsyncClient, wrong: dict[str, object], where: str) -> None:
    fault = {"core": "rest", "operation": "transfer", "outcome": "ok"} | wrong
    answer = await bank.put("/api/faults", json=fault)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(where)
