"""The HTTP face: who may call, what is refused, and what questions answer."""

from uuid import uuid4

import pytest

from core_adapters.operations.ids import core_ref
from core_adapters.ports import Person
from tests.core_adapters.bodies import as_json

SERVICE = {"Authorization": "Bearer service"}
STAFF = {"Authorization": "Bearer staff"}
OPERATIONS = "/api/v1/operations"


async def ask(room, verb, inputs=None, customer_id="anna", cards=None):
    body = {"inputs": inputs or {}, "customer_id": customer_id, "cards": cards or {}}
    return await room.api.post(f"/api/v1/core/{verb}", json=body, headers=SERVICE)


async def start(room, order, **changed):
    answer = await room.api.post(OPERATIONS, json=as_json(order, room.conversation) | changed, headers=SERVICE)
    await room.adapters.desk.settled()
    return answer


async def test_an_operation_is_taken_and_answered_with_its_state(room):
    order = room.transfer()
    answer = await start(room, order)
    assert answer.status_code == 202
    assert answer.json() == {"op_id": str(order.op_id), "state": "APPROVED"}
    again = await start(room, order)
    assert again.json()["state"] == "POSTED"
    shown = (await room.api.get(f"{OPERATIONS}/{order.op_id}", headers=STAFF)).json()
    assert (shown["state"], shown["amount"], shown["reference"]) == ("POSTED", "50.00 UAH", core_ref(order.op_id))


async def test_another_body_under_the_same_operation_is_409(room):
    op_id = uuid4()
    await start(room, room.transfer("50.00 UAH", op_id))
    assert (await start(room, room.transfer("60.00 UAH", op_id))).status_code == 409


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer forged"}, {"Authorization": "Basic c2VydmljZQ=="}, {"Authorization": ""}]
)
async def test_without_a_valid_token_nothing_is_answered(room, headers):
    body = as_json(room.transfer(), room.conversation)
    answers = [
        await room.api.post(OPERATIONS, json=body, headers=headers),
        await room.api.get(OPERATIONS, headers=headers),
        await room.api.get(f"{OPERATIONS}/{uuid4()}", headers=headers),
        await room.api.post(f"{OPERATIONS}/{uuid4()}/resolution", json={}, headers=headers),
        await room.api.post(f"{OPERATIONS}/{uuid4()}/resolution/confirm", json={}, headers=headers),
        await room.api.post(f"{OPERATIONS}/{uuid4()}/resolution/decline", json={}, headers=headers),
        await room.api.post("/api/v1/core/limits", json={}, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [401] * 7


async def test_staff_do_not_start_operations_and_services_do_not_decide_them(room):
    body = as_json(room.transfer(), room.conversation)
    assert (await room.api.post(OPERATIONS, json=body, headers=STAFF)).status_code == 403
    resolution = {"outcome": "posted", "note": "found in the books"}
    for step in ("resolution", "resolution/confirm", "resolution/decline"):
        answer = await room.api.post(f"{OPERATIONS}/{uuid4()}/{step}", json=resolution, headers=SERVICE)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "more",
    [
        {"state": "POSTED"},
        {"fee_minor": 0},
        {"exemption": "mine"},
        {"inputs": {"from": "c", "amount": "-5.00 UAH"}},
        {"inputs": {"from": "c", "amount": "0.00 UAH"}},
        {"inputs": {"from": "c", "amount": 5.5}},
        {"inputs": {"from": "c", "amount": "5.00 UAH", "fee": "0 UAH"}},
        {"inputs": {"amount": "5.00 UAH"}},
        {"inputs": {"from": "c\u0000", "amount": "5.00 UAH"}},
        {"cards": {}},
        {"cards": {"to": {"token": "4111111111111111"}}},
        {"action": "transfers.everything"},
        {"action": "transfers.quote"},
        {"action": "identity.check_code"},
        {"provider": "customer_api"},
        {"customer_id": None},
        {"customer_id": "nobody"},
        {"op_id": "1"},
        {"snapshot_hash": "short"},
    ],
)
async def test_what_the_catalogue_does_not_name_is_refused_and_stored_nowhere(room, more):
    answer = await start(room, room.transfer(), **more)
    assert answer.status_code == 422
    assert await room.pool.fetchval("select count(*) from money.operation") == 0


async def test_an_action_that_this_bank_does_not_offer_is_refused_and_stored_nowhere(room):
    del room.adapters.desk.accepting.performer_of["transfers.execute"]
    answer = await start(room, room.transfer())
    assert answer.status_code == 422
    assert "nobody here performs 'transfers.execute'" in answer.text
    assert await room.pool.fetchval("select count(*) from money.operation") == 0


async def test_a_misshapen_request_is_told_what_is_wrong_and_hears_nothing_of_it_again(room):
    """What the caller wrote may be a number of a card, also where a name should stand."""
    number = "4111111111111111"
    answer = await start(room, room.transfer(), locale=number, **{number: 1})
    detail = answer.json()["detail"]
    assert answer.status_code == 422
    assert "body.locale: " in detail
    assert "body.?: " in detail
    assert number not in answer.text


@pytest.mark.parametrize("locale", ["oi", "zz-ZZ"])
async def test_a_language_that_nobody_writes_is_refused(room, locale):
    answer = await start(room, room.transfer(), locale=locale)
    assert answer.status_code == 422
    assert "body.locale: " in answer.json()["detail"]
    assert "'en' and 'uk' are" in answer.json()["detail"]


async def test_a_question_is_no_operation_and_whoever_starts_one_is_told_where_to_ask_it(room):
    inputs = {"from": room.payer, "amount": "50.00 UAH"}
    answer = await start(room, room.transfer(), action="transfers.quote", inputs=inputs)
    assert answer.status_code == 422
    assert "ask it at /api/v1/core/transfers.quote" in answer.text
    assert await room.pool.fetchval("select count(*) from money.operation") == 0


async def test_questions_are_answered(room):
    (card,) = (await ask(room, "cards.list_active")).json()["outputs"]["options"]
    assert card.keys() == {"id", "name", "last4", "currency", "balance", "fingerprint"}
    assert (await ask(room, "accounts.balance", {"card": card["id"]})).json() == {
        "outputs": {"balance": card["balance"]}
    }
    assert (await ask(room, "customer")).json() == {"outputs": {"has_active_card": True}}
    assert (await ask(room, "customer", customer_id=None)).json() == {"outputs": {"has_active_card": False}}
    limits = (await ask(room, "limits")).json()["outputs"]
    assert limits.pop("new_payee_free_at").endswith(", 00:00")
    assert limits == {
        "transfer_min": "1.00 UAH",
        "transfer_max": "29999.00 UAH",
        "transfer_left_today": "50000.00 UAH",
        "transfer_left_now": "40000.00 UAH",
        "transfer_free_at": "",
        "new_payee_left": "30000.00 UAH",
        "step_up_from": "500.00 UAH",
        "quick_amounts": ["100.00 UAH", "200.00 UAH", "500.00 UAH"],
    }


def token_of(card):
    names = ("token", "last4", "scheme", "luhn_ok", "fingerprint")
    return {"to": {name: getattr(card, name) for name in names}}


async def test_a_quote_names_the_fee_or_why_not(room):
    inputs = {"from": room.payer, "amount": "50.00 UAH"}
    quoted = (await ask(room, "transfers.quote", inputs, cards=token_of(room.payee))).json()
    assert quoted == {"outputs": {"fee": "0.00 UAH", "needs_code": False}}
    inputs["amount"] = "99999999.00 UAH"
    refused = (await ask(room, "transfers.quote", inputs, cards=token_of(room.payee))).json()
    assert refused["error"] in {"limit_exceeded", "insufficient_funds"}


async def test_a_bank_that_is_down_is_an_answer(room):
    await room.bank.fault("cards", "down", count=2)
    assert (await ask(room, "accounts.balance", {"card": room.payer})).json() == {"error": "unavailable"}


async def test_a_question_is_put_twice_when_the_way_there_fails(room):
    await room.bank.fault("cards", "down", count=1)
    assert "outputs" in (await ask(room, "accounts.balance", {"card": room.payer})).json()


async def test_a_question_there_is_not_is_404(room):
    assert (await ask(room, "everything")).status_code == 404


async def test_a_receipt_tells_what_was_paid(room):
    order = room.transfer("50.00 UAH")
    await start(room, order)
    receipt = (await ask(room, "receipt", {"transfer_id": str(order.op_id)})).json()["outputs"]
    assert (receipt["kind"], receipt["state"], receipt["amount"]) == ("transfer", "done", "50.00 UAH")
    assert receipt["to_last4"] == room.payee.last4
    assert len(receipt["from_last4"]) == 4
    assert receipt["reference"] == core_ref(order.op_id)


async def test_a_receipt_of_something_in_doubt_says_so(room):
    await room.bank.fault("transfer", "down")
    order = room.transfer()
    await start(room, order)
    receipt = (await ask(room, "receipt", {"transfer_id": str(order.op_id)})).json()["outputs"]
    assert receipt["state"] == "pending"


async def test_somebody_elses_receipt_and_one_that_is_not_there_are_the_same(room):
    room.people.known["boris"] = Person("+380991112233", identified=True)
    order = room.transfer()
    await start(room, order)
    theirs = await ask(room, "receipt", {"transfer_id": str(order.op_id)}, customer_id="boris")
    absent = await ask(room, "receipt", {"transfer_id": str(uuid4())}, customer_id="boris")
    nonsense = await ask(room, "receipt", {"transfer_id": "1"}, customer_id="boris")
    assert {theirs.status_code, absent.status_code, nonsense.status_code} == {404}
    assert theirs.json() == absent.json() == nonsense.json()


async def test_somebody_elses_card_is_not_there(room):
    await room.bank.customer(phone="+380991112233")
    room.people.known["boris"] = Person("+380991112233", identified=True)
    answer = await ask(room, "accounts.balance", {"card": room.payer}, customer_id="boris")
    absent = await ask(room, "accounts.balance", {"card": "no card of anybody"}, customer_id="boris")
    assert (answer.status_code, answer.json()) == (absent.status_code, absent.json())
    assert answer.json() == {"error": "unavailable"}


async def test_the_description_names_every_route(room):
    paths = (await room.api.get("/openapi.json")).json()["paths"]
    assert set(paths) == {
        "/api/v1/external/{partner}/{verb}",
        OPERATIONS,
        f"{OPERATIONS}/{{op_id}}",
        f"{OPERATIONS}/reconciliations",
        f"{OPERATIONS}/switches",
        f"{OPERATIONS}/switches/{{name}}",
        f"{OPERATIONS}/{{op_id}}/resolution",
        f"{OPERATIONS}/{{op_id}}/resolution/confirm",
        f"{OPERATIONS}/{{op_id}}/resolution/decline",
        "/api/v1/core/{verb}",
        "/api/v1/pages/{place}",
        "/api/v1/pages/{place}/envelope",
        "/api/v1/pages/{place}/shown",
        "/api/v1/pages/{place}/typed",
    }


async def test_a_bank_that_does_not_answer_a_question_in_time_is_unavailable(room, monkeypatch):
    monkeypatch.setattr("core_adapters.questions.ANSWER_S_MAX", 0.3)
    await room.bank.fault("cards", "timeout_before", count=2)
    assert (await ask(room, "accounts.balance", {"card": room.payer})).json() == {"error": "unavailable"}


async def test_a_directory_that_is_down_is_asked_again_later(room, monkeypatch):
    async def down(customer_id):
        raise OSError("no way there")

    monkeypatch.setattr(room.people, "person", down)
    answer = await start(room, room.transfer())
    assert answer.status_code == 503
    assert (await ask(room, "limits")).json() == {"error": "unavailable"}
    assert await room.pool.fetchval("select count(*) from money.operation") == 0
