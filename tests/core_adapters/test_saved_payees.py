"""Payees of posted payments: offered again, newest first, named by nobody's name, and forgotten on demand."""

from dataclasses import replace
from uuid import uuid4

import pytest

from core_adapters.failures import Refused, Unclear
from core_adapters.operations import payees, traits
from core_adapters.operations.saved import Saved, as_it_is, masked
from core_adapters.ports import Question
from flows.confirming import snapshot_hash

OKSANA = "+380671112233"


def confirmed(room, action, **inputs):
    op_id, inputs = uuid4(), {"from": room.payer, "amount": "50.00 UAH"} | inputs
    return replace(room.order(action, inputs, op_id), snapshot_hash=snapshot_hash(op_id, inputs, {}))


async def asked(room, verb, customer="anna"):
    answer = await room.adapters.questions.answer(Question(verb, customer))
    return answer.get("error") or answer["outputs"]


async def saved(room, verb="payees.saved"):
    return (await asked(room, verb))["options"]


async def pay_everybody(room):
    """A card, a person by phone, a phone's account and a bill, in this order."""
    for start in (
        room.transfer(),
        confirmed(room, "transfers.by_phone", phone=OKSANA, payee="Anna K."),
        confirmed(room, "mobile.pay", phone=OKSANA, amount="70.00 UAH"),
        confirmed(room, "bills.pay", biller="utilities-water", account="1234567"),
    ):
        await room.start(start)
        assert await room.told(start.op_id) == ["done"]


async def test_each_kind_is_offered_where_it_belongs_newest_first_and_without_names(room):
    assert await asked(room, "payees.any") == "none_yet"
    await pay_everybody(room)
    labels = [one["label"] for one in await saved(room)]
    assert labels[1:] == ["+38067…33", "+38067…33", f"•{room.payee.last4}"]
    assert labels[0].endswith(", 1234567")
    assert labels[0] != "utilities-water, 1234567"
    (card,) = await saved(room, "payees.cards")
    assert (card["token"], card["fingerprint"], card["luhn_ok"]) == (room.payee.token, room.payee.fingerprint, True)
    assert [one["value"] for one in await saved(room, "payees.phones")] == [OKSANA]
    assert [one["value"] for one in await saved(room, "payees.mobiles")] == [OKSANA]
    assert [(one["value"], one["of"]) for one in await saved(room, "payees.accounts")] == [
        ("1234567", "utilities-water")
    ]
    assert await asked(room, "payees.any") == {}


async def test_one_payee_is_one_line_however_often_it_was_paid(room):
    for _ in range(3):
        await room.start(room.transfer())
    row = await room.pool.fetchrow("select first_at < last_at as again from money.payee")
    assert row["again"] is True
    assert len(await saved(room)) == 1


async def test_the_last_payment_is_told_with_its_amount(room):
    assert await asked(room, "payees.last") == "none_yet"
    await room.start(room.transfer("41.00 UAH"))
    last = await asked(room, "payees.last")
    assert (last["kind"], last["amount"], last["card"]["token"]) == ("card", "41.00 UAH", room.payee.token)
    await room.start(confirmed(room, "mobile.pay", phone=OKSANA, amount="70.00 UAH"))
    last = await asked(room, "payees.last")
    assert (last["kind"], last["amount"], last["card"], last["phone"]) == ("mobile", "70.00 UAH", None, OKSANA)


async def test_a_forgotten_payee_is_gone_for_good_and_only_for_its_customer(room):
    await room.start(room.transfer())
    (payee,) = await saved(room)
    stranger = room.order("payees.forget", {"payee": payee["id"]}, customer_id="boris")
    room.people.known["boris"] = room.people.known["anna"]
    await room.start(stranger)
    assert len(await saved(room)) == 1
    await room.start(room.order("payees.forget", {"payee": payee["id"]}))
    assert await saved(room) == []
    again = room.order("payees.forget", {"payee": payee["id"]})
    await room.start(again)
    assert await room.told(again.op_id) == ["done"]
    audited = await room.pool.fetchval("select count(*) from money.audit where action = 'payee forgotten'")
    assert audited == 1


async def test_nothing_of_a_payee_stands_in_the_clear(room):
    await pay_everybody(room)
    rows = await room.pool.fetch("select t::text as line from money.payee t")
    assert len(rows) == 4
    for row in rows:
        assert not any(text in row["line"] for text in (OKSANA, "1234567", "water", room.payee.token, "Anna"))


async def test_who_was_paid_shows_in_no_repr(room):
    await pay_everybody(room)
    store = room.adapters.desk.store
    shown = [repr(one) for one in await payees.listed(room.pool, store.sealer, "anna", frozenset(traits.NAMING))]
    shown += [repr(payees.key_of("mobile.pay", {"phone": OKSANA}, {})), repr(room.people.known["anna"])]
    assert len(shown) == 5
    for text in shown:
        assert not any(secret in text for secret in (OKSANA, "1234567", "water", "Koval"))


async def test_strangers_have_no_payees(room):
    assert await asked(room, "payees.saved", customer=None) == {"options": []}
    await room.start(room.transfer())
    assert await asked(room, "payees.saved", customer="boris") == {"options": []}


async def test_a_payee_that_is_none_is_not_forgotten(room):
    order = room.order("payees.forget", {"payee": "the first one"})
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:unavailable"]


async def test_what_is_forgotten_is_over_and_nobody_is_asked_about_it(room):
    saved_payees = room.adapters.desk.performers["payees"]
    order = room.order("payees.forget", {"payee": str(uuid4())})
    await room.start(order)
    done = (await room.adapters.desk.find(order.op_id)).order
    assert (await saved_payees.progress(done)).outcome == "ok"
    with pytest.raises(Unclear):
        await saved_payees.enquire(done)


async def test_payees_are_of_a_customer_and_a_biller_without_a_name_is_called_by_its_id(room):
    nameless = Saved(room.adapters.desk.store, as_it_is)
    with pytest.raises(Refused):
        await nameless.ask(Question("payees.saved", None))
    await room.start(confirmed(room, "bills.pay", biller="utilities-water", account="1234567"))
    (bill,) = (await nameless.ask(Question("payees.accounts", "anna")))["options"]
    assert bill["label"] == "utilities-water, 1234567"


@pytest.mark.parametrize(
    ("phone", "shown"), [("+380671112233", "+38067…33"), ("+96550123456", "+96550…56"), ("+4915112345678", "+49151…78")]
)
def test_a_phone_loses_its_middle(phone, shown):
    assert masked(phone) == shown
