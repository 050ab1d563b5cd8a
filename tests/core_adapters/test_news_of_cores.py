"""What takes its time elsewhere: a card is made, somebody pays; an event or our own asking tells."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from core_adapters.operations.ids import core_ref
from core_adapters.ports import Person
from core_adapters.webhooks import signing_secret
from sandbox.bank.rules import REFUSED_PHONE_ENDING


def signed(room, body, secret=None):
    data = json.dumps(body)
    event_id = f"evt_{uuid4().hex}"
    at = datetime.now(UTC)
    headers = {
        "Webhook-Id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(signing_secret(secret or room.webhook_secret)).sign(event_id, at, data),
    }
    return headers, data.encode()


async def issued(room):
    """Anna's application, taken by the bank."""
    order = room.order("cards.apply", {"tariff": "digital"})
    await room.start(order)
    return order


async def wait_for_the_bank(room, order):
    """Until the bank itself says that the card is made."""
    url = f"{room.bank.url}/bank/v1/applications"
    login = room.adapters.questions.bank.calls.service.login
    while True:
        answer = await room.bank.http.get(url, params={"reference": core_ref(order.op_id)}, auth=login)
        if answer.json()["status"] != "pending":
            return answer.json()


async def test_a_card_is_ordered_made_and_told(room):
    order = await issued(room)
    (done,) = await room.news(order.op_id)
    assert done.outputs == {"application_id": str(order.op_id)}
    made = await wait_for_the_bank(room, order)
    await room.rounds(1)
    event = (await room.news())[-1]
    assert (event.name, event.outcome) == ("cards.issued", "ok")
    assert event.match == {"application_id": str(order.op_id)}
    assert event.outputs == {"card_id": made["card_id"]}
    await room.rounds(2)
    assert len(await room.news()) == 2


async def test_a_newcomer_is_made_known_to_the_bank(room):
    room.people.known["vira"] = Person("+380931112233", "Vira", "Lys")
    order = room.order("cards.apply", {"tariff": "gold"}, customer_id="vira")
    await room.start(order)
    assert await room.told(order.op_id) == ["done"]


async def test_a_second_order_of_the_same_card_is_a_duplicate(room):
    await issued(room)
    again = await issued(room)
    assert await room.told(again.op_id) == ["failed:duplicate"]


async def test_a_refused_card_is_told_as_declined(room):
    room.people.known["lev"] = Person(f"+38093{REFUSED_PHONE_ENDING}", "Lev", "Kit")
    order = room.order("cards.apply", {"tariff": "digital"}, customer_id="lev")
    await room.start(order)
    await wait_for_the_bank(room, order)
    await room.rounds(1)
    assert (await room.news())[-1].outcome == "declined"


async def test_the_face_of_a_card_can_be_asked_for_by_its_application(room):
    order = await issued(room)
    await wait_for_the_bank(room, order)
    body = {"customer_id": "anna", "inputs": {"application_id": str(order.op_id)}}
    answer = await room.api.post("/api/v1/core/card", json=body, headers={"Authorization": "Bearer service"})
    assert answer.json()["outputs"].keys() >= {"holder", "last4", "scheme", "expires", "currency"}


async def top_up(room, amount="300.00 UAH"):
    """A page to pay on that nobody has paid on."""
    order = room.order("topups.start_card_payment", {"card": room.payer, "amount": amount})
    await room.start(order)
    return order


async def test_a_signed_event_makes_us_ask_at_once(room):
    order = await issued(room)
    await wait_for_the_bank(room, order)
    headers, body = signed(room, {"type": "card.issued", "data": {"reference": core_ref(order.op_id)}})
    assert await room.adapters.core_events("sandbox", headers, body) == 204
    await room.adapters.worker.round()
    assert (await room.news())[-1].name == "cards.issued"


async def test_an_event_that_is_not_true_changes_nothing(room):
    """It says that somebody has paid while the acquirer, asked, says that nobody has."""
    order = await top_up(room)
    headers, body = signed(room, {"type": "payment.authorised", "data": {"reference": core_ref(order.op_id)}})
    assert await room.adapters.core_events("acquirer", headers, body) == 204
    await room.adapters.worker.round()
    assert [event.kind for event in await room.news()] == ["operation"]


async def test_the_same_event_again_is_taken_and_does_nothing(room):
    order = await top_up(room)
    headers, body = signed(room, {"type": "payment.authorised", "data": {"reference": core_ref(order.op_id)}})
    await room.adapters.core_events("acquirer", headers, body)
    await room.adapters.worker.round()
    asked = "select asked from money.awaited"
    before = await room.pool.fetchval(asked)
    assert await room.adapters.core_events("acquirer", headers, body) == 204
    await room.adapters.worker.round()
    assert await room.pool.fetchval(asked) == before


@pytest.mark.parametrize(
    "broken",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v1,%%%%"},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "nan"},
        {"Webhook-Id": "evt_other"},
    ],
)
async def test_a_forged_event_is_refused(room, broken):
    headers, body = signed(room, {"type": "card.issued", "data": {"reference": "A" * 26}})
    assert await room.adapters.core_events("sandbox", headers | broken, body) == 401
    assert await room.pool.fetchval("select count(*) from money.core_event") == 0


async def test_an_event_signed_with_another_secret_or_changed_is_refused(room):
    headers, body = signed(room, {"data": {"reference": "A" * 26}}, secret="somebody else's")
    assert await room.adapters.core_events("sandbox", headers, body) == 401
    headers, body = signed(room, {"data": {"reference": "A" * 26}})
    assert await room.adapters.core_events("sandbox", headers, body + b" ") == 401
    assert await room.adapters.core_events("sandbox", headers, b"\xff" + body) == 401
    assert await room.adapters.core_events("other", headers, body) == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "card.issued"}, 400),
        ({"type": "card.issued", "data": {}}, 400),
        ({"type": "card.issued", "data": {"reference": 5}}, 400),
        ({"type": "card.issued", "data": {"reference": "A" * 101}}, 400),
        (["card.issued"], 400),
        ({"type": "card.issued", "data": {"reference": "A" * 26}, "more": "x" * 1_000_000}, 413),
    ],
)
async def test_an_event_that_names_nothing_of_ours_or_has_no_end_is_refused(room, body, status):
    assert await room.adapters.core_events("sandbox", *signed(room, body)) == status
    assert await room.pool.fetchval("select count(*) from money.core_event") == 0


async def test_a_bank_that_tells_nobody_of_cards_takes_their_news_and_does_nothing(room):
    deaf = replace(room.adapters.events, hearing=None)
    headers, body = signed(room, {"type": "card.operation", "data": {"operation_id": "op_1"}})
    assert await deaf.take("sandbox", headers, body) == 204
    assert await room.pool.fetchval("select count(*) from money.core_event") == 0
