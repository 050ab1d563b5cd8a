"""Whether a note is told now, later, with others, or not at all: the customer's choice, the night, and how many."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

PER_HOUR_MAX = 10  # of the operations on the cards; what comes above is told in one message at the hour's end
HOUR = timedelta(hours=1)
NIGHT_FROM, NIGHT_TO = time(22), time(8)

Wish = Literal["on", "day", "off"]


@dataclass(frozen=True, slots=True)
class Later:
    """Look again then. ``held``: it is over the hour's number, and is told together with others."""

    at: datetime
    held: bool = False


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the customer has been told within the hour: how often, the first time of it, and whether others wait."""

    told: int
    oldest: datetime | None
    held: int


def by_wish(wish: Wish, now: datetime, zone: str) -> Later | Literal["tell", "silenced"]:
    """What the customer's choice says at this moment; the night is the bank's."""
    if wish == "off":
        return "silenced"
    local = now.astimezone(ZoneInfo(zone))
    if wish == "on" or NIGHT_TO <= local.time() < NIGHT_FROM:
        return "tell"
    morning = local.date() + timedelta(days=local.time() >= NIGHT_FROM)
    return Later(datetime.combine(morning, NIGHT_TO, ZoneInfo(zone)))


def by_number(crowd: Crowd, now: datetime, held: bool) -> Later | Literal["tell", "sum"]:
    """Whether one more message may follow. ``held``: this note has waited for its hour to end already."""
    if held:
        return "sum" if crowd.held > 1 else "tell"
    if crowd.held == 0 and crowd.told < PER_HOUR_MAX:
        return "tell"
    return Later((crowd.oldest or now) + HOUR, held=True)
