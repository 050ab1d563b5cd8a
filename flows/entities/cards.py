"""Card numbers in any writing, so that they can be taken out of a text before anything stores it.

A number is 13 to 19 digits of a scheme's range and length whose Luhn check holds. A mistyped one is as secret, so
digits written as a card number are taken too when the check fails, unless they are a known IBAN, phone, amount or
order number. In doubt the digits are taken: a masked order number costs a question, a stored card number is a leak.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from flows.entities import ibans, phones
from flows.entities.found import Place, overlaps
from flows.entities.schemes import UNKNOWN, luhn_ok, scheme_of, strong

DIGITS_MIN, DIGITS_MAX = 13, 19
# What may stand between two groups of digits of one number, in characters.
GAP_CHARS_MAX = 6
# So many lone digits in a row are a number spelled digit by digit.
SINGLES_MIN = 10
# 4-4-4-4-3 has the most groups that stand on a card.
GROUPS_ON_A_CARD_MAX = 5
_NO_SCHEME = "017"
# The region whose national phone numbers are known not to be cards.
REGION = "UA"

_SEPARATOR_CATEGORIES = {"Zs", "Zl", "Zp", "Pd", "Pc", "Cf", "Mn", "Me", "Cc"}
_SEPARATORS = set(".·•∙‧,/|*:;'`\u2212\uff0e\u3002")
_ORDER_CUE = re.compile(
    r"(?:order|ord|invoice|inv|ref(?:erence)?|tracking|parcel|ticket|ttn|ean|barcode|imei|serial|transaction|txn|"
    r"contract|замовл\w*|заказ\w*|накладн\w*|ттн|посилк\w*|посылк\w*|квитанц\w*|чек\w*|договор\w*|договір|"
    r"рахун\w*|операц\w*|транзакц\w*|заявк\w*|штрихкод|№|no\.|#|\bid)"
    r"(?:\s+(?:is|id|no|number|номер|№|це))*[\s.:#№_=-]{0,4}$",
    re.IGNORECASE,
)
# A number written as on the card, nothing beside it that could make it a piece of something else.
_AS_ON_A_CARD = re.compile(r"(?<![\w+])[0-9]{4}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?!\w)")
_CARD_CUE = re.compile(r"card|карт", re.IGNORECASE)
_CUE_CHARS = 40


@dataclass(frozen=True, slots=True)
class Span:
    """A card number in a text. ``digits`` are ASCII and never in the repr; ``scheme`` is ``unknown`` at worst."""

    start: int
    end: int
    digits: str = field(repr=False)
    luhn_ok: bool
    scheme: str


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits that stand together; ``gap`` is what parts them from the group before."""

    start: int
    end: int
    digits: str
    gap: str


_Judge = Callable[[str, Sequence[_Group]], bool]


def find(text: str) -> list[Span]:
    """The card numbers of a text, by place, not overlapping. The whole text is read, however long."""
    digits = sum(map(str.isdigit, text))
    if digits < DIGITS_MIN:
        return []
    if digits == 16 and (only := _as_on_a_card(text)):
        return only
    known = [(found.start, found.end) for found in ibans.find(text) if found.refused != "length"]
    numbers = phones.find(text, REGION)
    known += [(phone.start, phone.end) for phone in numbers if phone.raw.lstrip("+").isdigit()]
    taken = [span for run in _runs(text, known) for span in _windows(text, run, _plain_card)]
    known += [(span.start, span.end) for span in taken]
    known += [(phone.start, phone.end) for phone in numbers]
    for run in _runs(text, known):
        loose = _windows(text, run, _spread_card)
        taken += loose or _windows(text, run, _mistyped_card)
    return sorted(taken, key=lambda span: span.start)


def none_in(text: str) -> str:
    """The text as it is, for a border where a card number has no place; a long number of another kind may stand.

    :raises ValueError: for a text with a true card number, in words that do not repeat it.
    """
    if any(span.luhn_ok for span in find(text)):
        raise ValueError("holds a card number: show the last four digits only")
    return text


def _as_on_a_card(text: str) -> list[Span]:
    """The one true number of a text without other digits: nearly every card is sent so, and no phone looks so."""
    match = _AS_ON_A_CARD.search(text)
    if match is None:
        return []
    digits = match[0].replace(match[1], "")
    if not (strong(digits) and luhn_ok(digits)):
        return []
    return [Span(match.start(), match.end(), digits, True, scheme_of(digits))]


def _runs(text: str, known: Sequence[Place]) -> Iterator[list[_Group]]:
    """Groups of digits that only separators part, cut where something known stands."""
    run: list[_Group] = []
    for start, end, digits in _groups(text):
        gap = text[run[-1].end : start] if run else ""
        if run and (overlaps((run[-1].end, end), known) or not _is_gap(gap)):
            yield run
            run, gap = [], ""
        if not overlaps((start, end), known):
            run.append(_Group(start, end, digits, gap))
    if run:
        yield run


def _groups(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and ASCII digits of what reads as one piece: invisible and combining characters do not part it."""
    digits, start, end = "", 0, 0
    for index, character in enumerate(text):
        digit = unicodedata.digit(character, None)
        if digit is not None:
            start = start if digits else index
            digits, end = digits + str(digit), index + 1
        elif digits and unicodedata.category(character) not in {"Cf", "Mn", "Me"}:
            yield start, end, digits
            digits = ""
    if digits:
        yield start, end, digits


def _is_gap(gap: str) -> bool:
    return len(gap) <= GAP_CHARS_MAX and all(
        unicodedata.category(character) in _SEPARATOR_CATEGORIES or character in _SEPARATORS for character in gap
    )


def _windows(text: str, run: list[_Group], taken_for: _Judge) -> list[Span]:
    """The groups of a run that the judge takes for card numbers, from the left."""
    spans: list[Span] = []
    at = 0
    while at < len(run):
        width = next((width for width in _widths(run, at) if taken_for(text, run[at : at + width])), 0)
        if width:
            spans += _spans(run[at : at + width])
        at += width or 1
    return spans


def _widths(run: list[_Group], at: int) -> list[int]:
    """How many groups from ``at`` make 13 to 19 digits (or two numbers glued), the usual lengths first."""
    total, widths = 0, []
    for index, group in enumerate(run[at : at + DIGITS_MAX]):
        total += len(group.digits)
        if DIGITS_MIN <= total <= DIGITS_MAX or (index == 0 and total == 2 * 16):
            widths.append((abs(total - 16), index + 1))
    return [width for _, width in sorted(widths)]


def _spans(groups: Sequence[_Group]) -> list[Span]:
    digits = "".join(group.digits for group in groups)
    if len(digits) > DIGITS_MAX:
        middle = groups[0].end - 16
        halves = ((groups[0].start, middle, digits[:16]), (middle, groups[0].end, digits[16:]))
        return [Span(start, end, half, True, scheme_of(half)) for start, end, half in halves]
    return [Span(groups[0].start, groups[-1].end, digits, luhn_ok(digits), scheme_of(digits))]


def _plain_card(text: str, groups: Sequence[_Group]) -> bool:
    """A true number in one piece or in the groups that stand on cards."""
    if len(groups) > GROUPS_ON_A_CARD_MAX:
        return False
    sizes = tuple(len(group.digits) for group in groups)
    if sizes == (32,):
        return all(_is_card(half) for half in (groups[0].digits[:16], groups[0].digits[16:]))
    if not (min(sizes) >= 4 or sizes[:2] == (4, 6) or (sizes[:3] == (4, 4, 4) and len(sizes) <= 5)):
        return False
    digits = "".join(group.digits for group in groups)
    return _is_card(digits) and (len(groups) > 1 or strong(digits) or not _is_order(text, groups[0].start))


def _spread_card(text: str, groups: Sequence[_Group]) -> bool:
    """A true number in any groups, down to single digits; "50 4 1 1 1..." is a number after another."""
    if groups[0].digits[0] in _NO_SCHEME:
        return False
    lone = sum(len(group.digits) == 1 for group in groups)
    if lone >= SINGLES_MIN and lone != len(groups):
        return False
    digits = "".join(group.digits for group in groups)
    likely = strong(digits) or not _is_order(text, groups[0].start)
    return len(digits) <= DIGITS_MAX and _is_card(digits) and likely


def _mistyped_card(text: str, groups: Sequence[_Group]) -> bool:
    """Digits written as a card number whose check fails or whose length is no scheme's."""
    if len(groups) > GROUPS_ON_A_CARD_MAX and groups[0].digits[0] in _NO_SCHEME:
        return False
    sizes = tuple(len(group.digits) for group in groups)
    if sizes == (32,) or _is_order(text, groups[0].start):
        return False
    if len(sizes) == 1:
        return True
    if any(character in ",:;/|'`" for group in groups[1:] for character in group.gap):
        return False
    as_on_a_card = (sizes[:3] == (4, 4, 4) and len(sizes) == 4) or (sizes[:2] == (4, 6) and len(sizes) == 3)
    thousands = all(size == 3 for size in sizes[1:])
    of_a_scheme = scheme_of("".join(group.digits for group in groups)) != UNKNOWN
    return as_on_a_card or (of_a_scheme and len(sizes) >= 3 and not thousands)


def _is_card(digits: str) -> bool:
    return scheme_of(digits) != UNKNOWN and luhn_ok(digits)


def _is_order(text: str, start: int) -> bool:
    """Whether a word before the digits says that they number an order, and none says that it is a card's number."""
    before = text[max(0, start - _CUE_CHARS) : start]
    return _ORDER_CUE.search(before) is not None and _CARD_CUE.search(before) is None
