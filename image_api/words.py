"""The words on pictures, in every language the bank speaks."""

from typing import Literal

Locale = Literal["en", "uk"]

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "transfer": "Transfer to a card",
        "top_up": "Top-up",
        "payment": "Payment",
        "done": "Done",
        "pending": "Not final yet: the bank has not answered",
        "from": "From",
        "to": "To",
        "fee": "Fee",
        "at": "Date",
        "reference": "Reference",
        "check": "Check this receipt at",
        "digital": "Digital",
        "gold": "Gold",
        "valid": "valid to",
        "spent": "Spent",
        "other": "Other",
        "spending_alt": "Spending with {bank}, {days}: {total}. {rows}.",
        "card_alt": "Card of {bank}, {holder}, number ending in {last4}.",
        "receipt_alt": "Receipt of {bank}: {kind}, {amount}, from {from_} to {to}, fee {fee}, {at}, "
        "reference {reference}. {state}.",
    },
    "uk": {
        "transfer": "Переказ на картку",
        "top_up": "Поповнення",
        "payment": "Платіж",
        "done": "Виконано",
        "pending": "Ще не остаточно: банк не відповів",
        "from": "З картки",
        "to": "На картку",
        "fee": "Комісія",
        "at": "Дата",
        "reference": "Номер",
        "check": "Перевірити квитанцію:",
        "digital": "Цифрова",
        "gold": "Золота",
        "valid": "діє до",
        "spent": "Витрачено",
        "other": "Інше",
        "spending_alt": "Витрати, {bank}, {days}: {total}. {rows}.",
        "card_alt": "Картка {bank}, {holder}, номер закінчується на {last4}.",
        "receipt_alt": "Квитанція {bank}: {kind}, {amount}, {from_} → {to}, комісія {fee}, {at}, "
        "номер {reference}. {state}.",
    },
}


def word(locale: str, name: str) -> str:
    """A word in the locale; English where the bank does not speak it."""
    return WORDS.get(locale, WORDS["en"])[name]
