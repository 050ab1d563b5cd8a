"""Amounts of money in free text, as Ukrainians write them: ``50``, ``1 234,56``, ``2k``, ``півтори тисячі``, ``₴50``.

The value is None, with the reason in ``refused``, for what was meant as an amount and cannot be taken:

==============  ===========================================================================================
approximate     "about 50", "близько 50" (the figure is in ``readings``), "a couple hundred" (no figure)
ambiguous       two readings; ``readings`` holds those that are money (``1,234``: 1234.00 UAH, for 1.234 is none;
                1234.000 and 1.234 KWD)
negative        ``-5``, ``мінус 5``
zero            ``0``, ``0.00``
decimals        more decimals than the currency has: ``50.123`` hryvnias, ``50.5`` yen
too_large       more than twelve whole digits
leading_zero    ``007``
malformed       separators that make no number: ``1.2.3``, ``10,00,0``, ``1000 000``
range           ``50-100``
notation        ``1e3``, ``0x10``, ``1_000``, ``1 OOO``
foreign_digits  digits of another script: ``١٢٣``, full-width digits
==============  ===========================================================================================

No Found at all: no number; a number that counts something else (cards, days, per cent, a time, an order number);
digits of a card, a phone, an IBAN or a date.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from flows.entities import cards, currencies, dates, ibans, phones
from flows.entities.found import TEXT_CHARS_MAX, Found, Place, overlaps
from flows.entities.numerals import WHOLE_DIGITS_MAX, Numeral, scan
from flows.money import Money, minor_digits

_PLACEHOLDER = re.compile(r"\[[^\]\n]{0,40}\]|(?:[•*xXхХ]{1,4}|\.{2,4})[0-9]{4}(?![0-9])|[#№][ ]?[\w-]+")
# The commonest amount of all: digits alone, too few for anything else.
_DIGITS_ALONE = re.compile(r"[1-9][0-9]{0,5}")
_TAIL_CUE = re.compile(r"(?:card|ending(?: in| with)?|картк\w*|карт\w{0,2}|закінчується(?: на)?)\s*$", re.IGNORECASE)
_ORDER_CUE = re.compile(
    r"(?:orders?|invoice|ticket|tracking|contract|замовленн\w+|заказ\w*|накладн\w+|договір|договор\w*)"
    r"(?:\s+(?:number|no\.?|номер))?\s*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?<!\w)(?:about|around|approximately|approx\.?|roughly|almost|nearly|at least|at most|more than|less than|up to|"
    r"близько|приблизно|майже|десь|щонайменше|не менше|не більше|понад|більше ніж|менше ніж|"
    r"примерно|около|почти|не менее|не более|больше чем|меньше чем|~)\s*$",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"(?<!\w)(?:couple(?: of)?|few|several|many|кілька|декілька|пар[ау]|несколько|багато|много)\s*$", re.IGNORECASE
)
_LOOK_BACK = 24
_LEADING_POINT = re.compile(r"(?:^|[^\w.,])[.,]$")
_MINUS = re.compile(r"(?:^|(?<=[\s(:₴$€£]))(?:[-−–—]|(?:minus|мінус|минус)\s+)(?:[₴$€£])?$", re.IGNORECASE)
_NOTATION = re.compile(r"[eE][+-]?[0-9]|[xXbBoO][0-9a-fA-F]|_[0-9]|[*^+=][0-9]|[OoОо]{1,3}(?!\w)|\s[OoОо]{2,3}(?!\w)")
_RANGE = re.compile(r"\s?[-–—]\s?[0-9]")
_COUNTED = re.compile(
    r"[\s\u00a0]{0,2}-?(?:%|percent|per cent|відсот|процент|cards?\b|days?\b|weeks?\b|months?\b|years?\b|hours?\b|"
    r"hrs?\b|minutes?\b|mins?\b|seconds?\b|times?\b|people\b|persons?\b|friends?\b|transfers?\b|payments?\b|digits?\b|"
    r"am\b|pm\b|o'?clock|of\b|more\b|раз(?:и|у|ів|а)?\b|картк|карт[аиоы]?\b|д(?:ень|ні|нів|ня|ней)\b|"
    r"тижн|недел|місяц|месяц|рок(?:и|ів|у)?\b|рік\b|год(?:а|ин\w*|ина)?\b|лет\b|час(?:а|ов)?\b|хвилин|числ[ао]\b|хв\b|минут|мин\b|секунд|люд(?:ей|и)|друз|"
    r"платеж|платіж|переказ|перевод|цифр|осіб|штук|шт\b|човнів)",
    re.IGNORECASE,
)
_CODE_BEFORE = re.compile(r"(?:[\w#№@•/\\^]|[0-9][:+=])[-.]?$")
_CODE_AFTER = re.compile(r"[\w@/\\:][\w]|[-‑][^\W\d_]|\w")
_AND = re.compile(r"[\s,]{0,3}(?:(?:and|та|і|й|и)\s+)?")


@dataclass(frozen=True, slots=True)
class _Part:
    """An amount before whole and minor units are joined. ``minor``: it counts kopecks."""

    start: int
    end: int
    values: tuple[Fraction, ...]
    currency: str
    minor: bool
    refused: str | None


def find(text: str, currency: str, region: str = "UA") -> list[Found[Money]]:
    """The amounts of a text, in ``currency`` where none is named. National phones are read as of ``region``."""
    text = text[:TEXT_CHARS_MAX]
    if _DIGITS_ALONE.fullmatch(text):
        return [Found(0, len(text), Money(int(text) * 10 ** minor_digits(currency), currency), text)]
    parts = _joined(text, _unbroken(text, _parts(text, currency, region)))
    return [_found(text, part) for part in parts]


def _parts(text: str, currency: str, region: str) -> Iterator[_Part]:
    taken = _elsewhere(text, region)
    done = 0
    for numeral in scan(text):
        if numeral.start < done or overlaps((numeral.start, numeral.end), taken):
            continue
        part = _part(text, numeral, currency, done)
        if part is not None:
            done = part.end
            yield part


def _elsewhere(text: str, region: str) -> Sequence[Place]:
    """Where other kinds stand whose digits are no amounts."""
    places = [match.span() for match in _PLACEHOLDER.finditer(text)]
    places += [(date.start, date.end) for date in dates.find_certain(text)]
    if sum(map(str.isdigit, text)) >= 7:
        places += [(phone.start, phone.end) for phone in phones.find(text, region)]
        places += [(card.start, card.end) for card in cards.find(text)]
        places += [(iban.start, iban.end) for iban in ibans.find(text)]
    return places


def _part(text: str, numeral: Numeral, currency: str, done: int) -> _Part | None:
    mark = currencies.after(text, numeral.end)
    if mark is None and (before := currencies.before(text, numeral.start, done)) and not before.minor:
        mark = before
    start = min(numeral.start, mark.start) if mark else numeral.start
    end = max(numeral.end, mark.end) if mark else numeral.end
    minus = _MINUS.search(text[max(0, numeral.start - 12) : numeral.start])
    if minus:
        start = min(start, numeral.start - len(minus[0]))
    refused = numeral.refused or ("negative" if minus else _doubt(text, start, numeral))
    if not mark and _CODE_BEFORE.search(text[max(0, numeral.start - 2) : numeral.start]):
        return None
    if notation := _NOTATION.match(text, numeral.end):
        end, refused = _word_end(text, notation.end()), "notation"
    elif spread := _RANGE.match(text, numeral.end):
        end, refused = _word_end(text, spread.end()), "range"
    elif _is_other(text, numeral, named=mark is not None):
        return None
    named = mark.currency if mark and not (mark.currency == "USD" and mark.minor and currency == "EUR") else currency
    return _Part(start, end, numeral.values, named, bool(mark and mark.minor), refused)


def _doubt(text: str, start: int, numeral: Numeral) -> str | None:
    """What stands before the number and spoils it."""
    if _LEADING_POINT.search(text[max(0, numeral.start - 2) : numeral.start]):
        return "malformed"
    before = text[max(0, start - _LOOK_BACK) : start]
    return "some" if _SOME.search(before) else "approximate" if _ABOUT.search(before) else None


def _is_other(text: str, numeral: Numeral, *, named: bool) -> bool:
    """Whether the number is a part of a code, or counts something that is not money."""
    before, after = text[max(0, numeral.start - 16) : numeral.start], text[numeral.end : numeral.end + 2]
    if named:
        return False
    if _CODE_AFTER.match(after) or _COUNTED.match(text, numeral.end):
        return True
    if numeral.spelled and numeral.values == (Fraction(1),):
        return text.strip(" .!") != text[numeral.start : numeral.end]
    if _ORDER_CUE.search(text[max(0, numeral.start - 32) : numeral.start]):
        return True
    return numeral.end - numeral.start == 4 and _TAIL_CUE.search(before) is not None


def _word_end(text: str, at: int) -> int:
    match = re.compile(r"[\w.,]*\w|").match(text, at)
    return match.end() if match else at


def _unbroken(text: str, parts: Iterable[_Part]) -> Iterator[_Part]:
    """Digits that only a space parts, but not as thousands, are one writing that nobody can read: "1000 000"."""
    waiting: _Part | None = None
    for part in parts:
        between = text[waiting.end : part.start] if waiting else ""
        if waiting and len(between) == 1 and between.isspace() and _digits_meet(text, waiting.end, part.start):
            waiting = replace(waiting, end=part.end, values=(), refused="malformed")
            continue
        if waiting:
            yield waiting
        waiting = part
    if waiting:
        yield waiting


def _digits_meet(text: str, end: int, start: int) -> bool:
    return text[end - 1].isdigit() and text[start].isdigit()


def _joined(text: str, parts: Iterable[_Part]) -> Iterator[_Part]:
    """Whole and minor units that belong together: "20 грн 50 коп"."""
    waiting: _Part | None = None
    for part in parts:
        if waiting and part.minor and not waiting.minor and _belongs(text, waiting, part):
            value = waiting.values[0] + part.values[0] / 10 ** minor_digits(waiting.currency)
            yield replace(waiting, end=part.end, values=(value,))
            waiting = None
            continue
        if waiting:
            yield waiting
        waiting = part
    if waiting:
        yield waiting


def _belongs(text: str, whole: _Part, minor: _Part) -> bool:
    simple = all(len(part.values) == 1 and part.refused is None for part in (whole, minor))
    between = _AND.fullmatch(text[whole.end : minor.start]) is not None
    a_whole = 10 ** minor_digits(whole.currency)
    return simple and between and minor.values[0] < a_whole and whole.values[0].denominator == 1


def _found(text: str, part: _Part) -> Found[Money]:
    raw = text[part.start : part.end]
    if part.refused == "some":
        return Found(part.start, part.end, None, raw, refused="approximate")
    if part.refused and part.refused != "approximate":
        return Found(part.start, part.end, None, raw, refused=part.refused)
    unit = 1 if part.minor else 10 ** minor_digits(part.currency)
    minors = [value * unit for value in part.values]
    if any(value >= 10**WHOLE_DIGITS_MAX for value in part.values):
        return Found(part.start, part.end, None, raw, refused="too_large")
    readings = tuple(Money(int(minor), part.currency) for minor in minors if minor.denominator == 1)
    if len(minors) > 1 and not (len(readings) == 1 and minor_digits(part.currency) == 0):
        return Found(part.start, part.end, None, raw, readings, "ambiguous")
    if not readings:
        return Found(part.start, part.end, None, raw, refused="decimals")
    if readings[0].minor == 0:
        return Found(part.start, part.end, None, raw, refused="zero")
    if part.refused:
        return Found(part.start, part.end, None, raw, readings, part.refused)
    return Found(part.start, part.end, readings[0], raw)
