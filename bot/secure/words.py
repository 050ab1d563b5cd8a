"""What the pages say, in the languages of the bank; another language reads the first."""

from collections.abc import Mapping

from bot.secure import bank_words

Words = Mapping[str, str]

ENGLISH: dict[str, str] = {
    "about": "For your chat with {bank}.",
    "life": "This page works once, until {until}.",
    "card_number": "Card number",
    "iban": "IBAN",
    "tax_id": "Tax number",
    "value": "Your answer",
    "attachment": "Photo",
    "send": "Send to the bank",
    "card_kept": "The number goes to the bank encrypted. The chat shows at most its last four digits.",
    "kept": "What you type goes to the bank encrypted and is not written in the chat.",
    "photo_kept": "The picture goes to the bank encrypted and is not left in the chat.",
    "photo_none": "No picture was chosen. Please choose one, or take it with your phone.",
    "photo_kind": "This is no picture that can be opened. A photo (JPEG, PNG, WebP, HEIC) is needed.",
    "photo_large": "This picture is too large. At most 10 MB, please.",
    "never": "The bank never asks for the three digits from the back of a card, nor for its PIN.",
    "done": "The bank has it",
    "done_more": "Go back to the chat: the conversation goes on there. You can close this page.",
    "used": "This page has done its work",
    "used_more": "It works once. Go back to the chat; if something is still needed, you get a new link there.",
    "expired": "This page has closed",
    "expired_more": "It was open for three minutes, for your safety. Write in the chat and you get a new link.",
    "unknown": "There is no such page",
    "unknown_more": "Open the link from the chat once more, whole.",
    "down": "The bank is not answering",
    "down_more": "Nothing was used. Go back, wait a minute and send it again.",
    "empty": "Nothing was typed. Please fill this in.",
    "too_long": "That is too long. At most 200 characters, please.",
    "secret": "Do not write a card number, a PIN or the digits from the back of a card here.",
    "card_digits": "A card number has 16 digits, some have 13 to 19. Please type all of them.",
    "card_mistake": "There is a mistake in this number. Please compare the digits with the card.",
    "iban_wrong": "There is a mistake in this IBAN. Please compare it with the bank's letter.",
    "tax_wrong": "A tax number has ten digits.",
}  # fmt: skip

UKRAINIAN: dict[str, str] = {
    "about": "Для вашого чату з {bank}.",
    "life": "Сторінка спрацює один раз, до {until}.",
    "card_number": "Номер картки",
    "iban": "IBAN",
    "tax_id": "Податковий номер",
    "value": "Ваша відповідь",
    "attachment": "Фото",
    "send": "Надіслати банку",
    "card_kept": "Номер іде до банку зашифрованим. У чаті видно щонайбільше останні чотири цифри.",
    "kept": "Введене йде до банку зашифрованим і не пишеться в чат.",
    "photo_kept": "Знімок іде до банку зашифрованим і не лишається в чаті.",
    "photo_none": "Знімок не обрано. Оберіть його, будь ласка, або зробіть телефоном.",
    "photo_kind": "Це не знімок, який можна відкрити. Потрібне фото (JPEG, PNG, WebP, HEIC).",
    "photo_large": "Знімок завеликий. Не більше 10 МБ, будь ласка.",
    "never": "Банк ніколи не питає три цифри зі звороту картки чи її PIN.",
    "done": "Банк отримав",
    "done_more": "Поверніться до чату: розмова продовжиться там. Цю сторінку можна закрити.",
    "used": "Ця сторінка своє зробила",
    "used_more": "Вона діє один раз. Поверніться до чату; якщо ще щось потрібно, там буде нове посилання.",
    "expired": "Сторінку закрито",
    "expired_more": "Заради безпеки вона діяла три хвилини. Напишіть будь-що в чат, і отримаєте нове посилання.",
    "unknown": "Такої сторінки немає",
    "unknown_more": "Відкрийте посилання з чату ще раз, повністю.",
    "down": "Банк не відповідає",
    "down_more": "Нічого не використано. Поверніться назад, зачекайте хвилину й надішліть ще раз.",
    "empty": "Нічого не введено. Заповніть, будь ласка, поле.",
    "too_long": "Текст задовгий. Не більше 200 символів, будь ласка.",
    "secret": "Не пишіть тут номер картки, PIN чи цифри зі звороту картки.",
    "card_digits": "У номері картки 16 цифр, іноді від 13 до 19. Введіть, будь ласка, всі.",
    "card_mistake": "У номері помилка. Порівняйте, будь ласка, цифри з карткою.",
    "iban_wrong": "У цьому IBAN помилка. Порівняйте його, будь ласка, з листом банку.",
    "tax_wrong": "У податковому номері десять цифр.",
}  # fmt: skip

_ALL: Mapping[str, Words] = {"en": ENGLISH | bank_words.ENGLISH, "uk": UKRAINIAN | bank_words.UKRAINIAN}
# How a fault of ``bot.secure.values`` is called here, where the names differ.
FAULTS: Mapping[str, str] = {"iban": "iban_wrong", "tax_id": "tax_wrong"}


def words_in(locale: str) -> tuple[str, Words]:
    """The language that a page is in, and its words."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return (language, _ALL[language]) if language in _ALL else ("en", ENGLISH)
