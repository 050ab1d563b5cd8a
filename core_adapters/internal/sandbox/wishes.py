"""What a customer tells the bank: in which language it shall write, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Unclear
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.ordering import Ordering
from core_adapters.internal.sandbox.orders import nothing_sent_yet
from core_adapters.ports import Order, Posted, Progress
from core_adapters.validation import Schema

LANGUAGE: Schema = {"language": {"type": "string", "allowed": ["en", "uk"]}}
COMPLAINT: Schema = {
    "text": {"type": "string", "minlength": 1, "maxtext": 1000}, "attachment": {"type": "string", "maxtext": 500},
}  # fmt: skip
REGISTERED: Schema = {
    "number": {"type": "string", "regex": r"[0-9A-Z-]{1,30}"},
    "days": {"type": "integer", "min": 1, "max": 365},
    "answer": {"type": "string", "maxtext": 500},
}


@dataclass(frozen=True, slots=True)
class Languages:
    """The language of SMS and documents."""

    calls: Calls
    customers: Customers
    actions: ClassVar[frozenset[str]] = frozenset({"profile.set_language"})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            core_id = await self.customers.find_or_register(order.customer_id)
        body = {"language": str(order.inputs.get("language"))}
        reply = await self._ordering.place(order, f"/customers/{core_id}/language", body, LANGUAGE)
        return Posted(str(reply["order_id"]))

    async def enquire(self, order: Order) -> Posted | None:
        reply = await self._ordering.placed(order)
        return None if reply is None else Posted(str(reply["order_id"]))

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """A language holds at once."""
        return Progress("ok")

    @property
    def _ordering(self) -> Ordering:
        return Ordering(self.calls, "language", {})


@dataclass(frozen=True, slots=True)
class Complaints:
    """Complaints: registered under a number, answered some day."""

    calls: Calls
    customers: Customers
    actions: ClassVar[frozenset[str]] = frozenset({"complaints.submit"})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            core_id = await self.customers.find_or_register(order.customer_id)
        body = {"text": str(order.inputs.get("text")), "attachment": str(order.inputs.get("attachment") or "")}
        return _registered(await self._ordering.place(order, f"/customers/{core_id}/complaints", body, COMPLAINT))

    async def enquire(self, order: Order) -> Posted | None:
        reply = await self._ordering.placed(order)
        return None if reply is None else _registered(reply)

    async def progress(self, order: Order) -> Progress | None:
        reply = await self._ordering.placed(order)
        if reply is None:
            raise Unclear("the bank no longer knows the complaint")
        told = {"number": str(reply["number"]), "answer": str(reply["answer"])}
        return Progress("ok", dict(told)) if told["answer"] else None

    @property
    def _ordering(self) -> Ordering:
        return Ordering(self.calls, "complaint", {}, REGISTERED)


def _registered(reply: Mapping[str, object]) -> Posted:
    days = reply["days"]
    assert isinstance(days, int), "the schema says so"
    return Posted(str(reply["order_id"]), {"number": str(reply["number"]), "days": days})
