"""Single days: ``today``, ``12.11``, ``12 листопада``, ``November 12, 2026``, ISO. Periods are in ``periods``.

A day without a year is the one nearest to ``today``. ``refused``: ``no_such_day`` (31.02), ``ambiguous`` (5/6/2026:
readings give day first, then month first).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flows.entities.found import TEXT_CHARS_MAX, Found, Place, overlaps
from flows.entities.months import MONTHS, PATTERN

_RELATIVE = {
    0: "today сьогодні сегодня sohodni segodnya",
    1: "tomorrow завтра zavtra",
    -1: "yesterday вчора учора вчера vchora vchera",
    2: "післязавтра послезавтра",
    -2: "позавчора позавчера",
}
_DAYS_FROM_TODAY = {word: days for days, words in _RELATIVE.items() for word in words.split()}
_WORD = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(_DAYS_FROM_TODAY, key=len, reverse=True))})(?!\w)", re.IGNORECASE)
_ISO = re.compile(r"(?<![\w-])(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?![\w-])")
_NUMBERS = re.compile(
    r"(?<![\w./-])(?P<d>[0-9]{1,2})(?P<sep>[./-])(?P<m>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4}|[0-9]{2})(?![\w/-]|\.[0-9])"
)
# The least that all shapes have: a digit and something else beside it. Amounts are nearly always digits alone.
_DIGIT_BESIDES = re.compile(r"[0-9][^0-9]|[^0-9][0-9]")
_ORDINAL = r"(?:st|nd|rd|th|-?го|-?е)?"
_DAY_MONTH = re.compile(
    rf"(?<![\w.,])(?P<d>[0-9]{{1,2}}){_ORDINAL}\s+(?:of\s+)?(?P<name>{PATTERN})\b\.?(?:,?\s+(?P<y>20[0-9]{{2}}))?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"(?<!\w)(?P<name>{PATTERN})\.?\s+(?P<d>[0-9]{{1,2}}){_ORDINAL}(?![\w.,]*[0-9])(?:,?\s+(?P<y>20[0-9]{{2}}))?(?!\w)",
    re.IGNORECASE,
)
# "12.11" may be twelve hryvnias and eleven kopecks: a day only where a day is asked for, or after such a word.
_SHORT = re.compile(r"(?<![\w./,-])(?P<d>[0-9]{1,2})(?P<sep>[./])(?P<m>[0-9]{1,2})(?![\w/-]|[.,][0-9])")
_DAY_CUE = re.compile(r"(?<!\w)(?:on|since|until|till|before|after|від|по|до|після|с|з|із|від|c)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """A day as written, before the year is known. ``months_first``: it may also be read with the month first."""

    start: int
    end: int
    day: int
    month: int
    year: int | None
    months_first: bool = False


def find(text: str, today: date) -> list[Found[date]]:
    """The days of a text; ``12.11`` counts as one."""
    text = text[:TEXT_CHARS_MAX]
    found = [
        Found(match.start(), match.end(), today + timedelta(days=_DAYS_FROM_TODAY[match[0].lower()]), match[0])
        for match in _WORD.finditer(text)
    ]
    found += [_found(text, written, today) for written in _written(text, short=True)]
    return sorted(found, key=lambda each: each.start)


def find_certain(text: str) -> list[Written]:
    """Days that are nothing else: with a year, with a month's name, or ``12.11`` after a word such as "since"."""
    return list(_written(text[:TEXT_CHARS_MAX], short=False))


def nearest(day: int, month: int, today: date) -> date | None:
    """The day of a year that is nearest to today, or None where no such day exists."""
    days = [at for year in range(today.year - 4, today.year + 5) if (at := exact(day, month, year)) is not None]
    return min(days, key=lambda at: abs(at - today)) if days else None


def exact(day: int, month: int, year: int) -> date | None:
    """The date, or None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _written(text: str, *, short: bool) -> Iterator[Written]:
    if not _DIGIT_BESIDES.search(text):
        return
    places: list[Place] = []
    for shape in (_ISO, _NUMBERS, _DAY_MONTH, _MONTH_DAY, _SHORT):
        for match in shape.finditer(text):
            if shape is _SHORT and not short and not _DAY_CUE.search(text[: match.start()][-12:]):
                continue
            written = _read(match)
            if written is not None and not overlaps(match.span(), places):
                places.append(match.span())
                yield written


def _read(match: re.Match[str]) -> Written | None:
    groups = match.groupdict()
    day, year = int(groups["d"]), groups.get("y")
    name = groups.get("name")
    month = MONTHS[name.lower()] if name else int(groups["m"])
    if not 1 <= day <= 31 or not 1 <= month <= 12:
        return None
    full_year = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
    either = groups.get("sep") == "/" and day <= 12 and day != month
    return Written(match.start(), match.end(), day, month, full_year, either)


def _found(text: str, written: Written, today: date) -> Found[date]:
    raw = text[written.start : written.end]
    readings = [_dated(written.day, written.month, written.year, today)]
    if written.months_first:
        readings.append(_dated(written.month, written.day, written.year, today))
    known = tuple(reading for reading in readings if reading is not None)
    if len(known) == 1:
        return Found(written.start, written.end, known[0], raw)
    return Found(written.start, written.end, None, raw, known, "ambiguous" if known else "no_such_day")


def _dated(day: int, month: int, year: int | None, today: date) -> date | None:
    return nearest(day, month, today) if year is None else exact(day, month, year)
