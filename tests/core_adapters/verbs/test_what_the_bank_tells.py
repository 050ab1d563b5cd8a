"""Statements, spending, rates and places: in the customer's language, and nothing believed that does not fit."""

import re

import pytest
from verb_orders import asked, buy, order

from core_adapters.ports import Person

PERIOD = "2020-01-01,2020-01-31"


async def test_a_statement_is_lines_with_the_balance_after_each(room):
    await buy(room, 1_250_00)
    told = await asked(room, "statements.recent", card=room.payer, span="latest")
    first, second = told["lines"].splitlines()
    assert first.endswith(": −1,250.00\u00a0₴, Purchase: Corner Shop (98,750.00\u00a0₴ left)")
    assert second.endswith(": +100,000.00\u00a0₴, Cash deposit (100,000.00\u00a0₴ left)")
    assert (told["income"], told["spent"]) == ("100000.00 UAH", "1250.00 UAH")
    assert told["statement_id"] == f"{room.payer}:latest"


async def test_the_same_statement_in_ukrainian(room):
    told = await asked(room, "statements.recent", "uk", card=room.payer, span="this_month")
    assert told["lines"].endswith(": +100\u00a0000,00\u00a0₴, Внесення готівки (залишок 100\u00a0000,00\u00a0₴)")


async def test_in_a_chat_a_statement_has_ten_lines_and_a_document_has_all(room):
    for _ in range(12):
        await buy(room, 1_00)
    told = await asked(room, "statements.recent", card=room.payer, span="this_month")
    assert len(told["lines"].splitlines()) == 10
    whole = await asked(room, "statements.whole", statement=told["statement_id"])
    assert len(whole["rows"]) == 13
    assert whole["rows"][0][0].endswith("\nPurchase: Corner Shop")
    assert whole["rows"][0][1] == "−1.00\u00a0₴\n99,988.00\u00a0₴"
    lines = {line["label"]: line["value"] for line in whole["lines"]}
    assert (lines["Went out"], lines["Balance after"]) == ("12.00\u00a0₴", "99,988.00\u00a0₴")


async def test_days_without_operations_are_told_as_such(room):
    assert await asked(room, "statements.between", card=room.payer, period=PERIOD) == "nothing_found"
    assert await asked(room, "spending.between", period=PERIOD) == "nothing_spent"
    assert await asked(room, "spending.recent", span="last_month") == "nothing_spent"


@pytest.mark.parametrize("statement", ["", "nonsense", "crd_0000000000000000:latest", "x:2026-01-01,2025-01-01"])
async def test_a_statement_of_no_card_of_ones_own_is_not_there(room, statement):
    assert await asked(room, "statements.whole", statement=statement) == "unavailable"
    (theirs,) = await room.bank.customer(phone="+380671112244")
    assert await asked(room, "statements.whole", statement=f"{theirs['card_id']}:latest") == "unavailable"


@pytest.mark.parametrize("days", ["yesterday", "2026-01-01", "2026-13-01,2026-13-02", ""])
async def test_what_are_no_days_does_not_reach_the_bank(room, days):
    assert await asked(room, "statements.between", card=room.payer, period=days) == "unavailable"


async def test_spending_is_told_by_category_with_shares_and_as_bars(room):
    await buy(room, 300_00, "groceries")
    await buy(room, 100_00, "taxi")
    told = await asked(room, "spending.recent", span="this_month")
    assert told["lines"] == "Groceries: 300.00\u00a0₴, 75%\nTaxis: 100.00\u00a0₴, 25%"
    assert (told["total"], told["spending_id"]) == ("400.00 UAH", "this_month")
    assert re.fullmatch(r"(1–)?\d{1,2} [A-Z][a-z]+ \d{4}", str(told["days"]))
    picture = await asked(room, "spending", "uk", days="this_month")
    assert picture["bars"] == [
        {"name": "Продукти", "amount": "300.00 UAH"}, {"name": "Таксі", "amount": "100.00 UAH"},
    ]  # fmt: skip
    assert picture["total"] == "400.00 UAH"


async def test_who_is_no_customer_of_the_bank_has_spent_nothing(room):
    room.people.known["vira"] = Person("+380931112233", "Vira", "Lys")
    assert await asked(room, "spending.recent", customer_id="vira", span="this_month") == "nothing_spent"


async def test_a_guest_is_told_rates_and_places_and_nothing_else(room):
    told = await asked(room, "rates.today", customer_id=None, kind="card")
    assert [line.split(":")[0] for line in told["lines"].splitlines()] == ["USD", "EUR", "PLN", "GBP"]
    assert "we buy at" in told["lines"]
    assert told["at"].endswith(", 09:00")
    answer = await room.api.post(
        "/api/v1/core/spending.recent", json={"inputs": {"span": "this_month"}, "customer_id": None},
        headers={"authorization": "Bearer service"},
    )  # fmt: skip
    assert answer.status_code == 404


async def test_rates_are_written_as_the_language_writes_decimals(room):
    english, ukrainian = [await asked(room, "rates.today", locale, kind="cash") for locale in ("en", "uk")]
    assert "." in english["lines"]
    assert "купівля" in ukrainian["lines"]
    assert "." not in ukrainian["lines"]


async def test_places_in_a_town_have_hours_and_a_map(room):
    told = await asked(room, "places.find", "uk", customer_id=None, kind="branch", town="у Львові")
    assert told["lines"].splitlines()[0] == "вул. Зелена, 5, 08:00-20:00"
    assert told["where"] == "Львів"
    assert told["map_link"] == "https://www.openstreetmap.org/?mlat=49.8352&mlon=24.0391#map=17/49.8352/24.0391"


async def test_near_a_shared_place_the_nearest_five_have_a_distance(room):
    told = await asked(room, "places.find", customer_id=None, kind="cash_machine", town="50.4501,30.5234")
    lines = told["lines"].splitlines()
    assert len(lines) == 5
    assert lines[0] == "12 Lypova St, around the clock, 442 m away"
    assert lines[-1] == "7 Sadova Sq, around the clock, 7.0 km away"
    assert told["where"] == "near you"


@pytest.mark.parametrize(
    ("town", "error"), [("Atlantis", "town_unknown"), ("0.0,0.0", "none_there"), ("99.0,0.0", "unavailable")]
)
async def test_where_there_is_nothing_it_is_said(room, town, error):
    assert await asked(room, "places.find", kind="branch", town=town) == error


@pytest.mark.parametrize(
    ("operation", "verb", "inputs"),
    [
        ("statement", "statements.recent", {"span": "latest"}),
        ("spending", "spending.recent", {"span": "this_month"}),
        ("rates", "rates.today", {"kind": "card"}),
        ("places", "places.find", {"kind": "branch", "town": "Kyiv"}),
        ("terms", "cards.plastic_terms", {"delivery": "courier"}),
        ("categories", "cashback.may_choose", {}),
    ],
)
@pytest.mark.parametrize("outcome", ["garbage", "down", "refuse"])
async def test_a_bank_that_does_not_answer_is_unavailable(room, operation, verb, inputs, outcome):
    await room.bank.fault(operation, outcome, count=2)
    assert await asked(room, verb, card=room.payer, **inputs) == "unavailable"


async def test_the_banks_language_is_set_once_and_a_lost_answer_is_asked_for(room):
    await room.bank.fault("language", "reset_after")
    wish = order("profile.set_language", {"language": "uk"})
    await room.start(wish)
    await room.rounds()
    assert await room.told(wish.op_id) == ["unknown:unknown_result", "done"]


async def test_a_complaint_is_registered_under_a_number_and_answered_some_day(room):
    wish = order("complaints.submit", {"text": "The queue was long."})
    await room.bank.fault("complaint", "reset_after")
    await room.start(wish)
    await room.rounds()
    done = (await room.news(wish.op_id))[-1]
    assert (done.state, done.outputs["days"]) == ("done", 10)
    await room.bank.http.post(
        f"{room.bank.url}/api/complaints/{done.outputs['number']}", json={"text": "There are more desks now."}
    )
    await room.rounds()
    event = (await room.news())[-1]
    assert (event.name, event.outputs["answer"]) == ("complaints.answered", "There are more desks now.")
    assert len([one for one in await room.news() if one.kind == "bank"]) == 1
