"""What the bank pays and takes for a unit of another currency today. Made up: a base, and a little that changes daily.

Rates are whole ten-thousandths of a hryvnia.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from sandbox.bank import rules

Kind = Literal["card", "cash"]
PARTS = 10_000
# The middle, and how far buying and selling stand from it, in hundredths of a per cent.
MIDDLE = {"USD": 41_3500, "EUR": 44_8200, "PLN": 10_4100, "GBP": 52_6700}
SPREAD = {"card": 60, "cash": 110}
SINCE = time(9, 0)


@dataclass(frozen=True, slots=True)
class Rate:
    """For one unit of ``currency``: what the bank pays for it, and what it takes."""

    currency: str
    buys: int
    sells: int


def today(kind: Kind, now: datetime) -> tuple[list[Rate], datetime]:
    """The rates that hold now and since when: they are set at nine in the morning, by the bank's clock."""
    here = now.astimezone(rules.ZONE)
    day = here.date() if here.time() >= SINCE else here.date() - timedelta(days=1)
    wave = (day.toordinal() * 37) % 121 - 60  # in hundredths of a per cent
    found = []
    for currency, middle in MIDDLE.items():
        moved = middle + middle * wave // 10_000
        apart = moved * SPREAD[kind] // 10_000
        found.append(Rate(currency, _cents(moved - apart), _cents(moved + apart)))
    return found, datetime.combine(day, SINCE, rules.ZONE)


def in_hryvnias(amount_minor: int, currency: str, now: datetime) -> int:
    """An amount of another currency in minor units of ours, at which a card's payment is counted.

    A currency that the bank has no rate for counts as nothing.
    """
    if currency == rules.CARD_CURRENCY:
        return amount_minor
    rate = next((one.buys for one in today("card", now)[0] if one.currency == currency), 0)
    units: int = 10 ** rules.currency(currency).digits
    return amount_minor * rate * 100 // (PARTS * units)


def written(parts: int) -> str:
    """A rate as text: `41.35`."""
    return f"{parts // PARTS}.{parts % PARTS // 100:02d}"


def _cents(parts: int) -> int:
    return parts // 100 * 100
