"""Money from other banks' cards at the sandbox bank: put on a card under our reference, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined, Missing
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.orders import amount_of, same_order
from core_adapters.ports import Order, Posted, Progress
from core_adapters.validation import Schema

CREDIT: Schema = {
    "reference": schemas.REFERENCE, "card_id": schemas.ID, "amount_minor": schemas.SUM, "currency": schemas.CURRENCY,
}  # fmt: skip
CREDITED: Schema = {
    "credit_id": schemas.ID,
    "reference": schemas.REFERENCE,
    "status": {"type": "string", "allowed": ["posted", "refused"]},
    "amount_minor": schemas.SUM,
    "currency": schemas.CURRENCY,
    "at": {"type": "time"},
}


@dataclass(frozen=True, slots=True)
class Credits:
    """What an acquirer has reserved for a card; the bank drops doubles by reference and remembers refusals under it."""

    calls: Calls
    actions: ClassVar[frozenset[str]] = frozenset({"topups.credit"})

    async def perform(self, order: Order) -> Posted:
        amount = amount_of(order)
        body = {
            "reference": order.reference,
            "card_id": str(order.inputs.get("card")),
            "amount_minor": amount.minor,
            "currency": amount.currency,
        }
        try:
            return _credited(order, await self.calls.order("/credits", body, CREDIT, CREDITED))
        except Declined:
            raise Declined("unavailable") from None

    async def enquire(self, order: Order) -> Posted | None:
        try:
            return _credited(order, await self.calls.ask(f"/credits/{order.reference}", CREDITED))
        except Missing:
            return None

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """A posted credit is at its end."""
        return Progress("ok")


def _credited(order: Order, reply: Mapping[str, object]) -> Posted:
    same_order(order, reply)
    if reply["status"] == "refused":
        raise Declined("unavailable")
    return Posted(str(reply["credit_id"]), details={"at": str(reply["at"])})
