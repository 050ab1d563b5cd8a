"""Questions of the catalogue and what the pictures and contexts need: answered, never remembered, nothing moved.

A bank that cannot be asked is an answer too: ``{"error": "unavailable"}``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog

from core_adapters.brands import BankBrand
from core_adapters.external.billers.questions import BillQuestions
from core_adapters.failures import BankFailure, Declined, Unavailable
from core_adapters.operations import announcing, holding
from core_adapters.operations.decisions.admission import left_today
from core_adapters.operations.records import Operation
from core_adapters.operations.states import NOTHING_MOVED, State
from core_adapters.operations.store import Store
from core_adapters.ports import Bank, Directory, Person
from flows.cards import CardNumber
from flows.events import Value
from flows.money import Money

log = structlog.get_logger()

ANSWER_S_MAX = 5.0  # a turn waits for the answer, and the customer for the turn
OF_THE_BANK = frozenset({"transfers.quote", "accounts.balance", "cards.list_active"})
KIND = {
    "transfers.execute": "transfer",
    "topups.create_request": "top_up",
    "topups.start_card_payment": "top_up",
    "cards.apply": "card",
    "mobile.pay": "payment",
    "bills.pay": "payment",
}


class NoSuchQuestion(LookupError):
    """The verb is not among ours."""


class NotFound(LookupError):
    """The card or operation is not there, or is another customer's: the same answer for both."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, for one customer (None: a guest)."""

    verb: str
    customer_id: str | None
    inputs: Mapping[str, Value]
    cards: Mapping[str, CardNumber]


@dataclass(frozen=True, slots=True)
class Questions:
    """Answers for one bank."""

    store: Store
    brand: BankBrand
    directory: Directory
    bank: Bank
    bills: BillQuestions | None = None

    async def answer(self, asked: Asked) -> Mapping[str, object]:
        """``{"outputs": {...}}`` or ``{"error": code}``. Raises NoSuchQuestion, NotFound."""
        asker = self._asker(asked.verb)
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                return {"outputs": await asker(asked)}
        except Declined as refusal:
            return {"error": refusal.code}
        except (BankFailure, TimeoutError) as failure:
            log.warning("question_not_answered", verb=asked.verb, failure=type(failure).__name__)
            return {"error": "unavailable"}

    def _asker(self, verb: str) -> Callable[[Asked], Awaitable[Mapping[str, object]]]:
        own = {"limits": self._limits, "customer": self._customer, "card": self._card, "receipt": self._receipt}
        if verb in OF_THE_BANK:
            return self._of_the_bank
        if self.bills is not None and verb in self.bills.verbs:
            return self._of_the_billers
        if verb not in own:
            raise NoSuchQuestion(f"'{verb}' is no question; there are {', '.join(sorted(OF_THE_BANK | set(own)))}")
        return own[verb]

    async def _of_the_bank(self, asked: Asked) -> Mapping[str, object]:
        if asked.customer_id is None:
            return {"options": []} if asked.verb == "cards.list_active" else _nobody()
        return await self.bank.ask(asked.verb, asked.customer_id, asked.inputs, asked.cards)

    async def _of_the_billers(self, asked: Asked) -> Mapping[str, object]:
        if self.bills is None or asked.customer_id is None:
            raise NotFound("bills are paid by customers")
        return await self.bills.ask(asked.verb, asked.customer_id, asked.inputs)

    async def _limits(self, asked: Asked) -> Mapping[str, object]:
        limits, now = self.brand.limits, self.store.clock()
        used, identified, age = Money(0, self.brand.currency), False, None
        if asked.customer_id is not None:
            person = await self._person(asked.customer_id)
            used = await holding.used(self.store.pool, self.brand, asked.customer_id, now)
            identified, age = person.identified, now - person.bound_at if person.bound_at else None
        return {
            "transfer_min": str(limits.transfer_min),
            "transfer_max": str(limits.transfer_max),
            "transfer_left_today": str(left_today(limits, used, identified, age)),
            "step_up_from": str(limits.step_up_from),
            "quick_amounts": [str(amount) for amount in limits.quick_amounts],
        }

    async def _customer(self, asked: Asked) -> Mapping[str, object]:
        if asked.customer_id is None:
            return {"has_active_card": False}
        listed = await self.bank.ask("cards.list_active", asked.customer_id, {}, {})
        return {"has_active_card": bool(listed["options"])}

    async def _card(self, asked: Asked) -> Mapping[str, object]:
        card_id = asked.inputs.get("card_id")
        if not card_id:
            operation = await self._own(asked, "application_id")
            progress = await self.bank.progress(operation.order)
            card_id = progress.outputs.get("card_id") if progress else None
        if not card_id or asked.customer_id is None:
            raise NotFound("there is no such card")
        return await self.bank.ask("card", asked.customer_id, {"card_id": card_id}, {})

    async def _receipt(self, asked: Asked) -> Mapping[str, object]:
        operation = await self._own(asked, "transfer_id")
        if operation.state in NOTHING_MOVED or operation.amount is None:
            raise NotFound("there is no receipt of what was not done")
        payee = operation.request.cards.get("to")
        at = operation.details.get("at") or operation.updated_at.isoformat()
        return {
            "kind": KIND.get(operation.action, operation.action),
            "state": "done" if await self._is_done(operation) else "pending",
            "amount": str(operation.amount),
            "fee": str(operation.fee or Money(0, operation.amount.currency)),
            "from_last4": operation.details.get("from_last4", ""),
            "to_last4": payee.last4 if payee else operation.details.get("to_last4", ""),
            "at": at,
            "reference": operation.core_ref,
        }

    async def _is_done(self, operation: Operation) -> bool:
        """Posted, and where something is still to follow (the payer pays), that has come as well."""
        if operation.state is not State.POSTED or operation.action not in announcing.FOLLOWED_BY:
            return operation.state is State.POSTED
        outcome = await self.store.pool.fetchval("select outcome from money.awaited where op_id = $1", operation.op_id)
        return bool(outcome == "ok")

    async def _person(self, customer_id: str) -> Person:
        try:
            return await self.directory.person(customer_id)
        except LookupError:
            raise NotFound("there is no such customer") from None
        except Exception as error:
            raise Unavailable(f"the customer could not be looked up: {type(error).__name__}") from error

    async def _own(self, asked: Asked, name: str) -> Operation:
        try:
            op_id = UUID(str(asked.inputs.get(name)))
        except ValueError:
            raise NotFound("there is no such operation") from None
        operation = await self.store.get(op_id)
        if operation is None or operation.customer_id != asked.customer_id:
            raise NotFound("there is no such operation")
        return operation


def _nobody() -> Mapping[str, object]:
    raise NotFound("a guest has no cards")
