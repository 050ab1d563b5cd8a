"""Transfers by phone and to an own card: shown before the yes, moved once, booked, and asked about when in doubt."""

from dataclasses import replace
from uuid import uuid4

import pytest

from core_adapters.operations.ids import core_ref
from core_adapters.ports import Person, Question
from flows.confirming import snapshot_hash

OKSANA = "+380671112233"


def by_phone(room, amount="50.00 UAH", phone=OKSANA, payee="Anna K."):
    return confirmed(room, "transfers.by_phone", {"from": room.payer, "phone": phone, "payee": payee, "amount": amount})


def own(room, to, amount="50.00 UAH"):
    return confirmed(room, "transfers.own", {"from": room.payer, "to": to, "amount": amount})


def confirmed(room, action, inputs):
    op_id = uuid4()
    return replace(room.order(action, inputs, op_id), snapshot_hash=snapshot_hash(op_id, inputs, {}))


async def quote(room, verb, **inputs):
    question = Question(verb, "anna", {"from": room.payer, "amount": "50.00 UAH"} | inputs)
    answer = await room.adapters.questions.answer(question)
    return answer.get("error") or answer["outputs"]


async def cards_of(room):
    answer = await room.adapters.questions.answer(Question("cards.list_active", "anna"))
    return answer["outputs"]["options"]


async def second_card(room):
    """Another card of Anna's, with ten hryvnias."""
    await room.bank.customer(balance_minor=10_00)
    return next(card["id"] for card in await cards_of(room) if card["id"] != room.payer)


async def outcome(room, start):
    await room.start(start)
    return (await room.told(start.op_id))[-1]


async def entries(room, start):
    rows = await room.pool.fetch("select account, delta_minor from money.ledger_entry where op_id = $1", start.op_id)
    return {row["account"].partition(":")[0]: row["delta_minor"] for row in rows}


async def test_a_phone_is_shown_as_a_masked_name_and_an_unknown_one_is_said(room):
    told = await quote(room, "transfers.phone_quote", phone=OKSANA)
    assert told == {"fee": "0.00 UAH", "payee": "Anna K.", "needs_code": False}
    assert await quote(room, "transfers.phone_quote", phone="+380930000000") == "phone_unknown"
    assert await quote(room, "transfers.phone_quote", phone="+380501112233") == "own_phone"


async def test_nobody_collects_the_names_behind_many_phones(room):
    phones = [f"+38093000{n:04d}" for n in range(20)]
    assert {await quote(room, "transfers.phone_quote", phone=phone) for phone in phones} == {"phone_unknown"}
    assert await quote(room, "transfers.phone_quote", phone=OKSANA) == "too_many"
    room.clock.jump(hours=1, seconds=1)
    assert (await quote(room, "transfers.phone_quote", phone=OKSANA))["payee"] == "Anna K."
    assert await room.pool.fetchval("select count(*) from money.phone_look_up") == 1


async def test_money_goes_to_a_phone_once_and_is_booked(room):
    start = by_phone(room)
    assert await outcome(room, start) == "done"
    await room.start(start)
    (posting,) = await room.bank.postings(core_ref(start.op_id))
    assert posting["amount_minor"] == 5_000
    assert await entries(room, start) == {"account": -5_000, "clearing": 5_000}
    assert await room.pool.fetchval("select kind from money.payee") == "phone"


async def test_a_phone_that_became_somebody_elses_gets_nothing(room):
    start = by_phone(room, payee="Oksana K.")
    assert await outcome(room, start) == "failed:recipient_changed"
    assert await room.bank.postings(core_ref(start.op_id)) == []
    assert await room.pool.fetchval("select released_at is not null from money.limit_hold") is True


async def test_a_transfer_by_phone_needs_the_code_and_keeps_the_limits(room):
    assert await outcome(room, by_phone(room, "600.00 UAH")) == "failed:not_proven"
    assert await outcome(room, by_phone(room, "30000.00 UAH")) == "failed:limit_exceeded"
    start = by_phone(room, "600.00 UAH")
    await room.prove(start)
    assert await outcome(room, start) == "done"


async def test_another_phone_than_was_confirmed_gets_nothing(room):
    start = by_phone(room)
    assert await outcome(room, replace(start, inputs=start.inputs | {"phone": "+380931112233"})) == "failed:not_proven"


async def test_money_moves_between_own_cards_without_code_or_limit(room):
    room.people.known["anna"] = Person("+380501112233", identified=False)
    to = await second_card(room)
    assert await quote(room, "transfers.own_quote", to=to) == {"fee": "0.00 UAH"}
    start = own(room, to, "45000.00 UAH")
    assert await outcome(room, start) == "done"
    assert {card["id"]: card["balance"] for card in await cards_of(room)}[to] == "45010.00 UAH"
    rows = await room.pool.fetch("select account, delta_minor from money.ledger_entry order by delta_minor")
    assert [tuple(row) for row in rows] == [(f"account:{room.payer}", -4_500_000), (f"account:{to}", 4_500_000)]
    assert await room.pool.fetchval("select count(*) from money.limit_hold") == 0
    assert await room.pool.fetchval("select count(*) from money.payee") == 0
    row = await room.pool.fetchrow("select exemption, sca_id from money.operation where op_id = $1", start.op_id)
    assert tuple(row) == ("between the customer's own accounts", None)
    receipt = await room.adapters.questions.answer(Question("receipt", "anna", {"transfer_id": str(start.op_id)}))
    last4 = next(card["last4"] for card in await cards_of(room) if card["id"] == to)
    assert receipt["outputs"]["to_last4"] == last4


async def test_an_own_card_is_not_sent_to_itself(room):
    assert await quote(room, "transfers.own_quote", to=room.payer) == "same_card"
    assert await outcome(room, own(room, room.payer)) == "failed:same_card"


async def test_somebody_elses_card_is_no_own_card(room):
    (theirs,) = await room.bank.customer(phone="+380931112233")
    found = await room.bank.http.get(f"{room.bank.url}/api/accounts")
    assert theirs["account"] in {one["account"] for one in found.json()}
    start = own(room, "crd_of_somebody_else")
    assert await outcome(room, start) == "failed:unavailable"
    assert await room.state(start.op_id) == "VOID"


async def test_a_card_of_ones_own_by_its_number_is_known_as_the_paying_one(room):
    (mine,) = [card for card in await room.bank.customer(balance_minor=10_00) if card["last4"]]
    (number,) = await room.adapters.vault.tokenise([mine["card_number"]])
    payer = next(card["id"] for card in await cards_of(room) if card["last4"] == mine["last4"])
    inputs = {"from": payer, "amount": "5.00 UAH"}
    answer = await room.adapters.questions.answer(Question("transfers.quote", "anna", inputs, {"to": number}))
    assert answer == {"error": "same_card"}


@pytest.mark.parametrize("way", ["phone", "own"])
@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before", "garbage"])
async def test_a_lost_answer_pays_once(room, way, fault):
    start = by_phone(room) if way == "phone" else own(room, await second_card(room))
    await room.bank.fault("transfer", fault)
    await room.start(start)
    assert await room.told(start.op_id) == ["unknown:unknown_result"]
    await room.rounds(6)
    assert await room.told(start.op_id) == ["unknown:unknown_result", "done"]
    assert len(await room.bank.postings(core_ref(start.op_id))) == 1


async def test_sending_is_committed_before_the_first_byte(room):
    start = by_phone(room)
    await room.bank.fault("transfer", "ok", delay_s=0.5)
    await room.adapters.desk.start(start, room.conversation)
    for _ in range(100):
        if await room.state(start.op_id) == "SENDING":
            break
    assert await room.state(start.op_id) == "SENDING"
    assert await room.bank.postings(core_ref(start.op_id)) == []
    await room.adapters.desk.settled()
    assert await room.state(start.op_id) == "POSTED"


async def test_the_database_refuses_one_that_is_posted_and_not_booked(room):
    start = own(room, await second_card(room))
    room.adapters.desk.started = False
    await room.start(start)
    await room.pool.execute(
        "update money.operation set state = 'SENDING', fence = 1, lease_until = now() where op_id = $1", start.op_id
    )
    with pytest.raises(Exception, match="posted and not booked"):
        await room.pool.execute("update money.operation set state = 'POSTED' where op_id = $1", start.op_id)
