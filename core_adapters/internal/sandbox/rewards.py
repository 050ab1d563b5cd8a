"""Rewards at the bank: it gives a customer money for bringing a friend, on their oldest card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.ordering import Ordering
from core_adapters.internal.sandbox.orders import amount_of, nothing_sent_yet
from core_adapters.ports import Order, Posted, Progress
from core_adapters.rewarding import ACTION
from core_adapters.validation import Schema

REWARD: Schema = {"amount_minor": schemas.SUM, "currency": schemas.CURRENCY}
CODES: Mapping[str, str] = {"no_card": "no_card"}


@dataclass(frozen=True, slots=True)
class Rewards:
    """One kind of orders."""

    calls: Calls
    customers: Customers
    actions: ClassVar[frozenset[str]] = frozenset({ACTION})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            core_id = await self.customers.find(order.customer_id)
        if core_id is None:
            raise Declined("no_card")
        amount = amount_of(order)
        body = {"amount_minor": amount.minor, "currency": amount.currency}
        return _given(await self._ordering.place(order, f"/customers/{core_id}/rewards", body, REWARD))

    async def enquire(self, order: Order) -> Posted | None:
        reply = await self._ordering.placed(order)
        return None if reply is None else _given(reply)

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """What was given is there."""
        return Progress("ok")

    @property
    def _ordering(self) -> Ordering:
        return Ordering(self.calls, "reward", CODES, {"last4": schemas.LAST4})


def _given(reply: Mapping[str, object]) -> Posted:
    return Posted(str(reply["order_id"]), details={"to_last4": str(reply["last4"]), "at": str(reply["at"])})
