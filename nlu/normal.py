"""A sentence as the classifier sees it: lower case, with numbers, cards and phones as words of their own."""

import re
import unicodedata

from flows.entities import amounts, cards, phones

CARD, SUM, PHONE = "zcardz", "zsumz", "zphonez"
# A sentence that says what it wants says it early; this bounds the time of one parse.
TEXT_CHARS_MAX = 400
_PLACEHOLDER = re.compile(r"\[card •[0-9]{4}\]")
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ`´", "'"))


def normal(text: str) -> str:
    """The text with ``[card •1111]`` and card numbers as ``zcardz``, amounts as ``zsumz``, phones as ``zphonez``."""
    text = unicodedata.normalize("NFC", text[:TEXT_CHARS_MAX])
    places = [(match.start(), match.end(), CARD) for match in _PLACEHOLDER.finditer(text)]
    places += [(found.start, found.end, CARD) for found in cards.find(text)]
    places += [(found.start, found.end, PHONE) for found in phones.find(text, "UA")]
    places += [(found.start, found.end, SUM) for found in amounts.find(text, "UAH")]
    parts, at = [], 0
    for start, end, word in sorted(places):
        if start >= at:
            parts += [text[at:start], f" {word} "]
            at = end
    return "".join([*parts, text[at:]]).lower().translate(_APOSTROPHES)
