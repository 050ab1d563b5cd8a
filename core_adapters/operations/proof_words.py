"""What a proof is for, in words: an SMS says it beside its code, and a page beside the field for the password.

The payer sees amount and payee there, as the rules of step-up want it; or the limit, the address, the day by day.
"""

from collections.abc import Mapping

from core_adapters.ports import Order
from flows.events import Value

Texts = Mapping[str, str]

# By what is confirmed: by whom the money goes to (a card, a person by phone, a phone's own account, a biller's
# account), or by what else is done.
TEXTS: Mapping[str, Texts] = {
    "card": {
        "en": "send {amount} to card *{last4}",
        "uk": "надіслати {amount} на картку *{last4}",
    },
    "person": {
        "en": "send {amount} to {payee}, {phone}",
        "uk": "надіслати {amount}: {payee}, {phone}",
    },
    "phone": {
        "en": "top up {phone} with {amount}",
        "uk": "поповнити {phone} на {amount}",
    },
    "bill": {
        "en": "pay {amount}, account {account}",
        "uk": "сплатити {amount}, рахунок {account}",
    },
    "regular": {
        "en": "pay {amount} every {every}",
        "uk": "сплачувати {amount} {every}",
    },
    "limit": {
        "en": "set a card's daily limit to {amount}: {kind}",
        "uk": "встановити денний ліміт картки {amount}: {kind}",
    },
    "courier": {
        "en": "order a plastic card for {fee}, to {address}",
        "uk": "замовити пластикову картку за {fee}, адреса: {address}",
    },
    "branch": {
        "en": "order a plastic card for {fee}, to a branch",
        "uk": "замовити пластикову картку за {fee}, у відділення",
    },
    "": {
        "en": "confirm the operation",
        "uk": "підтвердити операцію",
    },
}
CODE: Texts = {
    "en": "{code} is your code to {what}. Never tell it to anyone, not even to the bank.",
    "uk": "{code} - код, щоб {what}. Не кажіть його нікому, навіть банку.",
}
# What the bank calls by a name of its own.
NAMES: Mapping[str, Texts] = {
    "purchases": {"en": "in shops", "uk": "у магазинах"},
    "online": {"en": "on the Internet", "uk": "в інтернеті"},
    "cash": {"en": "cash", "uk": "готівка"},
    "week": {"en": "week", "uk": "щотижня"},
    "month": {"en": "month", "uk": "щомісяця"},
}
FALLBACK = "en"


def kind(order: Order) -> str:
    """Which of the texts it is; empty for what is named by none."""
    inputs = order.inputs
    if order.amount is None:
        return "" if not inputs.get("fee") else "courier" if inputs.get("address") else "branch"
    if "to" in order.cards:
        return "card"
    if inputs.get("phone"):
        return "person" if inputs.get("payee") else "phone"
    if inputs.get("payment") and inputs.get("every"):
        return "regular"
    if inputs.get("card") and inputs.get("kind"):
        return "limit"
    return "bill" if inputs.get("biller") and inputs.get("account") else ""


def code(locale: str, digits: str, order: Order) -> str:
    """The text of an SMS with a code in the customer's language."""
    return _in(CODE, locale).format(code=digits, what=_what(locale, order))


def line(locale: str, order: Order) -> str:
    """What is confirmed, as a line of its own; empty when it is named by nothing."""
    what = _what(locale, order) if kind(order) else ""
    return what[:1].upper() + what[1:]


def _what(locale: str, order: Order) -> str:
    card = order.cards.get("to")
    named = {name: _named(order.inputs.get(name), locale) for name in ("kind", "every")}
    said = {name: order.inputs.get(name) for name in ("phone", "payee", "account", "fee", "address")}
    text = _in(TEXTS[kind(order)], locale)
    return text.format(amount=order.amount, last4=card.last4 if card else "", **named, **said)


def _named(value: Value, locale: str) -> str:
    name = str(value or "")
    return _in(NAMES[name], locale) if name in NAMES else name


def _in(texts: Texts, locale: str) -> str:
    return texts.get(locale.split("-")[0], texts[FALLBACK])
