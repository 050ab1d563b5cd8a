"""When something that recurs is due: days of the bank's calendar, and the moments at which they come.

The anchor is the day that all others are counted from. A month without its day has the last one instead, and the month
after has its own again: 31 January, 28 February, 31 March.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["once", "week", "month"]
EVERY: Mapping[str, Every] = {"week": "week", "month": "month"}  # how often money may go

# Customers are awake, cores have closed their day, and no zone moves its clocks at this hour.
PAY_AT = time(9)
REMIND_AT = time(10)
WEEK = timedelta(weeks=1)


def nth(anchor: date, every: Every, n: int) -> date:
    """The date that is ``n`` weeks or months after the anchor."""
    if every == "once":
        return anchor
    if every == "week":
        return anchor + n * WEEK
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + n, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def next_after(anchor: date, every: Every, day: date) -> date | None:
    """The first date after ``day``; None when there is none any more."""
    if every == "once" or day < anchor:
        return anchor if day < anchor else None
    passed = (day - anchor) // WEEK if every == "week" else _months(anchor, day)
    found = nth(anchor, every, passed)
    return found if found > day else nth(anchor, every, passed + 1)


def moment(day: date, at: time, zone: str) -> datetime:
    """The moment at which a clock in the bank's zone shows this day and time, in UTC."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def day_of(now: datetime, zone: str) -> date:
    """The bank's date at a moment."""
    return now.astimezone(ZoneInfo(zone)).date()


def _months(anchor: date, day: date) -> int:
    return (day.year - anchor.year) * 12 + day.month - anchor.month
