"""Step-up codes: bound to one operation and what was shown of it, three tries, 120 seconds, spent once."""

from dataclasses import replace
from uuid import uuid4

import pytest

from core_adapters.failures import TurnedAway, Unavailable, Unclear
from core_adapters.operations.ids import core_ref
from flows.confirming import snapshot_hash

LARGE = "750.00 UAH"


def subject(start):
    return {"for_op": str(start.op_id), "snapshot_hash": start.snapshot_hash}


async def check(room, start, code):
    order = room.order("sca.check_code", subject(start) | {"code": code})
    await room.start(order)
    (news,) = await room.news(order.op_id)
    return news


async def send(room, start):
    order = room.order("sca.send_code", subject(start))
    await room.start(order)
    (news,) = await room.news(order.op_id)
    return news


async def sent_code(room):
    return (await room.bank.last_sms()).split()[0]


async def test_a_large_amount_without_a_code_is_never_sent(room):
    start = room.transfer(LARGE)
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:not_proven"]
    assert await room.bank.postings(core_ref(start.op_id)) == []


async def test_a_large_amount_with_its_code_is_posted(room):
    start = room.transfer(LARGE)
    await room.prove(start)
    assert await room.start(start) == "APPROVED"
    assert await room.state(start.op_id) == "POSTED"
    row = await room.pool.fetchrow("select sca_id, exemption from money.operation where op_id = $1", start.op_id)
    assert row["sca_id"] is not None
    assert row["exemption"] is None


async def test_a_right_code_makes_the_customer_strong_for_five_minutes(room):
    start = room.transfer(LARGE)
    await send(room, start)
    news = await check(room, start, await sent_code(room))
    assert news.state == "done"
    assert news.outputs["customer_id"] == "anna"
    assert news.outputs["level"] == "strong"
    room.clock.jump(minutes=6)
    await room.start(start)
    assert await room.told(start.op_id) == ["failed:not_proven"]


async def test_a_code_for_one_operation_does_not_prove_another(room):
    first, second = room.transfer(LARGE), room.transfer(LARGE)
    await room.prove(first)
    await room.start(second)
    assert await room.told(second.op_id) == ["failed:not_proven"]


async def test_another_amount_after_the_code_needs_another_code(room):
    shown = room.transfer(LARGE)
    await room.prove(shown)
    changed = room.transfer("900.00 UAH", shown.op_id)
    await room.start(changed)
    assert await room.told(changed.op_id) == ["failed:not_proven"]


async def test_three_wrong_codes_end_it(room):
    start = room.transfer(LARGE)
    await send(room, start)
    right = await sent_code(room)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert [(await check(room, start, wrong)).error for _ in range(3)] == ["wrong_code", "wrong_code", "too_many"]
    assert (await check(room, start, right)).error == "too_many"


async def test_a_code_is_good_for_120_seconds(room):
    start = room.transfer(LARGE)
    await send(room, start)
    room.clock.jump(seconds=121)
    assert (await check(room, start, await sent_code(room))).error == "expired"


async def test_a_code_is_good_once(room):
    start = room.transfer(LARGE)
    await send(room, start)
    code = await sent_code(room)
    assert (await check(room, start, code)).state == "done"
    await room.start(start)
    assert (await check(room, start, code)).error == "expired"


async def test_a_typed_code_that_comes_twice_is_one_try(room):
    start = room.transfer(LARGE)
    await send(room, start)
    wrong = f"{(int(await sent_code(room)) + 1) % 1_000_000:06d}"
    order = room.order("sca.check_code", subject(start) | {"code": wrong})
    assert [await room.start(order), await room.start(order)] == ["REJECTED", "REJECTED"]
    assert await room.told(order.op_id) == ["failed:wrong_code"]
    assert await room.pool.fetchval("select tries from money.sca") == 1


async def test_a_newer_code_replaces_the_older_one(room):
    start = room.transfer(LARGE)
    await send(room, start)
    older = await sent_code(room)
    await send(room, start)
    newer = await sent_code(room)
    if older != newer:
        assert (await check(room, start, older)).error == "wrong_code"
    assert (await check(room, start, newer)).state == "done"


async def test_a_phone_is_not_flooded_with_codes(room):
    start = room.transfer(LARGE)
    outcomes = [(await send(room, start)).error for _ in range(6)]
    assert outcomes == [None] * 5 + ["too_many"]


async def test_the_message_names_amount_and_card_beside_the_code(room):
    start = room.transfer(LARGE)
    inputs = subject(start) | {"amount": LARGE, "from": room.payer, "locale": "uk"}
    await room.start(room.order("sca.send_code", inputs, cards={"to": room.payee}))
    text = await room.bank.last_sms()
    assert "750.00 UAH" in text
    assert room.payee.last4 in text


async def test_a_message_that_would_name_another_amount_is_not_sent(room):
    start = room.transfer(LARGE)
    inputs = subject(start) | {"amount": "1.00 UAH", "from": room.payer}
    order = room.order("sca.send_code", inputs, cards={"to": room.payee})
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:unavailable"]
    assert (await room.bank.http.get(f"{room.bank.url}/api/sms", params={"phone": "+380501112233"})).json() == []


PAYMENTS = [
    ({"phone": "+380671112233", "payee": "Oksana K."}, ["Oksana K.", "+380671112233"]),
    ({"phone": "+380671112233"}, ["+380671112233"]),
    ({"biller": "utilities-water", "account": "12345678"}, ["12345678"]),
]


@pytest.mark.parametrize(("payee", "named"), PAYMENTS)
@pytest.mark.parametrize("locale", ["en", "uk"])
async def test_the_message_names_amount_and_payee_of_every_kind(room, payee, named, locale):
    inputs = {"from": room.payer, "amount": LARGE, **payee}
    op_id = uuid4()
    about = {"for_op": str(op_id), "snapshot_hash": snapshot_hash(op_id, inputs, {}), "locale": locale}
    await room.start(room.order("sca.send_code", inputs | about))
    text = await room.bank.last_sms()
    assert all(word in text for word in ["750.00 UAH", *named])


OTHER_THINGS = [
    ({"card": "c1", "kind": "cash", "amount": LARGE}, {"en": [LARGE, "cash"], "uk": [LARGE, "готівка"]}),
    ({"card": "c1", "fee": "49.00 UAH", "address": "1 Main Street"}, {"en": ["49.00 UAH", "1 Main Street"]}),
    ({"card": "c1", "fee": "49.00 UAH", "branch": "b1"}, {"en": ["49.00 UAH", "branch"], "uk": ["у відділення"]}),
    (
        {"from": "c1", "payment": "p1", "amount": LARGE, "every": "week", "first": "1 May"},
        {"en": [LARGE, "every week"], "uk": [LARGE, "щотижня"]},
    ),
]


@pytest.mark.parametrize(("inputs", "named"), OTHER_THINGS)
@pytest.mark.parametrize("locale", ["en", "uk"])
async def test_the_message_names_a_limit_an_address_and_what_will_be_paid_regularly(room, inputs, named, locale):
    op_id = uuid4()
    about = {"for_op": str(op_id), "snapshot_hash": snapshot_hash(op_id, inputs, {}), "locale": locale}
    await room.start(room.order("sca.send_code", inputs | about))
    text = await room.bank.last_sms()
    assert all(word in text for word in named.get(locale, named["en"]))


@pytest.mark.parametrize(("inputs", "named"), OTHER_THINGS)
async def test_a_message_that_would_name_another_limit_or_address_is_not_sent(room, inputs, named):
    op_id, last = uuid4(), list(inputs)[-1]
    about = {"for_op": str(op_id), "snapshot_hash": snapshot_hash(op_id, inputs, {})}
    changed = {last: "999.00 UAH" if last == "amount" else f"{inputs[last]}9"}
    order = room.order("sca.send_code", inputs | changed | about)
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:unavailable"]


@pytest.mark.parametrize(("payee", "named"), PAYMENTS)
async def test_a_message_that_would_name_another_payee_is_not_sent(room, payee, named):
    inputs = {"from": room.payer, "amount": LARGE, **payee}
    op_id, first = uuid4(), next(iter(payee))
    about = {"for_op": str(op_id), "snapshot_hash": snapshot_hash(op_id, inputs, {})}
    order = room.order("sca.send_code", inputs | {first: f"{payee[first]}9"} | about)
    await room.start(order)
    assert await room.told(order.op_id) == ["failed:unavailable"]


async def test_codes_are_stored_nowhere_in_clear(room):
    start = room.transfer(LARGE)
    await send(room, start)
    code = await sent_code(room)
    await check(room, start, code)
    for table in ("operation", "sca", "audit", "attempt"):
        rows = await room.pool.fetch(f"select t::text as line from money.{table} t")
        texts = [row["line"] for row in rows]
        assert not any(f",{code}," in text or f'"{code}"' in text for text in texts), table


class Gateway:
    """An SMS gateway that fails."""

    def __init__(self, failure):
        self.failure = failure

    async def send(self, to, text, key):
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (Unavailable("closed"), "failed:unavailable"),
        (TurnedAway("HTTP 429"), "unknown:unknown_result"),
        (OSError("cut off"), "unknown:unknown_result"),
    ],
)
async def test_a_code_that_may_have_left_is_in_doubt_and_one_that_did_not_is_over(room, failure, told):
    performers = room.adapters.desk.performers
    working = performers["sca"]
    performers["sca"] = replace(working, sms=Gateway(failure))
    start = room.transfer(LARGE)
    order = room.order("sca.send_code", subject(start))
    await room.start(order)
    assert await room.told(order.op_id) == [told]
    performers["sca"] = working
    await room.rounds(2)
    assert (await room.state(order.op_id)) == ("VOID" if told.startswith("failed") else "POSTED")


async def test_without_the_customers_phone_no_code_is_made(room, monkeypatch):
    async def down(customer_id):
        raise OSError("no way there")

    order = room.order("sca.send_code", subject(room.transfer(LARGE)))
    room.adapters.desk.started = False
    await room.start(order)
    monkeypatch.setattr(room.people, "person", down)
    await room.rounds(1)
    assert await room.told(order.op_id) == ["failed:unavailable"]
    assert await room.pool.fetchval("select count(*) from money.sca") == 0


async def test_nobody_knows_what_became_of_a_code_and_nothing_follows_it(room):
    codes = room.adapters.desk.performers["sca"]
    order = room.order("sca.send_code", subject(room.transfer(LARGE)))
    await room.start(order)
    sent = (await room.adapters.desk.find(order.op_id)).order
    for asked in (codes.enquire, codes.progress):
        with pytest.raises(Unclear):
            await asked(sent)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"for_op": "x", "snapshot_hash": "0" * 64}, {"for_op": str(uuid4()), "snapshot_hash": "0" * 63}],
)
async def test_a_code_for_nothing_is_not_sent(room, wrong):
    order = room.order("sca.send_code", wrong)
    await room.start(order)
    (news,) = await room.news(order.op_id)
    assert news.error == "unavailable"
