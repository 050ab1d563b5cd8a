"""What the page of a receipt says, in the languages of the bank; another language reads the first."""

from collections.abc import Mapping

Words = Mapping[str, str]

ENGLISH: Words = {
    "other": "Українською",
    "done": "This receipt is genuine",
    "done_more": "The bank has made this payment.",
    "pending": "Not final yet: the bank has not answered",
    "pending_more": "The receipt is ours, but the money may still not arrive. Give nothing away for it yet. "
    "This page looks again by itself.",
    "not_made": "This payment was not made",
    "not_made_more": "The receipt was ours, and the payment has come to nothing since. The payer has the money.",
    "returning": "The bank is taking this payment back",
    "returning_more": "The receipt was ours and holds no longer. This page looks again by itself.",
    "returned": "This payment was taken back",
    "returned_more": "The receipt was ours and holds no longer: {back} went back to the payer on {at}.",
    "partly": "A part of this payment was taken back",
    "partly_more": "The receipt is ours, but {back} of it went back to the payer on {at}.",
    "transfer": "Transfer to a card",
    "top_up": "Top-up",
    "payment": "Payment",
    "from": "From card",
    "to": "To card",
    "to_whom": "Payee",
    "fee": "Fee",
    "at": "Date",
    "reference": "Reference",
    "compare": "Compare the amount, the reference and the digits of the cards with what you were shown. "
    "If one of them differs, you were shown a forgery.",
    "sure": "Is this page the bank's own?",
    "sure_more": "Believe the address on top of your browser and not the page alone. It has to begin with",
    "sure_else": "If it begins with anything else, this page is not ours: close it and believe nothing on it.",
    "save": "Save as PDF",
    "unknown": "The bank knows no such receipt",
    "unknown_more": "Scan the code once more, whole. If you come here again, take the receipt for a forgery. "
    "Only an old one may be genuine although this page cannot read it any more: ask the bank by its reference.",
    "down": "The bank cannot look it up now",
    "down_more": "This says nothing about the receipt, good or bad. Nothing is lost; look again in a minute.",
    "no_paper": "The PDF cannot be made now",
    "no_paper_more": "The receipt is as it was, and nothing is lost. Try again in a minute, or look at its page.",
    "back": "To the receipt",
}  # fmt: skip

UKRAINIAN: Words = {
    "other": "In English",
    "done": "Квитанція справжня",
    "done_more": "Банк виконав цей платіж.",
    "pending": "Ще не остаточно: банк не відповів",
    "pending_more": "Квитанція наша, але гроші можуть і не надійти. Поки нічого за неї не віддавайте. "
    "Сторінка перевірить ще раз сама.",
    "not_made": "Цей платіж не відбувся",
    "not_made_more": "Квитанція була наша, але з платежу нічого не вийшло. Гроші в платника.",
    "returning": "Банк повертає цей платіж",
    "returning_more": "Квитанція була наша, але більше не чинна. Сторінка перевірить ще раз сама.",
    "returned": "Цей платіж повернуто",
    "returned_more": "Квитанція була наша, але більше не чинна: {back} повернулося платникові {at}.",
    "partly": "Частину цього платежу повернуто",
    "partly_more": "Квитанція наша, але {back} з неї повернулося платникові {at}.",
    "transfer": "Переказ на картку",
    "top_up": "Поповнення",
    "payment": "Платіж",
    "from": "З картки",
    "to": "На картку",
    "to_whom": "Отримувач",
    "fee": "Комісія",
    "at": "Дата",
    "reference": "Номер операції",
    "compare": "Звірте суму, номер операції й цифри карток із тим, що вам показали. "
    "Якщо щось із цього відрізняється, вам показали підробку.",
    "sure": "Чи це справді сторінка банку?",
    "sure_more": "Вірте адресі вгорі браузера, а не самій лише сторінці. Адреса має починатися з",
    "sure_else": "Якщо починається з іншого, це не наша сторінка: закрийте її й нічому на ній не вірте.",
    "save": "Зберегти як PDF",
    "unknown": "Банк не знає такої квитанції",
    "unknown_more": "Відскануйте код ще раз, повністю. Якщо знову потрапите сюди, вважайте квитанцію підробкою. "
    "Лише давня може бути справжньою, хоч ця сторінка її вже не прочитає: запитайте банк за номером операції.",
    "down": "Банк зараз не може перевірити квитанцію",
    "down_more": "Це нічого не каже про квитанцію, ні доброго, ні поганого. Нічого не втрачено, спробуйте за хвилину.",
    "no_paper": "Зараз PDF зробити не вдається",
    "no_paper_more": "Квитанція така, як була, нічого не втрачено. Спробуйте за хвилину або подивіться її сторінку.",
    "back": "До квитанції",
}  # fmt: skip

ALL: Mapping[str, Words] = {"en": ENGLISH, "uk": UKRAINIAN}
