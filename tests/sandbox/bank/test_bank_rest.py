"""The bank's REST face: what it answers, once and again."""

import json

import httpx
import pytest
from bank_world import Anna, balances, newcomer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BANK = "/bank/v1"
FOREIGN = "4111111111111111"


async def test_without_its_token_the_bank_says_nothing(bank: httpx.AsyncClient, anna: Anna) -> None:
    for headers in ({"authorization": ""}, {"authorization": "Bearer the gateway's token"}):
        answer = await bank.get(f"{BANK}/cards/{anna.card_id}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


async def test_a_customer_is_found_by_phone_and_registered_once(bank: httpx.AsyncClient) -> None:
    ivan = {"phone": "+380671112233", "name": "Іван Коваль"}
    assert (await bank.get(f"{BANK}/customers", params={"phone": ivan["phone"]})).status_code == 404
    first, again = [await bank.post(f"{BANK}/customers", json=ivan) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    for written in ("%2B380671112233", "+380671112233", "380671112233"):
        assert (await bank.get(f"{BANK}/customers?phone={written}")).json() == first.json()


async def test_cards_are_shown_without_their_numbers(bank: httpx.AsyncClient, anna: Anna) -> None:
    answer = await bank.get(f"{BANK}/customers/{anna.customer_id}/cards")
    first, second = answer.json()["cards"]
    assert (first["balance_minor"], first["currency"], first["scheme"], first["status"]) == (
        100_000,
        "UAH",
        "VISA",
        "active",
    )
    assert second["last4"] == anna.second_number[-4:]
    assert anna.second_number not in answer.text
    assert (await bank.get(f"{BANK}/cards/{anna.card_id}")).json() == first


async def test_inside_the_bank_a_transfer_is_free_and_at_once(bank: httpx.AsyncClient, anna: Anna) -> None:
    answer = await bank.post(f"{BANK}/transfers", json=anna.order("ref-1"))
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["fee_minor"]) == ("posted", 0)
    now = await balances(bank)
    assert (now[anna.account], now[anna.second_account]) == (950_00, 50_00)
    assert (await bank.get(f"{BANK}/transfers?reference=ref-1")).json() == answer.json()


@pytest.mark.parametrize(("amount_minor", "fee_minor"), [(50_00, 5_00), (500_00, 5_00), (600_00, 6_00), (600_01, 6_01)])
async def test_to_another_bank_it_costs_one_percent_and_at_least_five_hryvnias(
    bank: httpx.AsyncClient, anna: Anna, amount_minor: int, fee_minor: int
) -> None:
    order = anna.order("ref-1", to_card_number=FOREIGN, amount_minor=amount_minor)
    quote = {key: order[key] for key in ("from_card_id", "to_card_number", "amount_minor", "currency")}
    assert (await bank.post(f"{BANK}/quotes", json=quote)).json() == {"fee_minor": fee_minor, "currency": "UAH"}
    assert (await bank.post(f"{BANK}/transfers", json=order)).json()["fee_minor"] == fee_minor
    postings = (await bank.get("/api/postings?ref=ref-1")).json()
    assert [(p["kind"], p["credit"], p["amount_minor"]) for p in postings] == [
        ("fee", "fees-UAH", fee_minor),
        ("transfer", "clearing-UAH", amount_minor),
    ]
    assert sum((await balances(bank)).values()) == 0


async def test_the_same_reference_again_is_the_same_answer_and_moves_nothing(
    bank: httpx.AsyncClient, anna: Anna
) -> None:
    first = await bank.post(f"{BANK}/transfers", json=anna.order("ref-1"))
    before = await balances(bank)
    again = await bank.post(f"{BANK}/transfers", json=anna.order("ref-1"))
    other = await bank.post(f"{BANK}/transfers", json=anna.order("ref-1", amount_minor=51_00))
    assert (again.status_code, again.json()) == (200, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "reference_reused")
    assert await balances(bank) == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_minor": 100_001}, "insufficient_funds"),
        ({"to_card_number": FOREIGN, "amount_minor": 100_000}, "insufficient_funds"),
        ({"to_card_number": "4000000000000002"}, "recipient_blocked"),
        ({"to_card_number": "4111111111111112"}, "recipient_unknown"),
        ({"to_card_number": "4000007700000009"}, "recipient_unknown"),
        ({"amount_minor": 100_000_01}, "limit_exceeded"),
        ({"currency": "EUR"}, "currency_mismatch"),
    ],
)
async def test_a_refusal_says_why_for_good_and_moves_nothing(
    bank: httpx.AsyncClient, anna: Anna, changes: dict[str, object], code: str
) -> None:
    before = await balances(bank)
    order = anna.order("ref-1", **changes)
    quote = {key: order[key] for key in ("from_card_id", "to_card_number", "amount_minor", "currency")}
    asked = await bank.post(f"{BANK}/quotes", json=quote)
    answers = [await bank.post(f"{BANK}/transfers", json=order) for _ in range(2)]
    for answer in (asked, *answers):
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    enquiry = (await bank.get(f"{BANK}/transfers?reference=ref-1")).json()
    assert (enquiry["status"], enquiry["code"]) == ("refused", code)
    assert await balances(bank) == before


async def test_what_was_refused_stays_refused_when_the_money_has_come(bank: httpx.AsyncClient, anna: Anna) -> None:
    order = anna.order("ref-1", amount_minor=2_000_00)
    assert (await bank.post(f"{BANK}/transfers", json=order)).status_code == 422
    rich = {"currency": "UAH", "balance_minor": 2_000_00}
    body = {"phone": "+380501112233", "name": "Anna Koval", "cards": [rich]}
    assert (await bank.post("/api/customers", json=body)).json()["customer_id"] == anna.customer_id
    assert (await bank.post(f"{BANK}/transfers", json=order)).json()["code"] == "insufficient_funds"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": -1}, "amount_minor"),
        ({"amount_minor": 1.0}, "amount_minor"),
        ({"amount_minor": True}, "amount_minor"),
        ({"amount_minor": "5000"}, "amount_minor"),
        ({"amount_minor": 10**30}, "amount_minor"),
        ({"currency": "XXX"}, "currency"),
        ({"to_card_number": "4111 1111"}, "to_card_number"),
        ({"reference": ""}, "reference"),
        ({"purpose": "a\u0000b"}, "purpose"),
        ({"fee_minor": 0}, "fee_minor"),
    ],
)
async def test_bad_input_is_told_what_and_where(
    bank: httpx.AsyncClient, anna: Anna, changes: dict[str, object], where: str
) -> None:
    answer = await bank.post(f"{BANK}/transfers", json=anna.order("ref-1") | changes)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")
    assert where in answer.json()["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 50_000, b"x" * 70_000])
async def test_a_body_that_is_no_json_is_bad_input(bank: httpx.AsyncClient, body: bytes) -> None:
    answer = await bank.post(f"{BANK}/transfers", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


@pytest.mark.parametrize(
    "path",
    [
        "/customers/cus_0/cards",
        "/cards/crd_0",
        "/applications/app_0",
        "/credits/x",
        "/transfers?reference=x",
        "/nothing",
    ],
)
async def test_what_is_not_there_is_not_found(bank: httpx.AsyncClient, path: str) -> None:
    answer = await bank.get(BANK + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_statement_leads_from_the_opening_to_the_closing_balance(bank: httpx.AsyncClient, anna: Anna) -> None:
    await bank.post(f"{BANK}/transfers", json=anna.order("ref-1", to_card_number=FOREIGN))
    statement = (await bank.get(f"{BANK}/accounts/{anna.account}/statement")).json()
    assert [e["amount_minor"] for e in statement["entries"]] == [1_000_00, -50_00, -5_00]
    assert (statement["opening_minor"], statement["closing_minor"]) == (0, 945_00)
    later = (await bank.get(f"{BANK}/accounts/{anna.account}/statement?from=2999-01-01")).json()
    assert (later["opening_minor"], later["closing_minor"], later["entries"]) == (945_00, 945_00, [])
    assert (await bank.get(f"{BANK}/accounts/{anna.account}/statement?to=soon")).json()["code"] == "bad_input"


async def test_accounts_in_other_currencies_have_their_own_minor_units(bank: httpx.AsyncClient) -> None:
    cards = [{"currency": "JPY", "balance_minor": 9_000}, {"currency": "KWD", "balance_minor": 1_500}]
    body = {"phone": "+81312345678", "name": "Aiko", "cards": cards}
    opened = (await bank.post("/api/customers", json=body)).json()["cards"]
    assert [(card["currency"], card["balance_minor"]) for card in opened] == [("JPY", 9_000), ("KWD", 1_500)]
    anna = await newcomer(bank, "+380501112233")
    order = anna.order("ref-1", to_card_number=opened[0]["card_number"])
    assert (await bank.post(f"{BANK}/transfers", json=order)).json()["code"] == "currency_mismatch"


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_no_request_whatever_breaks_the_bank(bank: httpx.AsyncClient, anna: Anna, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(["/transfers", "/quotes", "/applications", "/credits", "/customers"]))
    body = anna.order("ref-1") | {"customer_id": anna.customer_id, "tariff": "digital", "card_id": anna.card_id}
    body |= {"phone": "+380501112233", "name": "Anna"}
    wanted = {
        "/transfers": ["reference", "from_card_id", "to_card_number", "amount_minor", "currency", "purpose"],
        "/quotes": ["from_card_id", "to_card_number", "amount_minor", "currency"],
        "/applications": ["customer_id", "tariff", "reference"],
        "/credits": ["reference", "card_id", "amount_minor", "currency"],
        "/customers": ["phone", "name"],
    }[path]
    sent = {name: body[name] for name in wanted}
    for name in data.draw(st.lists(st.sampled_from(wanted), max_size=2)):
        sent[name] = data.draw(JUNK)
    answer = await bank.post(BANK + path, content=json.dumps(sent))
    assert answer.status_code < 500, answer.text
    assert sum(row["balance_minor"] for row in (await bank.get("/api/accounts")).json()) == 0


@pytest.mark.parametrize("path", ["/cards/%ff%00", "/transfers?reference=%00%ff", "/customers?phone=%00"])
async def test_an_odd_address_is_not_found(bank: httpx.AsyncClient, path: str) -> None:
    assert (await bank.get(BANK + path)).status_code == 404
