"""Fineract as a `Bank`: which order and which question is whose, and what it does not do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Refused
from core_adapters.internal.fineract.accounts import Accounts
from core_adapters.internal.fineract.amounts import Calendar
from core_adapters.internal.fineract.exchange import Exchange
from core_adapters.internal.fineract.lines import Lines
from core_adapters.internal.fineract.locks import LOCK, UNLOCK, Locks
from core_adapters.internal.fineract.orders import Deposits, Transfers
from core_adapters.internal.fineract.questions import Questions as Answers
from core_adapters.ports import Capability, Order, Posted, Progress, Question

TRANSFER = "transfers.execute"
# No flow asks for this one: it follows the payment that an acquirer has taken.
CREDIT = "topups.credit"
# Why an operation of the catalogue is not done here, by the first part of its name.
LACKS: Mapping[str, str] = {
    "cards": "Fineract keeps accounts and issues no cards",
    "topups": "Fineract takes no payments; an acquirer does, and Fineract only books the deposit",
    "limits": "Fineract has no limits of a customer's own",
    "cashback": "Fineract has no cashback",
    "statements": "Fineract makes no statement as a document",
    "access": "Fineract keeps no password of a customer's",
}
NO_VERB = "Fineract has no such operation"


@dataclass(frozen=True, slots=True)
class FineractBank:
    """Satisfies core_adapters.ports.Bank.

    A key is kept with its answer, a refusal included, until the bank's own job deletes processed commands, which is
    after a month unless the bank has changed it. The enquiry is a search of the account's bookings for our reference.
    """

    exchange: Exchange
    accounts: Accounts
    calendar: Calendar
    name: ClassVar[str] = "fineract"
    # Fineract documents no bound. It works inside the request, and a key makes a repetition harmless at any time, so
    # this only leaves it time to finish before it is asked.
    capability: ClassVar[Capability] = Capability("key", "by-our-ref", settle_bound_s=30)
    gives_statement: ClassVar[bool] = False  # it lists an account's bookings, and not a day's of all accounts
    actions: ClassVar[frozenset[str]] = frozenset({TRANSFER, LOCK, UNLOCK, CREDIT})
    questions: ClassVar[frozenset[str]] = frozenset(
        {
            "transfers.quote", "cards.list_active", "cards.list_locked", "cards.any_locked", "accounts.balance",
            "statements.recent", "card",
        }
    )  # fmt: skip

    async def perform(self, order: Order) -> Posted:
        return await self._of(order).perform(order)

    async def enquire(self, order: Order) -> Posted | None:
        return await self._of(order).enquire(order)

    async def progress(self, order: Order) -> Progress | None:
        """What Fineract has posted is at its end."""
        self._of(order)
        return Progress("ok")

    async def register_webhook(self, url: str, secret: str) -> None:
        """Nothing to register: everything here is posted when it is answered, and Fineract signs none of its hooks."""

    async def ask(self, question: Question) -> Mapping[str, object]:
        verb, customer_id, inputs = question.verb, question.customer_id, question.inputs
        if customer_id is None:
            raise Refused(f"{verb} is asked for a customer")
        questions = Answers(self.accounts, Lines(self.exchange), self.calendar)
        account_id = str(inputs.get("card") or inputs.get("card_id"))
        if verb == "transfers.quote":
            return await questions.quote(customer_id, inputs, question.cards)
        if verb in ("cards.list_active", "cards.list_locked"):
            return await questions.options(customer_id, locked=verb == "cards.list_locked")
        if verb == "cards.any_locked":
            return await questions.any_locked(customer_id)
        if verb == "accounts.balance":
            return await questions.balance(customer_id, account_id)
        if verb == "statements.recent":
            return await questions.recent(customer_id, account_id, str(inputs.get("span")))
        if verb == "card":
            return await questions.face(customer_id, account_id)
        raise _lacks(verb)

    def _of(self, order: Order) -> Transfers | Deposits | Locks:
        if order.action == TRANSFER:
            return Transfers(self.exchange, self.accounts, self.calendar)
        if order.action == CREDIT:
            return Deposits(self.exchange, self.accounts, self.calendar)
        if order.action in (LOCK, UNLOCK):
            return Locks(self.exchange, self.accounts)
        raise _lacks(order.action)


def _lacks(verb: str) -> Refused:
    return Refused(f"{verb}: {LACKS.get(verb.split('.', 1)[0], NO_VERB)}")
