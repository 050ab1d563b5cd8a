"""Cashback at the bank: the month's categories, and the choice of two of them, which holds for the month."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined, Refused
from core_adapters.internal import wording
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.ordering import Ordering
from core_adapters.internal.sandbox.orders import nothing_sent_yet
from core_adapters.ports import Order, Posted, Progress, Question
from core_adapters.validation import Schema
from flows.money import Money

NAME: Schema = {"type": "string", "regex": r"[a-z_]{1,40}"}
CHOICE: Schema = {"first": NAME, "second": NAME}
CATEGORY: Schema = {
    "id": NAME,
    "name": {"type": "string", "minlength": 1, "maxtext": 60},
    "percent": {"type": "integer", "min": 2, "max": 33},
    "limit_minor": schemas.SUM,
    "currency": schemas.CURRENCY,
}
CATEGORIES: Schema = {
    "categories": {"type": "list", "minlength": 2, "maxlength": 30, "schema": {"type": "dict", "schema": CATEGORY}}
}
MAY_NOT: Mapping[str, str] = {"already_chosen": "already_chosen", "not_offered": "not_offered"}
CODES: Mapping[str, str] = {"already_chosen": "already_chosen"}


@dataclass(frozen=True, slots=True)
class Cashback:
    """One kind of orders, and the questions before it."""

    calls: Calls
    customers: Customers
    actions: ClassVar[frozenset[str]] = frozenset({"cashback.choose"})
    questions: ClassVar[frozenset[str]] = frozenset({"cashback.may_choose", "cashback.categories"})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            core_id = await self.customers.find_or_register(order.customer_id)
        body = {name: str(order.inputs.get(name)) for name in CHOICE}
        reply = await self._ordering.place(order, f"/customers/{core_id}/cashback", body, CHOICE)
        return Posted(str(reply["order_id"]))

    async def enquire(self, order: Order) -> Posted | None:
        reply = await self._ordering.placed(order)
        return None if reply is None else Posted(str(reply["order_id"]))

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """A choice holds at once."""
        return Progress("ok")

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        core_id = await self.customers.find(question.customer_id)
        if core_id is None:
            raise Declined("not_offered")
        language = wording.language(question.locale)
        reply = await self.calls.told(f"/customers/{core_id}/cashback", CATEGORIES, MAY_NOT, lang=language)
        if question.verb == "cashback.may_choose":
            return {}
        rows = reply["categories"]
        return {"options": [_option(row) for row in rows] if isinstance(rows, list) else []}

    @property
    def _ordering(self) -> Ordering:
        return Ordering(self.calls, "cashback", CODES)


def _option(row: Mapping[str, object]) -> dict[str, str]:
    limit = row["limit_minor"]
    assert isinstance(limit, int), "the schema says so"
    return {
        "id": str(row["id"]),
        "name": str(row["name"]),
        "rate": f"{row['percent']}%",
        "limit": str(Money(limit, str(row["currency"]))),
    }
