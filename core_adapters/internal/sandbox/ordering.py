"""Orders beside money at the sandbox bank: sent once, remembered there under our reference, asked for by it."""

from collections.abc import Mapping
from dataclasses import dataclass

from core_adapters.failures import Declined, Missing, Unclear
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.ports import Order
from core_adapters.validation import Schema

# What every such order takes, and what every answer to one tells.
ORDER: Schema = {"reference": schemas.REFERENCE}
ORDERED: Schema = {
    "order_id": schemas.ID,
    "reference": schemas.REFERENCE,
    "kind": {"type": "string", "regex": r"[a-z]{1,20}"},
    "status": {"type": "string", "allowed": ["done", "refused"]},
    "at": {"type": "time"},
    "code": {"type": "string", "maxtext": 60, "required": False},
}


@dataclass(frozen=True, slots=True)
class Ordering:
    """One kind of order. ``codes`` are the bank's refusals in the catalogue's words; others are `unavailable`.

    ``more`` is what a done one tells beside.
    """

    calls: Calls
    kind: str
    codes: Mapping[str, str]
    more: Schema | None = None

    async def place(self, order: Order, path: str, body: Mapping[str, object], sends: Schema) -> Mapping[str, object]:
        """Order it. Raises Declined and every other BankFailure."""
        whole = {**body, "reference": order.reference}
        try:
            return self._done(order, await self.calls.order(path, whole, {**ORDER, **sends}, self._gives))
        except Declined as refusal:
            raise Declined(self.codes.get(refusal.code, "unavailable")) from None

    async def placed(self, order: Order) -> Mapping[str, object] | None:
        """What became of it; None when the bank has never heard of it. Raises Declined for a remembered refusal."""
        try:
            reply = await self.calls.ask(f"/orders/{order.reference}", self._gives)
        except Missing:
            return None
        if reply["status"] == "refused":
            raise Declined(self.codes.get(str(reply.get("code")), "unavailable"))
        return self._done(order, reply)

    @property
    def _gives(self) -> Schema:
        more = {name: {**rule, "required": False} for name, rule in (self.more or {}).items()}
        return {**ORDERED, **more}

    def _done(self, order: Order, reply: Mapping[str, object]) -> Mapping[str, object]:
        """A yes to our very order, with all that it must tell; anything else is no answer."""
        if (reply["reference"], reply["kind"], reply["status"]) != (order.reference, self.kind, "done"):
            raise Unclear("the answer is about another order")
        if any(name not in reply for name in self.more or ()):
            raise Unclear("the answer does not tell all of it")
        return reply
