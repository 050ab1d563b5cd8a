"""What happened on a card at the sandbox bank, asked about by the name that its news gave it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core_adapters.failures import Unclear
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.ports import CardOperation
from core_adapters.validation import Schema
from flows.money import Money

KINDS: Mapping[str, Literal["purchase", "cash", "in", "out", "fee", "refund"]] = {
    "purchase": "purchase",
    "cash": "cash",
    "in": "in",
    "out": "out",
    "fee": "fee",
    "refund": "refund",
}
OPERATION: Schema = {
    "operation_id": schemas.ID,
    "kind": {"type": "string", "allowed": list(KINDS)},
    "phone": {"type": "e164"},
    "last4": schemas.LAST4,
    "amount_minor": schemas.SUM,
    "balance_minor": {"type": "integer"},
    "currency": schemas.CURRENCY,
    "place": {"type": "string", "maxtext": 300},
    "reference": {"type": "string", "maxtext": 100},
    "at": {"type": "time"},
}


@dataclass(frozen=True, slots=True)
class CardNews:
    """Asks about one operation on a card. Raises BankFailure."""

    calls: Calls

    async def card_operation(self, operation: str) -> CardOperation:
        reply = await self.calls.ask(f"/card-operations/{operation}", OPERATION)
        if reply["operation_id"] != operation:
            raise Unclear("the answer is about another operation")
        kind = KINDS[str(reply["kind"])]
        return CardOperation(
            kind=kind,
            phone=str(reply["phone"]),
            last4=str(reply["last4"]),
            amount=_money(reply, "amount_minor"),
            balance=_money(reply, "balance_minor"),
            at=datetime.fromisoformat(str(reply["at"])),
            place=str(reply["place"]),
            reference=str(reply["reference"]),
        )


def _money(reply: Mapping[str, object], name: str) -> Money:
    minor = reply[name]
    return Money(minor if isinstance(minor, int) else 0, str(reply["currency"]))
