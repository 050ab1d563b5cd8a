"""What an SMS with a code says. The payer sees amount and payee beside the code, as the rules of step-up want it."""

from collections.abc import Mapping

from flows.money import Money

PAYMENT: Mapping[str, str] = {
    "en": "{code} is your code to send {amount} to card *{last4}. Never tell it to anyone, not even to the bank.",
    "uk": "{code} - код, щоб надіслати {amount} на картку *{last4}. Не кажіть його нікому, навіть банку.",
}
OTHER: Mapping[str, str] = {
    "en": "{code} is your code to confirm the operation. Never tell it to anyone, not even to the bank.",
    "uk": "{code} - код підтвердження операції. Не кажіть його нікому, навіть банку.",
}
FALLBACK = "en"


def code(locale: str, digits: str, amount: Money | None, last4: str | None) -> str:
    """The text of one code in the customer's language."""
    language = locale.split("-")[0]
    texts = PAYMENT if amount and last4 else OTHER
    return texts.get(language, texts[FALLBACK]).format(code=digits, amount=amount, last4=last4)
