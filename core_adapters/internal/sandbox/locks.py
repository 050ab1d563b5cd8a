"""Locks of cards: the customer's own are put on and taken off; the bank's are only seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined, Missing, Refused
from core_adapters.internal.cards import Card, option
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.ordering import Ordering
from core_adapters.internal.sandbox.orders import nothing_sent_yet
from core_adapters.ports import Order, Posted, Progress, Question
from core_adapters.validation import Schema

LOCKS: Schema = {
    "locks": {
        "type": "list",
        "maxlength": 100,
        "schema": {
            "type": "dict",
            "schema": {
                "card_id": schemas.ID,
                "by": {"type": "string", "allowed": ["customer", "bank"]},
            },
        },
    }
}
KINDS: Mapping[str, str] = {"cards.lock": "lock", "cards.unlock": "unlock"}
CODES: Mapping[str, Mapping[str, str]] = {
    "cards.lock": {"already_locked": "already_locked"},
    "cards.unlock": {"locked_by_bank": "refused", "card_closed": "refused", "refused": "refused"},
}


@dataclass(frozen=True, slots=True)
class Locks:
    """One kind of orders, and the questions about what is locked."""

    calls: Calls
    customers: Customers
    actions: ClassVar[frozenset[str]] = frozenset(KINDS)
    questions: ClassVar[frozenset[str]] = frozenset({"cards.list_locked", "cards.any_locked"})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            card = await self.customers.own_card(order.customer_id, str(order.inputs.get("card")))
        kind = KINDS[order.action]
        reply = await self._ordering(order).place(order, f"/cards/{card.card_id}/{kind}", {}, {})
        return Posted(str(reply["order_id"]))

    async def enquire(self, order: Order) -> Posted | None:
        reply = await self._ordering(order).placed(order)
        return None if reply is None else Posted(str(reply["order_id"]))

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """A lock is on or off at once."""
        return Progress("ok")

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        locked = await self._locked(question.customer_id)
        if question.verb == "cards.list_locked":
            return {"options": [option(card) for card in locked]}
        if not locked:
            raise Declined("none_locked")
        return {}

    async def _locked(self, customer_id: str) -> list[Card]:
        """The cards that the customer has locked and may unlock."""
        core_id = await self.customers.find(customer_id)
        if core_id is None:
            return []
        try:
            reply = await self.calls.ask(f"/customers/{core_id}/locks", LOCKS)
        except Missing:
            return []
        rows = reply["locks"]
        own = {row["card_id"] for row in rows if row["by"] == "customer"} if isinstance(rows, list) else set()
        return [card for card in await self.customers.cards(customer_id) if card.card_id in own]

    def _ordering(self, order: Order) -> Ordering:
        return Ordering(self.calls, KINDS[order.action], CODES[order.action])
