"""A payee by a name the bank need not know: "to Andriy", "for my sister", «мамі», «для Оксани Коваль».

The value is the name as it is written, without what leads to it. A word is taken for a name where it follows "to" or
«для» with a capital letter, or where it says who somebody is to the customer. Whose account that is, is asked by the
flow: a name alone moves nothing.
"""

import re

from flows.entities.found import TEXT_CHARS_MAX, Found
from flows.entities.months import PATTERN as MONTHS

_KIN = (
    r"mom|mum|mother|mommy|dad|father|daddy|brother|sister|son|daughter|wife|husband|grandma|grandpa|granny|"
    r"friend|boyfriend|girlfriend|roommate|neighbou?r|landlord|colleague|uncle|aunt|boss|"
    r"мамі|мамо|татові|тату|татку|батьку|батькові|брату|братові|сестрі|сину|синові|доньці|дочці|дружині|чоловіку|"
    r"чоловікові|бабусі|дідусю|дідусеві|другу|другові|подрузі|сусіду|сусідові|сусідці|тітці|дядьку|колезі|"
    r"хлопцю|дівчині|куму|кумі|свекрусі|тещі|начальнику|"
    r"маме|папе|брату|сестре|сыну|дочке|жене|мужу|бабушке|дедушке|подруге|соседу|коллеге"
)
_CAPITALISED = r"[A-ZА-ЯІЇЄҐ][a-zа-яіїєґ'’ʼ]+(?:-[A-ZА-ЯІЇЄҐ][a-zа-яіїєґ'’ʼ]+)?"
_NAME = rf"{_CAPITALISED}(?:\s+{_CAPITALISED}){{0,2}}"
_POSSESSIVE = r"(?:(?i:my|our|the|моїй|моєму|своїй|своєму|нашій|нашому|моей|моему|своей|своему)\s+)?"
_LEADS = (
    r"(?<!\w)(?i:to|for|pay|payee|recipient|для|одержувач\w{0,2}|отримувач\w{0,2}|на ім['’ʼ]?я|"
    r"скинь|скинути|перекажи|переказати|надішли|відправ|відправити|переведи|кинь|поверни|повернути)[\s:]+"
)
_LED = re.compile(rf"{_LEADS}{_POSSESSIVE}(?P<name>{_NAME})(?!\w)")
_RELATED = re.compile(rf"(?<![\w'’]){_POSSESSIVE}(?P<name>(?i:{_KIN}))(?:\s+(?P<own>{_NAME}))?(?![\w'’])")
_AMOUNT_LEADS = re.compile(
    rf"(?<![\w.,])[0-9][0-9 .,]*(?:k|к|тис\.?|грн\.?|гривень|гривні|uah|₴)?\s+(?P<name>{_NAME})(?!\w)"
)
# What stands there with a capital letter and is nobody.
_NOBODY = re.compile(
    rf"(?:{MONTHS}|UAH|USD|EUR|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Visa|Mastercard|Internet|"
    r"Viber|Telegram|WhatsApp|Messenger|Iban|Kyiv|Lviv|Odesa|Київ|Києва|Львів|Одеса|Приват\w*|Моно\w*|Гривень|Карт\w*|Card)",
    re.IGNORECASE,
)


def find(text: str) -> list[Found[str]]:
    """The names of a text, by place."""
    text = text[:TEXT_CHARS_MAX]
    found: dict[int, Found[str]] = {}
    for pattern in (_RELATED, _LED, _AMOUNT_LEADS):
        for match in pattern.finditer(text):
            start, end = match.start("name"), match.end()
            first = text[start:end].split()[0]
            clear = all(start >= one.end or end <= one.start for one in found.values())
            if clear and not _NOBODY.fullmatch(first):
                found[start] = Found(start, end, " ".join(text[start:end].split()), text[start:end])
    return [found[start] for start in sorted(found)]
