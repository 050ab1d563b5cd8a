"""What the catalogue asks about bills, and the partners' own questions in one shape for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from core_adapters.external.billers.partner import Partner
from core_adapters.external.billers.paying import MOBILE, split
from core_adapters.failures import BankFailure, Declined, Missing, Refused, Unavailable
from core_adapters.ports import BillDebits, Directory, Question
from flows.events import Value
from flows.money import Money, MoneyError

ANSWER_S_MAX = 7.0  # the catalogue gives a look at a bill eight seconds
LISTS = {f"billers.{name}": name for name in ("utilities", "tv", "internet", "transport")}
log = structlog.get_logger()

Inputs = Mapping[str, Value]
Outputs = Mapping[str, object]


class NoSuchPartner(LookupError):
    """There is no such partner, or it is asked nothing of this kind."""


@dataclass(frozen=True, slots=True)
class BillQuestions:
    """Satisfies core_adapters.ports.Answerer; nothing here moves money."""

    partners: Mapping[str, Partner]
    debits: BillDebits
    directory: Directory

    @property
    def questions(self) -> frozenset[str]:
        return frozenset({*LISTS, *self._verbs()})

    async def ask(self, question: Question) -> Outputs:
        if question.customer_id is None:
            raise Refused("bills are paid by customers")
        if question.verb in LISTS:
            return await self._options(LISTS[question.verb])
        return await self._verbs()[question.verb](question.customer_id, question.inputs)

    async def external(self, partner: str, verb: str, inputs: Inputs) -> Outputs:
        """``{"outputs": {...}}`` or ``{"error": code}``, whatever the partner speaks. Raises NoSuchPartner."""
        asker = self._external_verbs().get(verb)
        if partner not in self.partners or asker is None:
            known = f"{', '.join(sorted(self.partners))}, each with {', '.join(sorted(self._external_verbs()))}"
            raise NoSuchPartner(f"there is no '{partner}/{verb}'; there are {known}")
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                return {"outputs": await asker(self.partners[partner], inputs)}
        except Declined as refusal:
            return {"error": refusal.code}
        except (BankFailure, TimeoutError) as failure:
            log.warning("question_not_answered", verb=verb, failure=type(failure).__name__)
            return {"error": "unavailable"}

    def _verbs(self) -> Mapping[str, Callable[[str, Inputs], Awaitable[Outputs]]]:
        return {
            "mobile.own_number": self._own_number,
            "mobile.quote": self._mobile_quote,
            "bills.lookup": self._lookup,
            "bills.by_meter": self._by_meter,
            "bills.quote": self._quote,
        }

    def _external_verbs(self) -> Mapping[str, Callable[[Partner, Inputs], Awaitable[Outputs]]]:
        return {"providers": _providers, "account": _account, "meter": _meter}

    async def _options(self, partner: str) -> Outputs:
        found = await self._partner(partner).providers()
        return {"options": [{"id": f"{partner}-{one.id}", "name": one.name} for one in found]}

    async def _own_number(self, customer_id: str, _: Inputs) -> Outputs:
        try:
            return {"phone": (await self.directory.person(customer_id)).phone}
        except Exception as error:
            raise Unavailable(f"the customer could not be looked up: {type(error).__name__}") from None

    async def _mobile_quote(self, customer_id: str, inputs: Inputs) -> Outputs:
        partner, provider = split(self.partners, MOBILE)
        try:
            account = await partner.account(provider, str(inputs.get("phone")))
        except Declined as refusal:
            raise Declined("phone_unknown" if refusal.code == "account_unknown" else refusal.code) from None
        fee = await self._fee(customer_id, inputs, MOBILE)
        return {"operator": account.provider or provider, "fee": str(fee)}

    async def _lookup(self, _: str, inputs: Inputs) -> Outputs:
        partner, provider = split(self.partners, str(inputs.get("biller")))
        return await _account(partner, {**inputs, "provider": provider})

    async def _by_meter(self, _: str, inputs: Inputs) -> Outputs:
        partner, provider = split(self.partners, str(inputs.get("biller")))
        told = await _meter(partner, {**inputs, "provider": provider})
        return {"due": told["due"]}

    async def _quote(self, customer_id: str, inputs: Inputs) -> Outputs:
        return {"fee": str(await self._fee(customer_id, inputs, str(inputs.get("biller"))))}

    async def _fee(self, customer_id: str, inputs: Inputs, biller: str) -> Money:
        try:
            amount = Money.parse(str(inputs.get("amount")))
        except MoneyError:
            raise Refused("a quote needs an amount") from None
        return await self.debits.fee(customer_id, str(inputs.get("from")), biller, amount)

    def _partner(self, name: str) -> Partner:
        if name not in self.partners:
            raise Missing("there is no such partner")
        return self.partners[name]


async def _providers(partner: Partner, inputs: Inputs) -> Outputs:
    found = await partner.providers(str(inputs.get("query") or ""))
    return {"providers": [{"id": one.id, "name": one.name} for one in found]}


async def _account(partner: Partner, inputs: Inputs) -> Outputs:
    told = await partner.account(str(inputs.get("provider")), str(inputs.get("account")))
    return {"owner": told.owner, "due": str(told.due), "asks_for": told.asks_for}


async def _meter(partner: Partner, inputs: Inputs) -> Outputs:
    reading = str(inputs.get("reading"))
    if not (reading.isascii() and reading.isdigit()):
        raise Refused("a reading is a whole number")
    told = await partner.read_meter(str(inputs.get("provider")), str(inputs.get("account")), int(reading))
    return {"owner": told.owner, "due": str(told.due), "asks_for": told.asks_for}
