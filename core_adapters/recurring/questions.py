"""What customers ask about recurring payments: which there are, which past ones may repeat, what one would cost."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from core_adapters.brands import BankBrand
from core_adapters.failures import Declined, Refused, Unavailable
from core_adapters.operations import holding
from core_adapters.operations.decisions import admission
from core_adapters.operations.records import Operation
from core_adapters.operations.store import Store
from core_adapters.ports import Answerer, Directory, Question
from core_adapters.recurring import records, words
from core_adapters.recurring.calendar import EVERY, day_of, next_after
from core_adapters.recurring.past import Past
from core_adapters.recurring.records import Schedule
from flows import formats
from flows.money import Money

SCHEDULES = """
select * from money.schedule where customer_id = $1 and state = any($2::text[]) order by created_at
"""
LIVING, PAUSED = ["active", "paused"], ["paused"]
# Who says what a payment costs, and which of its inputs it is told.
QUOTES: Mapping[str, str] = {
    "transfers.execute": "transfers.quote",
    "mobile.pay": "mobile.quote",
    "bills.pay": "bills.quote",
}
QUOTED = ("biller", "account", "phone")


@dataclass(frozen=True, slots=True)
class RecurringQuestions:
    """Satisfies core_adapters.ports.Answerer. ``others`` are who else answers: the bank, the billers."""

    store: Store
    brand: BankBrand
    directory: Directory
    past: Past
    others: tuple[Answerer, ...]
    questions: ClassVar[frozenset[str]] = frozenset(
        {"recurring.list", "recurring.any_past", "recurring.any_paused", "recurring.quote"}
        | {"payments.repeatable", "recurring.active", "recurring.paused"}
    )

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        verbs: Mapping[str, Callable[[Question, str], Awaitable[Mapping[str, object]]]] = {
            "recurring.list": self._list,
            "recurring.any_past": self._any_past,
            "recurring.quote": self._quote,
            "payments.repeatable": self._repeatable,
            "recurring.active": self._active,
            "recurring.any_paused": self._any_paused,
            "recurring.paused": self._paused,
        }
        return await verbs[question.verb](question, question.customer_id)

    async def _list(self, question: Question, customer_id: str) -> Mapping[str, object]:
        schedules = await self._schedules(customer_id)
        if not schedules:
            raise Declined("none_yet")
        return {"lines": words.lines(schedules, question.locale)}

    async def _active(self, question: Question, customer_id: str) -> Mapping[str, object]:
        return _options(await self._schedules(customer_id), question.locale)

    async def _any_paused(self, _: Question, customer_id: str) -> Mapping[str, object]:
        if not await self._schedules(customer_id, PAUSED):
            raise Declined("none_paused")
        return {}

    async def _paused(self, question: Question, customer_id: str) -> Mapping[str, object]:
        return _options(await self._schedules(customer_id, PAUSED), question.locale)

    async def _any_past(self, _: Question, customer_id: str) -> Mapping[str, object]:
        if not await self.past.listed(customer_id):
            raise Declined("none_yet")
        return {}

    async def _repeatable(self, _: Question, customer_id: str) -> Mapping[str, object]:
        found = await self.past.listed(customer_id)
        names = await self.past.names(found)
        return {
            "options": [
                {"id": str(one.op_id), "name": name, "amount": str(one.amount)}
                for one, name in zip(found, names, strict=True)
            ]
        }

    async def _quote(self, question: Question, customer_id: str) -> Mapping[str, object]:
        inputs = question.inputs
        payment = await self.past.own(customer_id, inputs.get("payment"), "not_repeatable")
        every = EVERY.get(str(inputs.get("every")))
        if every is None:
            raise Declined("not_repeatable")
        told, zone = await self._priced(question, payment), self.brand.time_zone
        first = next_after(day_of(payment.created_at, zone), every, day_of(self.store.clock(), zone))
        assert first is not None, "what goes every week or month has no last date"
        return {
            "fee": told["fee"],
            "first": formats.day(first, question.locale),
            "needs_code": await self._needs_code(question, customer_id),
        }

    async def _needs_code(self, question: Question, customer_id: str) -> bool:
        """As for one payment of the amount; while a chat of theirs is new, for any."""
        try:
            person = await self.directory.person(customer_id)
            amount = Money.parse(str(question.inputs.get("amount")))
        except Exception as error:
            raise Unavailable(f"nobody can say whether a code is needed: {type(error).__name__}") from None
        in_care = holding.payer_of(self.brand, person, self.store.clock()).care is not None
        return admission.needs_code(self.brand.limits, amount, in_care)

    async def _priced(self, question: Question, payment: Operation) -> Mapping[str, object]:
        """What the bank would take for the payment as it will be made."""
        start = payment.request
        inputs = {name: start.inputs[name] for name in QUOTED if name in start.inputs}
        inputs |= {name: question.inputs.get(name) for name in ("from", "amount")}
        verb = QUOTES[payment.action]
        answerer = next((one for one in self.others if verb in one.questions), None)
        if answerer is None:
            raise Unavailable(f"nobody here answers {verb}")
        return await answerer.ask(replace(question, verb=verb, inputs=inputs, cards=start.cards))

    async def _schedules(self, customer_id: str, states: Sequence[str] = LIVING) -> list[Schedule]:
        rows = await self.store.pool.fetch(SCHEDULES, customer_id, states)
        return [records.read(row, self.store.sealer) for row in rows]


def _options(schedules: Sequence[Schedule], locale: str) -> Mapping[str, object]:
    """Schedules to choose from."""
    return {
        "options": [
            {"id": str(one.id), "name": words.title(one, locale), "amount": str(one.amount or "")} for one in schedules
        ]
    }
