"""Whoever pays: opens the page that our customer was given, types a test card and the code of its bank.

And what the books say then: the acquirer's, the bank's and ours.
"""

import re

from core_adapters.external.acquirer.sessions import asked_of
from core_adapters.operations import records
from core_adapters.operations.ids import core_ref

CHALLENGED, AT_ONCE = "your bank asks for a code", "paid at once"
REFUSED, POOR = "your bank says no", "too little money on it"
AMOUNT_MINOR = 300_00


def top_up(room, amount="300.00 UAH", action="topups.start_card_payment", **more):
    return room.order(action, {"card": room.payer, "amount": amount} | more)


def request(room, amount="300.00 UAH", **more):
    return top_up(room, amount, "requests.create", **more)


async def opened(room, order):
    """The acquirer's page of an order that was started here."""
    await room.start(order)
    return await page_of(room, order)


async def page_of(room, order):
    operation = await room.adapters.desk.store.find(order.op_id)
    return operation.outputs.get("page") or operation.outputs["pay_link"]


async def pay(room, page, does=CHALLENGED, code="123456"):
    """The payer's whole way."""
    cards = {did: number for number, did in re.findall(r"<dt>([0-9 ]+)</dt><dd>([^<]+)</dd>", (await get(room, page)))}
    form = {"number": cards[does], "expires": "12/39", "cvv": "321", "do": "pay"}
    answer = await room.bank.http.post(page, data=form)
    if "/3ds/" in answer.headers.get("location", ""):
        answer = await room.bank.http.post(answer.headers["location"], data={"code": code, "do": "confirm"})
    assert answer.status_code == 303
    return answer.headers["location"]


async def get(room, url):
    answer = await room.bank.http.get(url)
    assert answer.status_code == 200
    return answer.text


async def paid(room, order, does=CHALLENGED):
    """An order whose payer has paid; nothing of ours has heard of it yet."""
    await pay(room, await opened(room, order), does)
    return order


async def fault(room, core, operation, outcome, count=1):
    body = {"core": core, "operation": operation, "outcome": outcome, "count": count}
    (await room.bank.http.put(f"{room.bank.url}/api/faults", json=body)).raise_for_status()


async def lock(room, tmp_path):
    """The bank locks the customer's card. No face of the bank does it, so it is done in its books."""
    import sqlite3

    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as db:
        db.execute("update bank_card set status = 'locked' where card_id = ?", (room.payer,))


async def at_the_acquirer(room, order):
    """The payment's status, and what was done with it."""
    for row in (await room.bank.http.get(f"{room.bank.url}/acquirer/books")).json():
        if row["reference"] == core_ref(order.op_id):
            return row["status"], row["moves"]
    return None


async def leg_of(room, order):
    """The operation that delivers an order's money; None while there is none."""
    row = await room.pool.fetchrow("select * from money.operation where leg_of = $1", order.op_id)
    return None if row is None else records.read(row, room.adapters.worker.store.sealer)


async def credits_of(room, order):
    """The bank's postings of the leg."""
    leg = await leg_of(room, order)
    return [] if leg is None else await room.bank.postings(leg.core_ref, "topup")


async def ledger_of(room, op_id):
    rows = await room.pool.fetch(
        "select account, delta_minor from money.ledger_entry where op_id = $1 order by delta_minor", op_id
    )
    return [(row["account"].partition(":")[0], row["delta_minor"]) for row in rows]


async def ended(room, order):
    """What the customer was told of the end: the event's outcome; None while nothing was."""
    told = [event for event in await room.news() if event.kind == "bank"]
    mine = [event for event in told if str(order.op_id) in event.match.values()]
    assert len(mine) <= 1, "an end is told once"
    return mine[0].outcome if mine else None


async def books_add_up(room):
    """The bank's books are at nothing in sum, and so are ours."""
    rows = (await room.bank.http.get(f"{room.bank.url}/api/accounts")).json()
    assert sum(row["balance_minor"] for row in rows) == 0
    assert await room.pool.fetchval("select coalesce(sum(delta_minor), 0) from money.ledger_entry") == 0
    return {row["account"]: row["balance_minor"] for row in rows}


def asked(order):
    return asked_of(order)
