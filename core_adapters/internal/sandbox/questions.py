"""What is asked of a customer's own cards: the list, a balance, a face for the picture, the price of a transfer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core_adapters.failures import Declined, Refused
from core_adapters.internal.cards import face, option, quoted
from core_adapters.internal.sandbox import schemas
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.orders import TRANSFER_CODES, in_our_words
from core_adapters.ports import Question
from core_adapters.revealing import Revealer
from flows.money import Money


@dataclass(frozen=True, slots=True)
class CardQuestions:
    """Satisfies core_adapters.ports.Answerer."""

    calls: Calls
    customers: Customers
    revealer: Revealer
    questions: ClassVar[frozenset[str]] = frozenset(
        {"transfers.quote", "cards.list_active", "accounts.balance", "card"}
    )

    async def ask(self, question: Question) -> Mapping[str, object]:
        if question.customer_id is None:
            raise Refused(f"{question.verb} is asked for a customer")
        if question.verb == "transfers.quote":
            return await self._quote(question, question.customer_id)
        if question.verb == "cards.list_active":
            cards = await self.customers.cards(question.customer_id)
            return {"options": [option(card) for card in cards if card.active]}
        inputs = question.inputs
        card = await self.customers.own_card(question.customer_id, str(inputs.get("card") or inputs.get("card_id")))
        return {"balance": str(card.balance)} if question.verb == "accounts.balance" else face(card)

    async def _quote(self, question: Question, customer_id: str) -> Mapping[str, object]:
        amount, digits = await quoted(self.revealer, question.inputs, question.cards)
        card = await self.customers.own_card(customer_id, str(question.inputs.get("from")))
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
