"""A customer's card as a bank describes it to us, and how the catalogue's questions tell of it, whatever the bank."""

from collections.abc import Mapping
from dataclasses import dataclass

from core_adapters.digits import CardDigits
from core_adapters.failures import Refused
from core_adapters.revealing import NoSuchCard, Revealer
from flows.cards import CardNumber
from flows.events import Value
from flows.money import Money, MoneyError


@dataclass(frozen=True, slots=True)
class Card:
    """Never with its number."""

    card_id: str
    name: str
    last4: str
    scheme: str
    balance: Money
    active: bool
    holder: str
    expires: str
    tariff: str


def option(card: Card) -> dict[str, str]:
    """One option of `cards.list_active`. A bank that does not tell the number leaves no fingerprint."""
    return {
        "id": card.card_id,
        "name": card.name,
        "last4": card.last4,
        "currency": card.balance.currency,
        "balance": str(card.balance),
        "fingerprint": "",
    }


def face(card: Card) -> dict[str, str]:
    """The answer to `card`: what a picture of it shows."""
    return {
        "card_id": card.card_id,
        "holder": card.holder,
        "last4": card.last4,
        "scheme": card.scheme,
        "expires": card.expires,
        "currency": card.balance.currency,
        "tariff": card.tariff,
    }


async def quoted(
    revealer: Revealer, inputs: Mapping[str, Value], cards: Mapping[str, CardNumber]
) -> tuple[Money, CardDigits]:
    """The amount and the payee's number that a quote is asked for. Raises Refused without one of them."""
    try:
        return Money.parse(str(inputs["amount"])), await revealer.reveal(cards["to"].token)
    except (KeyError, MoneyError, NoSuchCard) as problem:
        raise Refused(f"a quote needs an amount and a card: {type(problem).__name__}") from None
