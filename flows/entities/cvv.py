"""CVV codes and PINs that a customer wrote although nobody may ask for them: places to be masked, never values."""

import re

from flows.entities.found import Hidden

_NAME = (
    r"(?:cvv2?|cvc2?|cvn|csc|security\s+code|pin(?:\s*-?\s*code)?|"
    r"свв2?|цвв|цвс|сививи|код\s+безпеки|код\s+безопасности|п[іи]н(?:\s*-?\s*код\w*)?)"
)
_BETWEEN = r"(?:[\s:=№#.,\-–—()\"'«»]|is|my|the|код|мій|мой|це|это|такий|від\s+картки|number|номер|code){0,6}"
_DIGITS = r"(\d(?:[ .\-]?\d){2,5})"
# Three digits (of any script) are the shortest; most texts have fewer and need no closer look.
_DIGITS_ENOUGH = re.compile(r"\d(?:\D*\d){2}")
_NAMED = re.compile(rf"(?<!\w){_NAME}{_BETWEEN}{_DIGITS}(?!\d)", re.IGNORECASE)
_NAMED_AFTER = re.compile(
    rf"(?<!\d)(\d{{3,6}})\s*(?:[-–—:(]\s*)?(?:is\s+|це\s+|это\s+)?(?:my\s+|the\s+|мій\s+|мой\s+)?{_NAME}(?!\w)",
    re.IGNORECASE,
)
# What stands on the two sides of a card, typed in one go: number, month and year, the code.
_AFTER_CARD = re.compile(
    r"(?:\[card •\d{4}\]|\d[\d \-]{11,22}\d)[\s,;|]{1,5}(?:exp\w*\W{0,3}|до\s)?"
    r"(?:0?[1-9]|1[0-2])\s?[/.\-\s]\s?(?:20)?\d{2}[\s,;|]{1,5}(\d{3,4})(?!\d)",
    re.IGNORECASE,
)


def find(text: str) -> list[Hidden[str]]:
    """The digits of CVVs and PINs, by place. ``value`` is always None and ``refused`` is ``secret``."""
    if _DIGITS_ENOUGH.search(text) is None:
        return []
    places = {match.span(1) for shape in (_NAMED, _NAMED_AFTER, _AFTER_CARD) for match in shape.finditer(text)}
    return [Hidden(start, end, None, text[start:end], refused="secret") for start, end in _apart(sorted(places))]


def _apart(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for place in places:
        if not kept or place[0] >= kept[-1][1]:
            kept.append(place)
    return kept
