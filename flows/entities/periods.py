"""Spans of days: ``last month``, ``за жовтень``, ``з 1 по 15 листопада``, ``last 30 days``. Both ends are included.

A month without a year is the latest one that has begun.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from flows.entities import dates
from flows.entities.found import TEXT_CHARS_MAX, Found, Place, overlaps
from flows.entities.months import MONTHS, PATTERN

# A statement is never longer than this; "last 999999 days" is no period.
DAYS_MAX = 3_700


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


_LAST = r"(?:last|previous|past|минул\w{2,3}|попередн\w{1,3}|останн\w{1,3}|прошл\w{2,3}|последн\w{1,3}|mynul\w{2,3})"
_THIS = r"(?:this|current|ц(?:ей|ього|ьому|я|ю|ього)|поточн\w{2,3}|эт(?:от|ой|у|а)|текущ\w{2,3})"
_WEEK, _MONTH, _YEAR = (
    r"(?:week|тиж\w{2,4}|недел\w)",
    r"(?:month|місяц\w?|месяц\w?|misyats\w?)",
    r"(?:year|р[іо]к\w?|год\w?)",
)
_NAMED = re.compile(
    rf"(?<!\w)(?:(?:за|for|in|у|в|of)\s+)?(?P<name>{PATTERN})(?!\w)(?:\s+(?P<y>20[0-9]{{2}}))?", re.IGNORECASE
)
_BACK = re.compile(
    rf"(?<!\w){_LAST}\s+(?P<n>[0-9]{{1,6}})\s+"
    r"(?P<unit>days?|weeks?|months?|д(?:ень|ні|нів|ня|ней)|тиж\w{2,4}|недел\w*|місяц\w*|месяц\w*)(?!\w)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[-–—]|to|till|until|through|and|по|до|і|та|и)\s*", re.IGNORECASE)
_SAME_MONTH = re.compile(
    rf"(?<![\w.])(?P<a>[0-9]{{1,2}})\s*(?:[-–—]|to|по|до)\s*(?P<b>[0-9]{{1,2}})\s+(?P<name>{PATTERN})(?!\w)(?:\s+(?P<y>20[0-9]{{2}}))?",
    re.IGNORECASE,
)


def find(text: str, today: date) -> list[Found[Period]]:
    """The periods of a text; a lone day is a period of one day."""
    text = text[:TEXT_CHARS_MAX]
    found: list[Found[Period]] = []
    for each in _candidates(text, today):
        places: list[Place] = [(one.start, one.end) for one in found]
        if not overlaps((each.start, each.end), places):
            found.append(each)
    return sorted(found, key=lambda each: each.start)


def _candidates(text: str, today: date) -> Iterator[Found[Period]]:
    """Longer writings first; what overlaps an earlier one is dropped."""
    yield from _in_one_month(text, today)
    yield from _from_to(text, today)
    yield from _back(text, today)
    for pattern, span in _RELATIVE:
        for match in pattern.finditer(text):
            yield Found(match.start(), match.end(), span(today), match[0])
    for day in dates.find(text, today):
        if day.value is not None:
            yield Found(day.start, day.end, Period(day.value, day.value), day.raw)
    yield from _named(text, today)


def _named(text: str, today: date) -> Iterator[Found[Period]]:
    for match in _NAMED.finditer(text):
        month = MONTHS[match["name"].lower()]
        lone = match["name"].lower() in {"may", "march", "mar", "мар", "лист", "сер", "бер", "мая"}
        if lone and match[0].lower() == match["name"].lower():
            continue
        year = int(match["y"]) if match["y"] else today.year - (month > today.month)
        yield Found(match.start(), match.end(), _month(year, month), match[0])


def _in_one_month(text: str, today: date) -> Iterator[Found[Period]]:
    for match in _SAME_MONTH.finditer(text):
        month = MONTHS[match["name"].lower()]
        year = int(match["y"]) if match["y"] else today.year - (month > today.month)
        first, last = dates.exact(int(match["a"]), month, year), dates.exact(int(match["b"]), month, year)
        if first and last and first <= last:
            yield Found(match.start(), match.end(), Period(first, last), match[0])


def _from_to(text: str, today: date) -> Iterator[Found[Period]]:
    days = dates.find(text, today)
    for one, other in pairwise(days):
        joined = _BETWEEN.fullmatch(text[one.end : other.start]) is not None
        if joined and one.value is not None and other.value is not None and one.value <= other.value:
            yield Found(one.start, other.end, Period(one.value, other.value), text[one.start : other.end])


def _back(text: str, today: date) -> Iterator[Found[Period]]:
    for match in _BACK.finditer(text):
        unit = match["unit"].lower()
        days = int(match["n"]) * (7 if unit[0] in "wтн" else 30 if unit[0] in "mм" else 1)
        if 0 < days <= DAYS_MAX:
            yield Found(match.start(), match.end(), Period(today - timedelta(days=days - 1), today), match[0])


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return Period(first, _before(date(year + month // 12, month % 12 + 1, 1)))


def _before(day: date) -> date:
    return day - timedelta(days=1)


def _last_month(today: date) -> Period:
    end = _before(today.replace(day=1))
    return Period(end.replace(day=1), end)


def _this_week(today: date) -> Period:
    return Period(today - timedelta(days=today.weekday()), today)


def _last_week(today: date) -> Period:
    end = today - timedelta(days=today.weekday() + 1)
    return Period(end - timedelta(days=6), end)


def _shape(which: str, unit: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){which}\s+{unit}(?!\w)", re.IGNORECASE)


_RELATIVE: tuple[tuple[re.Pattern[str], Callable[[date], Period]], ...] = (
    (_shape(_LAST, _MONTH), _last_month),
    (_shape(_THIS, _MONTH), lambda today: Period(today.replace(day=1), today)),
    (_shape(_LAST, _WEEK), _last_week),
    (_shape(_THIS, _WEEK), _this_week),
    (_shape(_LAST, _YEAR), lambda today: Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))),
    (_shape(_THIS, _YEAR), lambda today: Period(date(today.year, 1, 1), today)),
)
