"""How much may leave an account now: limits by day, hour, number, kind and payee, over what is held already.

A day is the bank's, from midnight to midnight; an hour is the sixty minutes before now. A payment in doubt holds its
part as one that was made. `rooms` says of each limit what it leaves and when it leaves more; the least decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core_adapters.brands import Limits
from flows.money import Money

HOUR = timedelta(hours=1)
PAYMENT = "payment"  # bills and phones: they have a limit of their own within the day's


@dataclass(frozen=True, slots=True)
class Held:
    """What one operation holds."""

    at: datetime
    kind: str
    minor: int
    new_payee: bool = False


@dataclass(frozen=True, slots=True)
class Care:
    """A binding is new: only who was paid before ``since`` counts as a known payee, until ``until``."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, and when. ``day`` is when the bank's day began and when it ends."""

    now: datetime
    day: tuple[datetime, datetime]
    identified: bool = True
    care: Care | None = None

    @property
    def since(self) -> datetime:
        """How far back the limits look."""
        earliest = min(self.day[0], self.now - HOUR)
        return min(earliest, self.care.since) if self.care else earliest


@dataclass(frozen=True, slots=True)
class Room:
    """What one limit leaves. ``free_at`` is when it leaves more; None when it holds nothing that ends."""

    limit: str
    left: Money
    free_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit: how much, or how often, since a moment. Without ``until`` it is the hour that moves on."""

    limit: str
    since: datetime
    until: datetime | None
    most: Money | None = None
    times: int | None = None
    only: dict[str, object] = field(default_factory=dict)

    def counts(self, held: Held) -> bool:
        return held.at > self.since and all(getattr(held, name) == value for name, value in self.only.items())


def rooms(limits: Limits, payer: Payer, held: Sequence[Held], kind: str, new_payee: bool) -> list[Room]:
    """What each limit leaves for a payment of this kind; a limit by number that is not used up says nothing."""
    rules = [*_ordinary(limits, payer, kind), *(_of_new_payees(limits, payer) if new_payee else ())]
    found = [_room(rule, held, limits.currency) for rule in rules]
    return [room for room in found if room is not None]


def least(found: Sequence[Room]) -> Room:
    """The room that decides: the least, and of equal ones that which lasts longest."""
    return min(found, key=lambda room: (room.left.minor, -_instant(room)))


def _ordinary(limits: Limits, payer: Payer, kind: str) -> list[Rule]:
    begun, ends = payer.day
    hour = payer.now - HOUR
    per_day = limits.transfer_per_day
    if not payer.identified:
        per_day = min(per_day, limits.transfer_per_day_unidentified)
    rules = [
        Rule("transfer_per_day", begun, ends, per_day),
        Rule("transfers_per_day", begun, ends, times=limits.transfers_per_day),
        Rule("transfer_per_hour", hour, None, limits.transfer_per_hour),
        Rule("transfers_per_hour", hour, None, times=limits.transfers_per_hour),
    ]
    if kind == PAYMENT:
        rules.append(Rule("payment_per_day", begun, ends, limits.payment_per_day, only={"kind": PAYMENT}))
    return rules


def _of_new_payees(limits: Limits, payer: Payer) -> list[Rule]:
    begun, ends = payer.day
    only: dict[str, object] = {"new_payee": True}
    rules = [Rule("new_payee_per_day", begun, ends, limits.new_payee_per_day, only=only)]
    if payer.care is not None:
        rules.append(Rule("new_binding", payer.care.since, payer.care.until, limits.new_binding, only=only))
    return rules


def _room(rule: Rule, held: Sequence[Held], currency: str) -> Room | None:
    counted = [one for one in held if rule.counts(one)]
    if rule.until is not None:
        free_at: datetime | None = rule.until
    else:
        free_at = min((one.at + HOUR for one in counted), default=None)
    if rule.most is not None:
        left = max(rule.most.minor - sum(one.minor for one in counted), 0)
        return Room(rule.limit, Money(left, currency), free_at)
    used_up = rule.times is not None and len(counted) >= rule.times
    return Room(rule.limit, Money(0, currency), free_at) if used_up else None


def _instant(room: Room) -> float:
    return room.free_at.timestamp() if room.free_at else 0.0
