"""Quotes of payments: what our own limits, stops and care say, around what the bank or a biller answers.

A payment that we would refuse is refused here already, in the same words, and nobody is asked; of one that may go the
quote says whether it needs the customer's code.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from core_adapters.failures import Declined, Refused, Unavailable
from core_adapters.operations import catalogue, look_ups, switches, traits
from core_adapters.operations.allowance import Allowances
from core_adapters.operations.decisions import admission
from core_adapters.operations.store import Store
from core_adapters.ports import Person, Question

Asker = Callable[[Question], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class Quoting:
    """Answers the questions of `traits.QUOTES`."""

    store: Store
    allowances: Allowances
    performer_of: Mapping[str, str]

    async def ask(self, asked: Question, person: Person, asker: Asker) -> Mapping[str, object]:
        """The quote with ``needs_code``. Raises Declined, Unavailable, and what ``asker`` raises."""
        action = traits.QUOTES[asked.verb]
        pool, now, limits = self.store.pool, self.store.clock(), self.allowances.brand.limits
        if await switches.is_stopped(pool, action, self.performer_of.get(action, "")):
            raise Unavailable(f"{action} is stopped")
        if traits.of(action).between_own:
            return await asker(asked)
        amount = catalogue.money(asked.inputs)
        if amount is None or asked.customer_id is None:
            raise Refused("a quote is of an amount, for a customer")
        allowed = await self.allowances.of_payment(
            pool, asked.customer_id, person, now, action, asked.inputs, asked.cards
        )
        refusal = admission.over_limit(limits, amount, allowed.room)
        if refusal is not None:
            raise Declined(refusal.error)
        if traits.of(action).payee == "phone":
            await look_ups.count(pool, asked.customer_id, now)
        told = await asker(asked)
        return {**told, "needs_code": admission.needs_code(limits, amount, allowed.new_in_care)}
