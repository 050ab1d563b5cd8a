"""What an SMS with a code says. The payer sees amount and payee beside the code, as the rules of step-up want it."""

from collections.abc import Mapping

from core_adapters.ports import Order

# By whom the money goes to: a card, a person by phone, a phone's own account, a biller's account.
TEXTS: Mapping[str, Mapping[str, str]] = {
    "card": {
        "en": "{code} is your code to send {amount} to card *{last4}. Never tell it to anyone, not even to the bank.",
        "uk": "{code} - код, щоб надіслати {amount} на картку *{last4}. Не кажіть його нікому, навіть банку.",
    },
    "person": {
        "en": "{code} is your code to send {amount} to {payee}, {phone}. Tell it to nobody, not even to the bank.",
        "uk": "{code} - код, щоб надіслати {amount}: {payee}, {phone}. Не кажіть його нікому, навіть банку.",
    },
    "phone": {
        "en": "{code} is your code to top up {phone} with {amount}. Never tell it to anyone, not even to the bank.",
        "uk": "{code} - код, щоб поповнити {phone} на {amount}. Не кажіть його нікому, навіть банку.",
    },
    "bill": {
        "en": "{code} is your code to pay {amount}, account {account}. Never tell it to anyone, not even to the bank.",
        "uk": "{code} - код, щоб сплатити {amount}, рахунок {account}. Не кажіть його нікому, навіть банку.",
    },
    "": {
        "en": "{code} is your code to confirm the operation. Never tell it to anyone, not even to the bank.",
        "uk": "{code} - код підтвердження операції. Не кажіть його нікому, навіть банку.",
    },
}
FALLBACK = "en"


def payee_kind(order: Order) -> str:
    """Whom the message names beside the amount; empty for nobody."""
    inputs = order.inputs
    if order.amount is None:
        return ""
    if "to" in order.cards:
        return "card"
    if inputs.get("phone"):
        return "person" if inputs.get("payee") else "phone"
    return "bill" if inputs.get("biller") and inputs.get("account") else ""


def code(locale: str, digits: str, order: Order) -> str:
    """The text of one code in the customer's language."""
    texts, card = TEXTS[payee_kind(order)], order.cards.get("to")
    named = {name: order.inputs.get(name) for name in ("phone", "payee", "account")}
    text = texts.get(locale.split("-")[0], texts[FALLBACK])
    return text.format(code=digits, amount=order.amount, last4=card.last4 if card else "", **named)
