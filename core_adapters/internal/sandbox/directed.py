"""Transfers without a card's number at the sandbox bank: by phone, and between the customer's own cards."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from core_adapters.failures import Declined, Refused
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.orders import (
    TRANSFER_CODES,
    Transfers,
    amount_of,
    in_our_words,
    nothing_sent_yet,
    transferred,
)  # fmt: skip
from core_adapters.ports import Order, Posted, Progress, Question
from core_adapters.validation import Schema
from flows.money import Money, MoneyError

BY_PHONE, OWN = "transfers.by_phone", "transfers.own"
PHONE_QUOTE, OWN_QUOTE = "transfers.phone_quote", "transfers.own_quote"
# What a quote says; after the yes a transfer's own words do.
CODES: Mapping[str, str] = {**TRANSFER_CODES, "recipient_unknown": "phone_unknown", "own_phone": "own_phone"}

SUM: Schema = {"from_card_id": schemas.ID, "amount_minor": schemas.SUM, "currency": schemas.CURRENCY}
NAME: Schema = {"type": "string", "minlength": 1, "maxtext": 100}
TO_PHONE: Schema = {**SUM, "to_phone": {"type": "e164"}}
TO_OWN: Schema = {**SUM, "to_card_id": schemas.ID}
BY_PHONE_ORDER: Schema = {**TO_PHONE, "reference": schemas.REFERENCE, "payee": NAME}
OWN_ORDER: Schema = {**TO_OWN, "reference": schemas.REFERENCE}
PHONE_FEE: Schema = {**schemas.FEE, "payee": NAME}


@dataclass(frozen=True, slots=True)
class Sent:
    """One order as it leaves, and what its receipt may show."""

    path: str
    body: Mapping[str, object] = field(repr=False)
    schema: Schema
    from_last4: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Directed:
    """Orders and their quotes. The bank drops doubles by reference, as for a transfer by number."""

    calls: Calls
    customers: Customers
    transfers: Transfers
    actions: ClassVar[frozenset[str]] = frozenset({BY_PHONE, OWN})
    questions: ClassVar[frozenset[str]] = frozenset({PHONE_QUOTE, OWN_QUOTE})

    async def perform(self, order: Order) -> Posted:
        sent = await (self._by_phone(order) if order.action == BY_PHONE else self._own(order))
        try:
            reply = await self.calls.order(sent.path, sent.body, sent.schema, schemas.TRANSFERRED)
        except Declined as refusal:
            raise in_our_words(refusal, TRANSFER_CODES) from None
        posted = transferred(order, reply, sent.from_last4)
        return replace(posted, details={**posted.details, **sent.details})

    async def _by_phone(self, order: Order) -> Sent:
        async with nothing_sent_yet():
            card = await self.customers.own_card(order.customer_id, str(order.inputs.get("from")))
        where = {"to_phone": order.inputs.get("phone"), "payee": order.inputs.get("payee")}
        body = _body(card.card_id, amount_of(order)) | where | {"reference": order.reference}
        return Sent("/transfers/phone", body, BY_PHONE_ORDER, card.last4)

    async def _own(self, order: Order) -> Sent:
        async with nothing_sent_yet():
            card = await self.customers.own_card(order.customer_id, str(order.inputs.get("from")))
            to = await self.customers.own_card(order.customer_id, str(order.inputs.get("to")))
        body = _body(card.card_id, amount_of(order)) | {"to_card_id": to.card_id, "reference": order.reference}
        return Sent("/transfers/own", body, OWN_ORDER, card.last4, {"to_last4": to.last4})

    async def enquire(self, order: Order) -> Posted | None:
        """Every transfer is found under its reference, whichever way it went."""
        return await self.transfers.enquire(order)

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all orders share
        """A posted transfer is at its end."""
        return Progress("ok")

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        inputs = question.inputs
        card = await self.customers.own_card(question.customer_id, str(inputs.get("from")))
        body = _body(card.card_id, _amount(inputs))
        try:
            if question.verb == OWN_QUOTE:
                own = await self.customers.own_card(question.customer_id, str(inputs.get("to")))
                return await self._quoted("own", body | {"to_card_id": own.card_id}, TO_OWN, schemas.FEE)
            return await self._quoted("phone", body | {"to_phone": inputs.get("phone")}, TO_PHONE, PHONE_FEE)
        except Declined as refusal:
            raise in_our_words(refusal, CODES) from None

    async def _quoted(self, way: str, body: Mapping[str, object], sends: Schema, gives: Schema) -> Mapping[str, object]:
        reply = await self.calls.ask_with(f"/transfers/{way}/quotes", body, sends, gives)
        fee = reply["fee_minor"]
        told = {"fee": str(Money(fee if isinstance(fee, int) else 0, str(reply["currency"])))}
        return told | ({"payee": str(reply["payee"])} if "payee" in reply else {})


def _body(card_id: str, amount: Money) -> dict[str, object]:
    return {"from_card_id": card_id, "amount_minor": amount.minor, "currency": amount.currency}


def _amount(inputs: Mapping[str, object]) -> Money:
    try:
        return Money.parse(str(inputs.get("amount")))
    except MoneyError:
        raise Refused("a quote needs an amount") from None
