"""A customer's past payments that may be repeated, and what they are called: ``•1111``, ``City Water 10203040``."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core_adapters.failures import Declined
from core_adapters.operations import traits
from core_adapters.operations.records import Operation
from core_adapters.operations.saved import NameOfBiller
from core_adapters.operations.store import Store

LISTED_MAX = 10
READ_MAX = 200  # a year of a busy customer; whoever wants an older one pays once more by hand
NAME_MAX = 60
PAST = """
select * from money.operation where customer_id = $1 and state = 'POSTED' and action = any($2)
order by created_at desc limit $3
"""


@dataclass(frozen=True, slots=True)
class Past:
    """Past payments of one bank. ``biller_name`` is what a biller is called."""

    store: Store
    biller_name: NameOfBiller

    async def listed(self, customer_id: str) -> list[Operation]:
        """The newest payment to each payee, the newest first."""
        repeatable = [action for action, known in traits.ACTIONS.items() if known.repeatable]
        rows = await self.store.pool.fetch(PAST, customer_id, repeatable, READ_MAX)
        found: dict[tuple[str, ...], Operation] = {}
        for operation in self.store.readable(rows):
            found.setdefault(_payee(operation), operation)
        return list(found.values())[:LISTED_MAX]

    async def own(self, customer_id: str, payment: object, refusal: str) -> Operation:
        """One payment of the customer's that may be repeated. Raises Declined with ``refusal``."""
        try:
            operation = await self.store.get(UUID(str(payment)))
        except ValueError:
            raise Declined(refusal) from None
        if operation is None or operation.customer_id != customer_id or operation.state.value != "POSTED":
            raise Declined(refusal)
        if not traits.of(operation.action).repeatable or operation.amount is None:
            raise Declined(refusal)
        return operation

    async def names(self, operations: Sequence[Operation]) -> list[str]:
        """What the payments are called, in the same order."""
        return [(await self._name(operation))[:NAME_MAX] for operation in operations]

    async def _name(self, operation: Operation) -> str:
        inputs, card = operation.request.inputs, operation.request.cards.get("to")
        if card is not None:
            purpose = inputs.get("purpose")
            return f"•{card.last4}, {purpose}" if purpose else f"•{card.last4}"
        if operation.action == "bills.pay":
            return f"{await self.biller_name(str(inputs.get('biller')))} {inputs.get('account')}"
        return str(inputs.get("phone") or operation.action)


def _payee(operation: Operation) -> tuple[str, ...]:
    """Who was paid: two payments with the same are shown as one."""
    start = operation.request
    cards = [f"{name}={card.fingerprint}" for name, card in sorted(start.cards.items())]
    told = [f"{name}={start.inputs.get(name)}" for name in ("biller", "account", "phone")]
    return (operation.action, *cards, *told)
