"""What the page of a link says, in the languages of the bank; another language reads the first."""

from collections.abc import Mapping

Words = Mapping[str, str]

ENGLISH: Words = {
    "other": "Українською",
    "title": "A friend invites you to {bank}",
    "gift": "for you",
    "how": "Open a card in the chat and pay with it. The gift comes to your card by itself.",
    "open": "Open in {messenger}",
    "typed": "Or write this code to us in any of these chats:",
    "scan": "To go on with another phone, scan this code",
    "unknown": "There is no such link",
    "unknown_more": "Ask your friend to send it once more, whole. You can open a card without it, too.",
    "down": "The bank is not answering",
    "down_more": "The link stays good. Open it again in a minute.",
}  # fmt: skip

UKRAINIAN: Words = {
    "other": "In English",
    "title": "Друг запрошує вас до {bank}",
    "gift": "для вас",
    "how": "Відкрийте картку в чаті й заплатіть нею. Подарунок надійде на картку сам.",
    "open": "Відкрити в {messenger}",
    "typed": "Або напишіть нам цей код у будь-якому з цих чатів:",
    "scan": "Щоб продовжити з іншого телефона, відскануйте код",
    "unknown": "Такого посилання немає",
    "unknown_more": "Попросіть друга надіслати його ще раз, повністю. Картку можна відкрити й без нього.",
    "down": "Банк не відповідає",
    "down_more": "Посилання лишається чинним. Відкрийте його за хвилину.",
}  # fmt: skip

ALL: Mapping[str, Words] = {"en": ENGLISH, "uk": UKRAINIAN}
