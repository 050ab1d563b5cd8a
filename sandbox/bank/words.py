"""What the bank writes on statements and summaries, in the languages it speaks."""

import re
from collections.abc import Mapping
from typing import Literal

from sandbox.billers import register

Language = Literal["en", "uk"]
_LAST4 = re.compile(r"•[0-9]{4}")

# By kind of posting; an incoming one has a line of its own where it reads otherwise. `{about}` is what it was about.
LINES: Mapping[str, Mapping[Language, str]] = {
    "transfer": {"en": "Transfer to card {about}", "uk": "Переказ на картку {about}"},
    "transfer_in": {"en": "Transfer received", "uk": "Надходження переказу"},
    "fee": {"en": "Fee for a transfer", "uk": "Комісія за переказ"},
    "deposit_in": {"en": "Cash deposit", "uk": "Внесення готівки"},
    "welcome_in": {"en": "Welcome gift", "uk": "Вітальний подарунок"},
    "topup_in": {"en": "Top-up from another bank's card", "uk": "Поповнення з картки іншого банку"},
    "bill": {"en": "Payment: {about}", "uk": "Платіж: {about}"},
    "bill_fee": {"en": "Fee for a payment", "uk": "Комісія за платіж"},
    "bill_back_in": {"en": "Payment given back", "uk": "Повернення платежу"},
    "bill_fee_back_in": {"en": "Fee given back", "uk": "Повернення комісії"},
    "plastic_fee": {"en": "Plastic card", "uk": "Пластикова картка"},
    "purchase": {"en": "Purchase: {about}", "uk": "Покупка: {about}"},
    "cash": {"en": "Cash: {about}", "uk": "Готівка: {about}"},
    "cashback_in": {"en": "Cashback", "uk": "Кешбек"},
    "reward_in": {"en": "Reward for a friend", "uk": "Винагорода за друга"},
}
OTHER: Mapping[Language, str] = {"en": "Payment", "uk": "Платіж"}
OTHER_IN: Mapping[Language, str] = {"en": "Money received", "uk": "Надходження"}

CATEGORIES: Mapping[str, Mapping[Language, str]] = {
    "groceries": {"en": "Groceries", "uk": "Продукти"},
    "cafes": {"en": "Cafés and restaurants", "uk": "Кафе та ресторани"},
    "fuel": {"en": "Fuel", "uk": "Пальне"},
    "pharmacy": {"en": "Pharmacies", "uk": "Аптеки"},
    "clothes": {"en": "Clothes and shoes", "uk": "Одяг і взуття"},
    "books": {"en": "Books", "uk": "Книжки"},
    "taxi": {"en": "Taxis", "uk": "Таксі"},
    "cinema": {"en": "Cinema and theatre", "uk": "Кіно й театр"},
    "sports": {"en": "Sports", "uk": "Спорт"},
    "flowers": {"en": "Flowers", "uk": "Квіти"},
    "pets": {"en": "Pets", "uk": "Тварини"},
    "travel": {"en": "Travel", "uk": "Подорожі"},
    "shops": {"en": "Other shops", "uk": "Інші магазини"},
    "cash": {"en": "Cash", "uk": "Готівка"},
    "transfers": {"en": "Transfers to others", "uk": "Перекази іншим"},
    "mobile": {"en": "Mobile phone", "uk": "Мобільний зв'язок"},
    "utilities": {"en": "Utilities", "uk": "Комунальні послуги"},
    "tv": {"en": "Television", "uk": "Телебачення"},
    "internet": {"en": "Internet", "uk": "Інтернет"},
    "transport": {"en": "Transport", "uk": "Транспорт"},
    "fees": {"en": "Fees", "uk": "Комісії"},
    "other": {"en": "Other", "uk": "Інше"},
}


def line(kind: str, text: str, signed_minor: int, language: Language) -> str:
    """One posting as a statement names it; ``text`` is the posting's own, in the bank's language."""
    name = f"{kind}_in" if signed_minor > 0 else kind
    if name not in LINES:
        return (OTHER_IN if signed_minor > 0 else OTHER)[language]
    return LINES[name][language].format(about=_about(kind, text))


def category(name: str, language: Language) -> str:
    """What a category is called."""
    return CATEGORIES.get(name, CATEGORIES["other"])[language]


def _about(kind: str, text: str) -> str:
    if kind == "transfer":
        last4 = _LAST4.search(text)
        purpose = text.partition(": ")[2]
        return (last4.group() if last4 else "") + (f", {purpose}" if purpose else "")
    about = text.partition(": ")[2] or text
    return next((one.name for one in register.PROVIDERS if one.biller == about), about)
