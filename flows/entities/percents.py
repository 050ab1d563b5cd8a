"""Percentages: ``10%``, ``2,5 %``, "five per cent", «десять відсотків». The value is a Decimal of per cent, exact.

``refused`` has the words of ``numerals``, and besides ``negative``, ``ambiguous`` (``1,234 %``) and ``too_large``
(nobody asks for more than a thousand per cent).
"""

import re
from decimal import Decimal

from flows.entities.found import TEXT_CHARS_MAX, Found
from flows.entities.numerals import Numeral, scan

PERCENT_MAX = 1_000
_SIGN = re.compile(
    r"[\s\u00a0]{0,2}(?:%|(?:per[ -]?cents?|percents?|pct|"
    r"відсот(?:ок|ка|ки|ків|кам|ках)?|процент(?:а|и|ів|ов|ам)?)(?!\w))",
    re.IGNORECASE,
)
_MINUS = re.compile(r"(?:^|(?<=\s))(?:[-−]|(?:minus|мінус|минус)\s+)$", re.IGNORECASE)


def find(text: str) -> list[Found[Decimal]]:
    """The percentages of a text; a number without its sign is none."""
    text = text[:TEXT_CHARS_MAX]
    found = []
    for numeral in scan(text):
        sign = _SIGN.match(text, numeral.end)
        if sign is not None and not text[max(0, numeral.start - 1) : numeral.start].isalnum():
            found.append(_found(text, numeral, sign.end()))
    return found


def _found(text: str, numeral: Numeral, end: int) -> Found[Decimal]:
    minus = _MINUS.search(text[max(0, numeral.start - 8) : numeral.start])
    start = numeral.start - len(minus[0]) if minus else numeral.start
    raw = text[start:end]
    readings = tuple(Decimal(value.numerator) / Decimal(value.denominator) for value in numeral.values)
    if numeral.refused or minus:
        return Found(start, end, None, raw, refused=numeral.refused or "negative")
    if len(readings) != 1:
        return Found(start, end, None, raw, readings, "ambiguous" if readings else "malformed")
    if readings[0] > PERCENT_MAX:
        return Found(start, end, None, raw, refused="too_large")
    return Found(start, end, readings[0], raw)
