"""Plastic for a card: what it costs, where it may be fetched, the order with its fee, and when it is ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Refused, Unclear
from core_adapters.internal import wording
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.ordering import Ordering
from core_adapters.internal.sandbox.orders import amount_of, nothing_sent_yet
from core_adapters.ports import Order, Posted, Progress, Question
from core_adapters.validation import Schema
from flows.money import Money

TERMS: Schema = {
    "fee_minor": schemas.SUM, "currency": schemas.CURRENCY, "days": {"type": "integer", "min": 1, "max": 365},
}  # fmt: skip
PLASTIC: Schema = {
    "fee_minor": schemas.SUM,
    "currency": schemas.CURRENCY,
    "address": {"type": "string", "maxtext": 200},
    "branch_id": {"type": "string", "maxtext": 64},
}
MADE: Schema = {
    "stage": {"type": "string", "allowed": ["making", "ready", "declined"]},
    "fee_minor": schemas.SUM,
    "currency": schemas.CURRENCY,
}
BRANCH: Schema = {name: {"type": "string", "minlength": 1, "maxtext": 140} for name in ("id", "name", "address")}
BRANCHES: Schema = {"branches": {"type": "list", "maxlength": 100, "schema": {"type": "dict", "schema": BRANCH}}}
CODES: Mapping[str, str] = {
    "duplicate": "duplicate", "insufficient_funds": "insufficient_funds", "not_offered": "refused",
    "card_locked": "refused", "branch_unknown": "refused", "fee_changed": "refused", "refused": "refused",
}  # fmt: skip
DELIVERIES = frozenset({"courier", "branch"})


@dataclass(frozen=True, slots=True)
class PlasticCards:
    """One kind of orders, and the questions before it."""

    calls: Calls
    customers: Customers
    actions: ClassVar[frozenset[str]] = frozenset({"cards.order_plastic"})
    questions: ClassVar[frozenset[str]] = frozenset({"cards.plastic_terms", "branches.with_cards"})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            card = await self.customers.own_card(order.customer_id, str(order.inputs.get("card")))
        fee = amount_of(order)
        body = {
            "fee_minor": fee.minor, "currency": fee.currency, "address": str(order.inputs.get("address") or ""),
            "branch_id": str(order.inputs.get("branch") or ""),
        }  # fmt: skip
        reply = await self._ordering.place(order, f"/cards/{card.card_id}/plastic", body, PLASTIC)
        return _ordered(order, reply, card.last4)

    async def enquire(self, order: Order) -> Posted | None:
        reply = await self._ordering.placed(order)
        return None if reply is None else _ordered(order, reply, "")

    async def progress(self, order: Order) -> Progress | None:
        reply = await self._ordering.placed(order)
        if reply is None:
            raise Unclear("the bank no longer knows the order")
        return {"making": None, "ready": Progress("ok")}.get(str(reply["stage"]), Progress("declined"))

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.verb == "branches.with_cards":
            reply = await self.calls.told("/branches", BRANCHES, {}, lang=wording.language(question.locale))
            return {"options": reply["branches"]}
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        return await self._terms(question, question.customer_id)

    async def _terms(self, question: Question, customer_id: str) -> Mapping[str, object]:
        delivery = str(question.inputs.get("delivery"))
        if delivery not in DELIVERIES:
            raise Refused("there is no such delivery")
        card = await self.customers.own_card(customer_id, str(question.inputs.get("card")))
        path = f"/cards/{card.card_id}/plastic"
        reply = await self.calls.told(path, TERMS, {"not_offered": "not_offered"}, delivery=delivery)
        fee = reply["fee_minor"]
        assert isinstance(fee, int), "the schema says so"
        return {"fee": str(Money(fee, str(reply["currency"]))), "days": reply["days"]}

    @property
    def _ordering(self) -> Ordering:
        return Ordering(self.calls, "plastic", CODES, MADE)


def _ordered(order: Order, reply: Mapping[str, object], last4: str) -> Posted:
    fee = amount_of(order)
    if (reply["fee_minor"], reply["currency"]) != (fee.minor, fee.currency):
        raise Unclear("the answer is about another fee")
    details = {"at": str(reply["at"])} | ({"from_last4": last4} if last4 else {})
    return Posted(str(reply["order_id"]), details=details)
