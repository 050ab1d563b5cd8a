"""What the payers' pages say, in the languages of the bank; another language reads the first."""

from collections.abc import Mapping

Words = Mapping[str, str]

ENGLISH: Words = {
    "other": "Українською",
    "asks": "{asker} asks you for",
    "somebody_asks": "A customer of {bank} asks you for",
    "asks_at": "{asker} is a customer of {bank}.",
    "pay": "Pay {amount} by card",
    "how": "Any bank's card will do. You type it on the page of the payment service, never here and never in a chat.",
    "until": "This link takes one payment, until {until}.",
    "know": "Pay only if you know who asks. The bank cannot call your money back.",
    "scan": "To pay with a phone, scan this code",
    "code_leads": "It leads to this page: {link}",
    "open": "Not paid yet, as far as we know",
    "open_more": "If you have just paid, wait a moment: this page looks again by itself. Nothing is on the card yet.",
    "again": "Back to the payment",
    "arriving": "Your bank has said yes",
    "arriving_more": "{amount} is on its way to the card. You need not do anything, and need not pay again.",
    "paid": "Paid",
    "paid_own": "{amount} is on the card •{last4}. You may close this page and go back to the chat.",
    "paid_request": "{asker} has got {amount}. You may close this page.",
    "paid_somebody": "{amount} has arrived. You may close this page.",
    "returned": "Not delivered, and yours again",
    "returned_more": "The card could not take {amount}, so your bank has it back. You have not paid anything.",
    "closed": "Not paid",
    "closed_own": "Nothing was charged, and {amount} is not on the card •{last4}. In the chat you can try another way.",
    "closed_request": "This link has closed and nothing was charged. Ask whoever sent it for a new one.",
    "unknown": "There is no such page",
    "unknown_more": "Please open the link once more, whole. Nothing was charged by looking.",
    "down": "The bank is not answering",
    "down_more": "What you have paid is not lost. Look again in a minute, and do not pay twice.",
}  # fmt: skip

UKRAINIAN: Words = {
    "other": "In English",
    "asks": "{asker} просить у вас",
    "somebody_asks": "Клієнт {bank} просить у вас",
    "asks_at": "{asker} має картку в {bank}.",
    "pay": "Сплатити {amount} карткою",
    "how": "Підійде картка будь-якого банку. Її вводять на сторінці платіжного сервісу, ніколи не тут і не в чаті.",
    "until": "Посилання приймає один платіж, до {until}.",
    "know": "Платіть, лише якщо знаєте, хто просить. Повернути ваші гроші банк не зможе.",
    "scan": "Щоб сплатити з телефона, відскануйте код",
    "code_leads": "Він веде на цю сторінку: {link}",
    "open": "Наскільки нам відомо, ще не сплачено",
    "open_more": "Якщо ви щойно сплатили, зачекайте: сторінка перевірить сама. На картці поки нічого немає.",
    "again": "Назад до оплати",
    "arriving": "Ваш банк погодився",
    "arriving_more": "{amount} уже на шляху до картки. Нічого робити не треба, і платити вдруге теж.",
    "paid": "Сплачено",
    "paid_own": "{amount} уже на картці •{last4}. Цю сторінку можна закрити й повернутися до чату.",
    "paid_request": "{asker} отримує {amount}. Цю сторінку можна закрити.",
    "paid_somebody": "{amount} надійшло. Цю сторінку можна закрити.",
    "returned": "Не передано, гроші знову ваші",
    "returned_more": "Картка не змогла прийняти {amount}, тож їх повернено вашому банку. Ви нічого не сплатили.",
    "closed": "Не сплачено",
    "closed_own": "Нічого не списано, {amount} на картку •{last4} не зараховано. У чаті можна спробувати інакше.",
    "closed_request": "Це посилання вже закрито, нічого не списано. Попросіть нове в того, хто його надіслав.",
    "unknown": "Такої сторінки немає",
    "unknown_more": "Відкрийте, будь ласка, посилання ще раз, повністю. За перегляд нічого не списано.",
    "down": "Банк не відповідає",
    "down_more": "Сплачене не пропаде. Перевірте за хвилину й не платіть удруге.",
}  # fmt: skip

ALL: Mapping[str, Words] = {"en": ENGLISH, "uk": UKRAINIAN}


def language_of(chosen: str, accepted: str) -> str:
    """The language that was chosen on the page, else the first of ours among those the browser asks for."""
    asked = [chosen, *(part.split(";")[0].strip()[:2].lower() for part in accepted.split(","))]
    return next((language for language in asked if language in ALL), "en")
