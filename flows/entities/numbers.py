"""Whole numbers, in digits or words; and percentages of a ``percent`` slot, whose sign is left to the caller."""

from flows.entities.found import TEXT_CHARS_MAX, Found
from flows.entities.numerals import scan


def find(text: str) -> list[Found[int]]:
    """The whole numbers of a text. ``refused`` has the words of ``amounts``, and ``fraction`` for ``2.5``."""
    text = text[:TEXT_CHARS_MAX]
    found = []
    for numeral in scan(text):
        before, after = text[max(0, numeral.start - 1) : numeral.start], text[numeral.end : numeral.end + 1]
        if before.isalnum() or after.isalnum() or "_" in (before, after):
            continue
        minus = before in {"-", "−"} and not text[max(0, numeral.start - 2) : numeral.start - 1].strip()
        start = numeral.start - minus
        whole = tuple(int(value) for value in numeral.values if value.denominator == 1)
        refused = numeral.refused or ("negative" if minus else _why_not(len(numeral.values), len(whole)))
        value = None if refused else whole[0]
        found.append(Found(start, numeral.end, value, text[start : numeral.end], refused=refused))
    return found


def _why_not(values: int, whole: int) -> str | None:
    """``1,234`` is a whole number in one of its readings only, and is taken so."""
    return None if whole else "fraction" if values else "malformed"
