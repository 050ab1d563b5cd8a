"""The SOAP core as a `Bank`: which order is whose, and the questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Missing, Refused
from core_adapters.internal.cards import Card, face, option, quoted
from core_adapters.internal.soap import schemas
from core_adapters.internal.soap.calls import Calls
from core_adapters.internal.soap.customers import Customers
from core_adapters.internal.soap.orders import Openings, Transfers
from core_adapters.ports import Capability, Order, Posted, Progress, Question
from core_adapters.revealing import Revealer
from flows.cards import CardNumber
from flows.events import Value
from flows.money import Money


@dataclass(frozen=True, slots=True)
class SoapBank:
    """Satisfies core_adapters.ports.Bank."""

    calls: Calls
    customers: Customers
    revealer: Revealer
    name: ClassVar[str] = "soap"
    capability: ClassVar[Capability] = Capability("reference-dedup", "by-our-ref", settle_bound_s=3)
    gives_statement: ClassVar[bool] = False  # the contract has no operation for a day's books
    actions: ClassVar[frozenset[str]] = frozenset({"transfers.execute", "cards.apply"})
    questions: ClassVar[frozenset[str]] = frozenset(
        {"transfers.quote", "cards.list_active", "accounts.balance", "card"}
    )

    def rest_s(self) -> float:
        return self.calls.wire.rest_s()

    async def perform(self, order: Order) -> Posted:
        return await self._of(order).perform(order)

    async def enquire(self, order: Order) -> Posted | None:
        return await self._of(order).enquire(order)

    async def progress(self, order: Order) -> Progress | None:
        return await self._of(order).progress(order)

    async def register_webhook(self, url: str, secret: str) -> None:
        """The core sends no news: what takes its time is asked for by `progress`."""

    async def ask(self, question: Question) -> Mapping[str, object]:
        verb, customer_id, inputs = question.verb, question.customer_id, question.inputs
        if customer_id is None:
            raise Refused(f"{verb} is asked for a customer")
        if verb == "transfers.quote":
            return await self._quote(customer_id, inputs, question.cards)
        if verb == "cards.list_active":
            listed = [option(card) for card in await self.customers.cards(customer_id) if card.active]
            return {"options": listed}
        card = await self.customers.own_card(customer_id, str(inputs.get("card") or inputs.get("card_id")))
        if verb == "accounts.balance":
            return {"balance": await self._balance(card)}
        if verb == "card":
            return face(card)
        raise Refused(f"{verb} is no question of this bank")

    async def _balance(self, card: Card) -> str:
        told = await self.calls.ask("QueryBalance", {"CARDID": card.card_id}, schemas.BY_CARD, schemas.BALANCE)
        return str(Money(told["BALANCE"], told["CCY"]))

    async def _quote(
        self, customer_id: str, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]
    ) -> Mapping[str, object]:
        amount, digits = await quoted(self.revealer, inputs, cards)
        card = await self.customers.own_card(customer_id, str(inputs.get("from")))
        body = {"DRCARDID": card.card_id, "CRCARDNO": digits, "AMOUNT": amount.minor, "CCY": amount.currency}
        told = await self.calls.ask("QuoteTransfer", body, schemas.QUOTE, schemas.FEE)
        return {"fee": str(Money(told["FEE"], told["CCY"]))}

    def _of(self, order: Order) -> Transfers | Openings:
        if order.action == "transfers.execute":
            return Transfers(self.calls, self.customers, self.revealer)
        if order.action == "cards.apply":
            return Openings(self.calls, self.customers)
        raise Missing(f"{order.action} is no order of this bank")
