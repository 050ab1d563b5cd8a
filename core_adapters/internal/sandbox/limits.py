"""What may be spent with a card in a day, as the bank keeps it. It is told whether the customer has proved a raise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Refused
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.ordering import Ordering
from core_adapters.internal.sandbox.orders import amount_of, nothing_sent_yet
from core_adapters.ports import Order, Posted, Progress, Question
from core_adapters.validation import Schema
from flows.money import Money

KIND: Schema = {"type": "string", "allowed": ["purchases", "online", "cash"]}
CHANGE: Schema = {
    "kind": KIND, "amount_minor": schemas.SUM, "currency": schemas.CURRENCY, "may_raise": {"type": "boolean"},
}  # fmt: skip
LIMIT: Schema = {
    "kind": KIND,
    "now_minor": schemas.SUM,
    "most_minor": schemas.SUM,
}
LIMITS: Schema = {
    "currency": schemas.CURRENCY,
    "limits": {"type": "list", "minlength": 3, "maxlength": 3, "schema": {"type": "dict", "schema": LIMIT}},
}
CODES: Mapping[str, str] = {
    "card_locked": "refused", "currency_mismatch": "refused", "over_the_most": "refused", "refused": "refused",
    "not_proven": "not_proven",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CardLimits:
    """One kind of orders, and the questions about limits."""

    calls: Calls
    customers: Customers
    actions: ClassVar[frozenset[str]] = frozenset({"limits.change"})
    questions: ClassVar[frozenset[str]] = frozenset({"limits.overview", "limits.read"})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            card = await self.customers.own_card(order.customer_id, str(order.inputs.get("card")))
        amount = amount_of(order)
        body = {
            "kind": str(order.inputs.get("kind")), "amount_minor": amount.minor, "currency": amount.currency,
            "may_raise": order.proven,
        }  # fmt: skip
        reply = await self._ordering.place(order, f"/cards/{card.card_id}/limits", body, CHANGE)
        return Posted(str(reply["order_id"]))

    async def enquire(self, order: Order) -> Posted | None:
        reply = await self._ordering.placed(order)
        return None if reply is None else Posted(str(reply["order_id"]))

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """A changed limit holds at once."""
        return Progress("ok")

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        limits = await self._read(question.customer_id, str(question.inputs.get("card")))
        if question.verb == "limits.overview":
            return {kind: str(now) for kind, (now, _) in limits.items()}
        kind = str(question.inputs.get("kind"))
        if kind not in limits:
            raise Refused("there is no limit of this kind")
        now, most = limits[kind]
        return {"now": str(now), "most": str(most)}

    async def _read(self, customer_id: str, card_id: str) -> dict[str, tuple[Money, Money]]:
        """Each kind's limit now and at the most."""
        card = await self.customers.own_card(customer_id, card_id)
        reply = await self.calls.told(f"/cards/{card.card_id}/limits", LIMITS, {})
        currency, rows = str(reply["currency"]), reply["limits"]
        assert isinstance(rows, list), "the schema says so"
        return {row["kind"]: (Money(row["now_minor"], currency), Money(row["most_minor"], currency)) for row in rows}

    @property
    def _ordering(self) -> Ordering:
        return Ordering(self.calls, "limit", CODES)
