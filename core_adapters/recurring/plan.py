"""What is to be done for a schedule now: pay the newest date, try one once more, or nothing."""

from dataclasses import dataclass
from datetime import date

from core_adapters.recurring.calendar import Every, next_after

FIRST, AGAIN = 1, 2  # a date is tried at most twice, the second time on the next day


@dataclass(frozen=True, slots=True)
class Standing:
    """The dates of a schedule. ``retry_of`` was refused and is to be tried once more, on ``retry_on`` and not later."""

    anchor: date
    every: Every
    next_on: date
    retry_of: date | None = None
    retry_on: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """``due_on`` is to be acted on for the ``attempt``-th time. Older dates are ``skipped``: nobody acted in time."""

    due_on: date
    attempt: int
    skipped: tuple[date, ...]
    next_on: date | None


@dataclass(frozen=True, slots=True)
class Missed:
    """The day on which a date was to be tried again has gone by."""

    due_on: date


def plan(standing: Standing, today: date) -> Due | Missed | None:
    """``today`` is the bank's date; one that lies behind, since a clock was set back, finds nothing to do."""
    if standing.next_on <= today:
        dates = _dates(standing, today)
        return Due(dates[-1], FIRST, dates[:-1], next_after(standing.anchor, standing.every, today))
    if standing.retry_of is None or standing.retry_on is None or standing.retry_on > today:
        return None
    if standing.retry_on < today:
        return Missed(standing.retry_of)
    return Due(standing.retry_of, AGAIN, (), standing.next_on)


def _dates(standing: Standing, today: date) -> tuple[date, ...]:
    """The dates from the next one on that have come, in order."""
    dates, following = [standing.next_on], next_after(standing.anchor, standing.every, standing.next_on)
    while following is not None and following <= today:
        dates.append(following)
        following = next_after(standing.anchor, standing.every, following)
    return tuple(dates)
