"""The acquirer's news: they only make us ask, and make us ask at once."""

import json
from datetime import UTC, datetime
from uuid import uuid4

from payers import AT_ONCE, at_the_acquirer, credits_of, ended, fault, leg_of, opened, paid, pay, top_up
from standardwebhooks import Webhook

from core_adapters.operations.ids import core_ref
from core_adapters.webhooks import signing_secret


def told(room, order, kind="payment.authorised", secret=None):
    body = json.dumps({"type": kind, "data": {"reference": core_ref(order.op_id)}})
    event_id, at = f"evt_{uuid4().hex}", datetime.now(UTC)
    signature = Webhook(signing_secret(secret or room.webhook_secret)).sign(event_id, at, body)
    headers = {"webhook-id": event_id, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    return headers, body.encode()


async def test_a_true_event_brings_the_money_at_once(room):
    page = await opened(room, order := top_up(room))
    await room.rounds(4, jump_s=60)  # by now nobody would ask for minutes
    await pay(room, page, AT_ONCE)
    await room.adapters.worker.round()
    assert await leg_of(room, order) is None
    assert await room.adapters.core_events("acquirer", *told(room, order)) == 204
    await room.adapters.worker.round()
    await room.adapters.worker.round()
    assert await ended(room, order) == "ok"


async def test_an_invented_event_brings_nothing(room):
    await opened(room, order := top_up(room))
    for kind in ("payment.authorised", "payment.captured", "payment.refunded"):
        assert await room.adapters.core_events("acquirer", *told(room, order, kind)) == 204
        await room.adapters.worker.round()
    assert await leg_of(room, order) is None
    assert await ended(room, order) is None


async def test_an_event_signed_for_another_core_is_refused(room):
    order = await paid(room, top_up(room))
    headers, body = told(room, order, secret="somebody else's")
    assert await room.adapters.core_events("acquirer", headers, body) == 401
    assert await room.adapters.core_events("nobody", *told(room, order)) == 404
    assert await room.pool.fetchval("select count(*) from money.core_event") == 0


async def test_an_event_about_money_in_doubt_has_the_delivery_looked_at(room):
    order = await paid(room, top_up(room))
    await fault(room, "acquirer", "capture", "reset_after")
    await room.rounds(2, jump_s=1.5)
    leg = await leg_of(room, order)
    assert leg.state == "UNKNOWN"
    await room.pool.execute(
        "update money.operation set due_at = due_at + interval '1 hour' where op_id = $1", leg.op_id
    )
    room.clock.jump(seconds=5)
    await room.adapters.core_events("acquirer", *told(room, order, "payment.captured"))
    await room.adapters.worker.round()
    assert await ended(room, order) == "ok"
    assert len(await credits_of(room, order)) == 1
    assert await at_the_acquirer(room, order) == ("captured", ["capture"])


async def test_the_acquirer_is_told_where_its_news_go(room):
    """It refuses what it cannot call, and takes what it can; the secret is the first of ours."""
    paying = room.adapters.desk.performers["acquirer"]
    await paying.register_webhook("http://127.0.0.1:9/webhooks/core/acquirer", signing_secret(room.webhook_secret))
