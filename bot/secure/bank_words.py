"""What the bank's own pages say, beside ``words``: the same keys in each language."""

ENGLISH: dict[str, str] = {
    "show": "Show",
    "shown_once": "It is shown once, to whoever presses the button, until {until}. Be alone with your screen.",
    "print_hint": "To keep it, print this page or save it as a PDF from your browser's menu.",
    "seen": "This page has been shown",
    "seen_more": "It is shown once. If you need it again, or if it was not you who looked, write in the chat.",
    "closed": "This page has closed",
    "closed_more": "Its time is over, for your safety. Nothing was changed. Begin again in the chat for a new link.",
    "elsewhere": "This did not come from the bank's page",
    "elsewhere_more": "Nothing was done. Open the link from the chat and use the page itself.",
}  # fmt: skip

UKRAINIAN: dict[str, str] = {
    "show": "Показати",
    "shown_once": "Показується один раз, тому, хто натисне кнопку, до {until}. Подбайте, щоб ніхто не дивився збоку.",
    "print_hint": "Щоб зберегти, надрукуйте цю сторінку або збережіть її як PDF у меню браузера.",
    "seen": "Цю сторінку вже показано",
    "seen_more": "Вона показується один раз. Якщо потрібно ще раз або якщо дивилися не ви, напишіть у чат.",
    "closed": "Сторінку закрито",
    "closed_more": "Заради безпеки її час вийшов. Нічого не змінено. Почніть знову в чаті, і буде нове посилання.",
    "elsewhere": "Це надійшло не зі сторінки банку",
    "elsewhere_more": "Нічого не зроблено. Відкрийте посилання з чату й скористайтеся самою сторінкою.",
}  # fmt: skip
