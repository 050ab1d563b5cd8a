"""A card of the customer's own by its last digits: ``•4242``, ``*4242``, "card ending in 4242", «картка 4242».

The value is the four digits. A whole card number is no such reference, nor is the ``[card •1111]`` in its place: that
one was typed to be paid to. A card that is meant by its name ("my savings card") is found by ``names``.
"""

import re
from collections.abc import Iterator

from flows.entities.found import TEXT_CHARS_MAX, Found

_MASK = r"(?:[•*xXхХ]{1,4}[ ]?|\.{2,4}|…)"
_MASKED = re.compile(rf"(?<![\w•*.…]){_MASK}([0-9]{{4}})(?![0-9])")
_CARD = r"(?:cards?|карт(?:к\w{1,3}|ок|[аиоуыe]\w?|ою)?)"
_ENDING = (
    r"(?:(?:that|which|що|яка|которая|которой)\s+)?"
    r"(?:ending|ends|ended|finish(?:es|ing)|закінчується|закінчуються|з кінцівкою|кінцівка|заканчивается)"
    r"(?:\s+(?:in|with|on|by|на))?"
)
_NUMBER = r"(?:number|no\.?|номер|з номером|№|#)"
_CUED = re.compile(
    rf"(?<!\w)(?:{_CARD}[\s,]+(?:{_ENDING}\s+|{_NUMBER}\s*)?|{_ENDING}\s+){_MASK}?"
    r"([0-9]{4})(?![\w]|[.,][0-9]|[ -][0-9]{4})",
    re.IGNORECASE,
)
# "card 4000 uah": what is followed by a currency or a thousand is an amount.
_AMOUNT = re.compile(r"\s?(?:uah|usd|eur|грн|гривень|гривні|₴|\$|€|k\b|тис)", re.IGNORECASE)
_TYPED = "[card "


def find(text: str) -> list[Found[str]]:
    """The references of a text, by place."""
    text = text[:TEXT_CHARS_MAX]
    found: dict[int, Found[str]] = {}
    for start, end, digits in _places(text):
        if not text[:start].endswith((_TYPED, _TYPED + "•")) and not _AMOUNT.match(text, end):
            found.setdefault(end, Found(start, end, digits, text[start:end]))
    return sorted(found.values(), key=lambda each: each.start)


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    """Masked digits stand from their mask on, others alone."""
    for match in _MASKED.finditer(text):
        yield match.start(), match.end(), match[1]
    for match in _CUED.finditer(text):
        yield match.start(1), match.end(1), match[1]
