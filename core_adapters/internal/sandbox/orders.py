"""Orders at the sandbox bank: a transfer, a card. Each is sent once, under our reference.

What must be known first (whose card it is) is asked before; when that fails nothing has been sent.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined, Missing, TurnedAway, Unavailable, Unclear
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.ports import Order, Posted, Progress
from core_adapters.revealing import NoSuchCard, Revealer
from flows.money import Money

# The bank's codes in the catalogue's words; what is not listed is `unavailable`.
TRANSFER_CODES: Mapping[str, str] = {
    "insufficient_funds": "insufficient_funds",
    "limit_exceeded": "limit_exceeded",
    "recipient_blocked": "recipient_blocked",
    "recipient_unknown": "recipient_blocked",
    "currency_mismatch": "recipient_blocked",
    "same_card": "same_card",
    "card_locked": "card_locked",
    "recipient_changed": "recipient_changed",
}
APPLICATION_CODES: Mapping[str, str] = {"duplicate": "duplicate", "refused": "refused"}


@asynccontextmanager
async def nothing_sent_yet() -> AsyncIterator[None]:
    """What fails in here leaves the bank untouched."""
    try:
        yield
    except (TurnedAway, Unclear, NoSuchCard) as failure:
        raise Unavailable(str(failure)) from None


def in_our_words(refusal: Declined, codes: Mapping[str, str]) -> Declined:
    return Declined(codes.get(refusal.code, "unavailable"))


@dataclass(frozen=True, slots=True)
class Transfers:
    """By card number; the bank drops doubles by reference and remembers refusals under it."""

    calls: Calls
    customers: Customers
    revealer: Revealer
    actions: ClassVar[frozenset[str]] = frozenset({"transfers.execute"})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            card = await self.customers.own_card(order.customer_id, str(order.inputs.get("from")))
            digits = await self.revealer.reveal(order.cards["to"].token)
        amount = amount_of(order)
        body = {
            "reference": order.reference,
            "from_card_id": card.card_id,
            "to_card_number": digits,
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "purpose": str(order.inputs.get("purpose") or ""),
        }
        try:
            reply = await self.calls.order("/transfers", body, schemas.TRANSFER, schemas.TRANSFERRED)
        except Declined as refusal:
            raise in_our_words(refusal, TRANSFER_CODES) from None
        return transferred(order, reply, card.last4)

    async def enquire(self, order: Order) -> Posted | None:
        try:
            reply = await self.calls.ask("/transfers", schemas.TRANSFERRED, reference=order.reference)
        except Missing:
            return None
        return transferred(order, reply, "")

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """A posted transfer is at its end."""
        return Progress("ok")


@dataclass(frozen=True, slots=True)
class Applications:
    """Orders of cards."""

    calls: Calls
    customers: Customers
    actions: ClassVar[frozenset[str]] = frozenset({"cards.apply"})

    async def perform(self, order: Order) -> Posted:
        async with nothing_sent_yet():
            core_id = await self.customers.named(order.customer_id)
        body = {"customer_id": core_id, "tariff": str(order.inputs["tariff"]), "reference": order.reference}
        try:
            reply = await self.calls.order("/applications", body, schemas.APPLICATION, schemas.APPLIED)
        except Declined as refusal:
            raise Declined(APPLICATION_CODES.get(refusal.code, "refused")) from None
        return _applied(order, reply)

    async def enquire(self, order: Order) -> Posted | None:
        try:
            return _applied(order, await self._asked(order))
        except Missing:
            return None

    async def progress(self, order: Order) -> Progress | None:
        reply = await self._asked(order)
        if reply["status"] == "pending":
            return None
        issued = reply["status"] == "issued" and isinstance(reply["card_id"], str)
        return Progress("ok", {"card_id": str(reply["card_id"])}) if issued else Progress("declined")

    async def _asked(self, order: Order) -> Mapping[str, object]:
        return await self.calls.ask("/applications", schemas.APPLIED, reference=order.reference)


def amount_of(order: Order) -> Money:
    """The order's amount, which the catalogue demands for every order that has one."""
    if order.amount is None:
        raise Unavailable("the order has no amount")
    return order.amount


def same_order(order: Order, reply: Mapping[str, object]) -> None:
    """The bank speaks of our order and our amount; else its answer is none."""
    if reply["reference"] != order.reference:
        raise Unclear("the answer is about another reference")
    if order.amount is not None and (reply["amount_minor"], reply["currency"]) != (
        order.amount.minor,
        order.amount.currency,
    ):
        raise Unclear("the answer is about another amount")


def transferred(
    order: Order, reply: Mapping[str, object], from_last4: str, codes: Mapping[str, str] = TRANSFER_CODES
) -> Posted:
    """What the bank says of a transfer. Raises Declined for a remembered refusal."""
    same_order(order, reply)
    if reply["status"] == "refused":
        raise in_our_words(Declined(str(reply.get("code", ""))), codes)
    fee, at = reply["fee_minor"], reply["posted_at"]
    if not isinstance(fee, int) or not isinstance(at, str):
        raise Unclear("a posted transfer without its fee or time")
    details = {"at": at} | ({"from_last4": from_last4} if from_last4 else {})
    return Posted(str(reply["transfer_id"]), details=details, fee=Money(fee, str(reply["currency"])))


def _applied(order: Order, reply: Mapping[str, object]) -> Posted:
    if reply["reference"] != order.reference:
        raise Unclear("the answer is about another reference")
    return Posted(str(reply["application_id"]))
