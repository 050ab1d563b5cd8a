"""Orders at the core: a transfer, a card. Each is sent once, under our reference.

What must be known first (whose card it is) is asked before; when that fails nothing has been sent.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from core_adapters.failures import Declined, Missing, TurnedAway, Unavailable, Unclear
from core_adapters.internal.soap import codes, schemas
from core_adapters.internal.soap.calls import Answer, Calls
from core_adapters.internal.soap.customers import Customers
from core_adapters.ports import Order, Posted, Progress
from core_adapters.revealing import NoSuchCard, Revealer
from flows.money import Money

NAMELESS = "Teller customer"  # the core wants a name; documents give the true one later


@asynccontextmanager
async def nothing_sent_yet() -> AsyncIterator[None]:
    """What fails in here leaves the core untouched."""
    try:
        yield
    except (TurnedAway, Unclear, NoSuchCard) as failure:
        raise Unavailable(str(failure)) from None


@dataclass(frozen=True, slots=True)
class Transfers:
    """By card number; the core drops doubles by XREF and remembers refusals under it."""

    calls: Calls
    customers: Customers
    revealer: Revealer

    async def perform(self, order: Order) -> Posted:
        if order.amount is None:
            raise Unavailable("the order has no amount")
        async with nothing_sent_yet():
            card = await self.customers.own_card(order.customer_id, str(order.inputs.get("from")))
            digits = await self.revealer.reveal(order.cards["to"].token)
        body = {
            "XREF": order.reference,
            "DRCARDID": card.card_id,
            "CRCARDNO": digits,
            "AMOUNT": order.amount.minor,
            "CCY": order.amount.currency,
            "NARRATIVE": " ".join(str(order.inputs.get("purpose") or "").split()),  # the core takes one line
        }
        told = await self.calls.order("CreateTransfer", body, schemas.TRANSFER, schemas.TRANSFERRED)
        return _transferred(order, told, card.last4)

    async def enquire(self, order: Order) -> Posted | None:
        asked = {"XREF": order.reference}
        try:
            told = await self.calls.ask("QueryTransfer", asked, schemas.BY_REFERENCE, schemas.TRANSFERRED)
        except Missing:
            return None
        return _transferred(order, told, "")

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """A posted transfer is at its end."""
        return Progress("ok")


@dataclass(frozen=True, slots=True)
class Openings:
    """Orders of cards; the core makes a customer of a phone that it does not know."""

    calls: Calls
    customers: Customers

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            person = await self.customers.person(order.customer_id)
        body = {
            "XREF": order.reference,
            "PHONE": person.phone,
            "NAME": person.name or NAMELESS,
            "TARIFF": str(order.inputs["tariff"]),
        }
        return _opened(order, await self.calls.order("OpenCard", body, schemas.OPEN, schemas.OPENING))

    async def enquire(self, order: Order) -> Posted | None:
        try:
            return _opened(order, await self._asked(order))
        except Missing:
            return None

    async def progress(self, order: Order) -> Progress | None:
        told = await self._asked(order)
        if told["STATUS"] == "PENDING":
            return None
        issued = told["STATUS"] == "ISSUED" and told["CARDID"] is not None
        return Progress("ok", {"card_id": told["CARDID"]}) if issued else Progress("declined")

    async def _asked(self, order: Order) -> Answer:
        asked = {"XREF": order.reference}
        return await self.calls.ask("QueryOpening", asked, schemas.BY_REFERENCE, schemas.OPENING)


def _transferred(order: Order, told: Answer, from_last4: str) -> Posted:
    """Raises Declined for a remembered refusal; Unclear when the answer is not about this order or was taken back."""
    _same_reference(order, told)
    if order.amount != Money(told["AMOUNT"], told["CCY"]):
        raise Unclear("the answer is about another amount")
    if told["TXNSTAT"] == "REFUSED" and told["REASON"] in codes.TRANSFER:
        raise Declined(codes.TRANSFER[told["REASON"]])
    if told["TXNSTAT"] != "POSTED" or told["BOOKED"] is None:
        raise Unclear("a transfer that is reversed, refused for no reason we know, or without its time")
    details = {"at": told["BOOKED"]} | ({"from_last4": from_last4} if from_last4 else {})
    return Posted(told["TXNREF"], details=details, fee=Money(told["FEE"], told["CCY"]))


def _opened(order: Order, told: Answer) -> Posted:
    _same_reference(order, told)
    return Posted(told["OPENREF"])


def _same_reference(order: Order, told: Answer) -> None:
    if told["XREF"] != order.reference:
        raise Unclear("the answer is about another reference")
