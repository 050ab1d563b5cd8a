"""Orders beside money, and what the bank's books and doors say of them."""

from uuid import uuid4

from core_adapters.operations.ids import core_ref
from core_adapters.ports import Question
from flows.confirming import snapshot_hash
from flows.effects import StartOperation

ADDRESS = "Lviv, Zelena 5, flat 1"


def order(action, inputs, customer_id="anna"):
    """The order as the customer said yes to it."""
    op_id = uuid4()
    mark = snapshot_hash(op_id, inputs, {})
    return StartOperation(op_id, action, "core_adapters", inputs, {}, customer_id, "telegram", "run", "do", mark)


def lock(room):
    return order("cards.lock", {"card": room.payer})


def unlock(room):
    return order("cards.unlock", {"card": room.payer})


def limit(room, amount="20000.00 UAH", kind="cash"):
    return order("limits.change", {"card": room.payer, "kind": kind, "amount": amount})


def plastic(room, fee="80.00 UAH", **where):
    return order("cards.order_plastic", {"card": room.payer, "fee": fee, **(where or {"address": ADDRESS})})


def cashback(first, second):
    return order("cashback.choose", {"first": first, "second": second})


async def proven(room, start):
    """Started with the customer's code."""
    await room.prove(start)
    return await room.start(start)


async def asked(room, verb, locale="en", customer_id="anna", **inputs):
    """What our face answers: the outputs, or the error code."""
    body = {"inputs": inputs, "customer_id": customer_id, "locale": locale}
    answer = await room.api.post(f"/api/v1/core/{verb}", json=body, headers={"authorization": "Bearer service"})
    told = answer.json()
    return told.get("error") or told["outputs"]


async def options(room, source, locale="en"):
    answer = await room.adapters.questions.answer(Question(source, "anna", locale=locale))
    return answer["outputs"]["options"]


async def at_the_bank(room, start):
    """The bank's own word on an order; None when it has never heard of it."""
    login = room.adapters.questions.bank.calls.service.login
    answer = await room.bank.http.get(f"{room.bank.url}/bank/v1/orders/{core_ref(start.op_id)}", auth=login)
    return answer.json() if answer.status_code == 200 else None


async def buy(room, amount_minor=10_00, category="groceries", **more):
    body = {"card_id": room.payer, "merchant": "Corner Shop", "amount_minor": amount_minor, "category": category}
    return await room.bank.http.post(f"{room.bank.url}/api/purchases", json=body | more)
