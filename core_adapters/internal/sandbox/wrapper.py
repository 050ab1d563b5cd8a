"""The sandbox bank as a `Bank`: which order is whose, and the questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined, Missing, Refused
from core_adapters.internal.cards import face, option, quoted
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.orders import TRANSFER_CODES, Applications, TopUps, Transfers, in_our_words
from core_adapters.ports import Capability, Order, Posted, Progress
from core_adapters.revealing import Revealer
from flows.cards import CardNumber
from flows.events import Value
from flows.money import Money

TOP_UPS = frozenset({"topups.create_request", "topups.start_card_payment"})


@dataclass(frozen=True, slots=True)
class SandboxBank:
    """Satisfies core_adapters.ports.Bank."""

    calls: Calls
    customers: Customers
    revealer: Revealer
    name: ClassVar[str] = "sandbox"
    capability: ClassVar[Capability] = Capability("reference-dedup", "by-our-ref", settle_bound_s=3)
    actions: ClassVar[frozenset[str]] = frozenset({"transfers.execute", "cards.apply"}) | TOP_UPS

    def rest_s(self) -> float:
        return self.calls.service.rest_s()

    async def perform(self, order: Order) -> Posted:
        return await self._of(order).perform(order)

    async def enquire(self, order: Order) -> Posted | None:
        return await self._of(order).enquire(order)

    async def progress(self, order: Order) -> Progress | None:
        return await self._of(order).progress(order)

    async def register_webhook(self, url: str, secret: str) -> None:
        body = {"url": url, "secret": secret}
        await self.calls.service.order("PUT", "/webhook", body)

    async def ask(
        self, verb: str, customer_id: str | None, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]
    ) -> Mapping[str, object]:
        if customer_id is None:
            raise Refused(f"{verb} is asked for a customer")
        if verb == "transfers.quote":
            return await self._quote(customer_id, inputs, cards)
        if verb == "cards.list_active":
            listed = [option(card) for card in await self.customers.cards(customer_id) if card.active]
            return {"options": listed}
        card = await self.customers.own_card(customer_id, str(inputs.get("card") or inputs.get("card_id")))
        if verb == "accounts.balance":
            return {"balance": str(card.balance)}
        if verb == "card":
            return face(card)
        raise Refused(f"{verb} is no question of this bank")

    async def _quote(
        self, customer_id: str, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]
    ) -> Mapping[str, object]:
        amount, digits = await quoted(self.revealer, inputs, cards)
        card = await self.customers.own_card(customer_id, str(inputs.get("from")))
        body = {
            "from_card_id": card.card_id,
            "to_card_number": digits,
            "amount_minor": amount.minor,
            "currency": amount.currency,
        }
        try:
            reply = await self.calls.ask_with("/quotes", body, schemas.QUOTE, schemas.FEE)
        except Declined as refusal:
            raise in_our_words(refusal, TRANSFER_CODES) from None
        fee = reply["fee_minor"]
        return {"fee": str(Money(fee if isinstance(fee, int) else 0, str(reply["currency"])))}

    def _of(self, order: Order) -> Transfers | Applications | TopUps:
        if order.action == "transfers.execute":
            return Transfers(self.calls, self.customers, self.revealer)
        if order.action == "cards.apply":
            return Applications(self.calls, self.customers)
        if order.action in TOP_UPS:
            return TopUps(self.calls, self.customers)
        raise Missing(f"{order.action} is no order of this bank")
