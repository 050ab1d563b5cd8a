"""The few words that channels add by themselves, where a platform has no room or no means for what was meant."""

from typing import Literal

Word = Literal[
    "more",
    "back",
    "choose",
    "menu",
    "correction",
    "withdrawn",
    "share_phone",
    "share_place",
    "open",
    "greeting",
    "not_shown",
]

_WORDS: dict[str, dict[Word, str]] = {
    "en": {
        "more": "More ▸",
        "back": "◂ Back",
        "choose": "Choose",
        "menu": "Menu",
        "not_shown": "The answer cannot be shown in this messenger. /menu shows what else I can do; nothing is lost.",
        "correction": "Correction:",
        "withdrawn": "We take back our message above. Please disregard it.",
        "share_phone": "Please type your phone number, for example +380 50 111 22 33.",
        "share_place": "Please type the place: a city and a street.",
        "open": "Open",
        "greeting": "Welcome to your bank in the chat. Press the button below and we begin.",
    },
    "uk": {
        "more": "Ще ▸",
        "back": "◂ Назад",
        "choose": "Обрати",
        "menu": "Меню",
        "not_shown": "Відповідь не вдається показати тут. /menu покаже, що ще можна. Нічого не втрачено.",
        "correction": "Виправлення:",
        "withdrawn": "Ми відкликаємо наше повідомлення вище. Будь ласка, не зважайте на нього.",
        "share_phone": "Напишіть, будь ласка, свій номер телефону, наприклад +380 50 111 22 33.",
        "share_place": "Напишіть, будь ласка, місце: місто й вулицю.",
        "open": "Відкрити",
        "greeting": "Вітаємо у вашому банку в чаті. Натисніть кнопку нижче — і почнімо.",
    },
}


def say(word: Word, locale: str) -> str:
    """The word in the customer's language, in English where we have no other."""
    return _WORDS.get(locale.partition("-")[0], _WORDS["en"])[word]
