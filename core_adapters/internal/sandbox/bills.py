"""Bills at the sandbox bank: the payer's card is debited to the biller's account, and given back where it must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined, Missing, Unclear
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.orders import amount_of, in_our_words, nothing_sent_yet, same_order
from core_adapters.ports import Capability, Debited, Order
from core_adapters.validation import Schema
from flows.money import Money

# The bank's codes in the catalogue's words; what is not listed is `unavailable`.
CODES: Mapping[str, str] = {code: code for code in ("insufficient_funds", "limit_exceeded", "card_locked")}

BILLER: Schema = {"type": "string", "regex": r"[a-z]{1,20}-[a-z]{1,20}"}
CODE: Schema = {"type": "string", "regex": r"[a-z_]{1,60}"}
QUOTE: Schema = {
    "card_id": schemas.ID, "biller": BILLER, "amount_minor": schemas.SUM, "currency": schemas.CURRENCY,
}  # fmt: skip
BILL: Schema = {**QUOTE, "reference": schemas.REFERENCE}
RETURN: Schema = {"reference": {"type": "string", "regex": r"[A-Z2-7]{26}-R"}, "code": CODE}
BILLED: Schema = {
    "bill_id": schemas.ID,
    "reference": schemas.REFERENCE,
    "status": {"type": "string", "allowed": ["posted", "refused", "returned"]},
    "biller": BILLER,
    "amount_minor": schemas.SUM,
    "currency": schemas.CURRENCY,
    "fee_minor": {"type": "money_minor"},
    "at": {"type": "time"},
    "code": {**CODE, "required": False},
}


@dataclass(frozen=True, slots=True)
class Bills:
    """Satisfies core_adapters.ports.BillDebits. The bank drops doubles by reference and remembers refusals."""

    calls: Calls
    customers: Customers
    capability: ClassVar[Capability] = Capability("reference-dedup", "by-our-ref", settle_bound_s=3)

    async def debit(self, order: Order, biller: str) -> Debited:
        async with nothing_sent_yet():
            card = await self.customers.own_card(order.customer_id, str(order.inputs.get("from")))
        amount = amount_of(order)
        body = _body(card.card_id, biller, amount) | {"reference": order.reference}
        try:
            reply = await self.calls.order("/bills", body, BILL, BILLED)
        except Declined as refusal:
            raise in_our_words(refusal, CODES) from None
        return _debited(order, biller, reply, card.last4)

    async def debited(self, order: Order, biller: str) -> Debited | None:
        try:
            reply = await self.calls.ask(f"/bills/{order.reference}", BILLED)
        except Missing:
            return None
        return _debited(order, biller, reply, "")

    async def give_back(self, order: Order, reference: str, code: str) -> None:
        body = {"reference": reference, "code": code}
        reply = await self.calls.order(f"/bills/{order.reference}/return", body, RETURN, BILLED)
        same_order(order, reply)
        if reply["status"] != "returned":
            raise Unclear("the bank did not give it back")

    async def fee(self, customer_id: str, card_id: str, biller: str, amount: Money) -> Money:
        card = await self.customers.own_card(customer_id, card_id)
        try:
            reply = await self.calls.ask_with("/bills/quotes", _body(card.card_id, biller, amount), QUOTE, schemas.FEE)
        except Declined as refusal:
            raise in_our_words(refusal, CODES) from None
        fee = reply["fee_minor"]
        return Money(fee if isinstance(fee, int) else 0, str(reply["currency"]))


def _body(card_id: str, biller: str, amount: Money) -> dict[str, object]:
    return {"card_id": card_id, "biller": biller, "amount_minor": amount.minor, "currency": amount.currency}


def _debited(order: Order, biller: str, reply: Mapping[str, object], last4: str) -> Debited:
    same_order(order, reply)
    if reply["biller"] != biller:
        raise Unclear("the answer is about another biller")
    code, fee = str(reply.get("code", "")), reply["fee_minor"]
    if reply["status"] == "refused":
        raise in_our_words(Declined(code), CODES)
    if not isinstance(fee, int):
        raise Unclear("a posted bill without its fee")
    returned = code if reply["status"] == "returned" else None
    return Debited(Money(fee, str(reply["currency"])), str(reply["at"]), last4, returned)
