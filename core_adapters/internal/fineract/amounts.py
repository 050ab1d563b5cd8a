"""Money and dates as Fineract writes them: decimals of major units, days as ``21 November 2026`` or ``[2026, 11, 21]``.

Nothing here is a float, and nothing is rounded: an amount that does not fit exactly is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core_adapters.failures import Refused, Unclear
from core_adapters.validation import MINOR_MAX
from flows.money import Money, minor_digits

DATE_FORMAT = "dd MMMM yyyy"
LOCALE = "en"
FRACTION_MAX = 12  # Fineract keeps six digits after the point; more than twice that is no amount of its
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def written(money: Money, digits: int) -> str:
    """The amount in major units: ``112.45``. ``digits`` are those that the core keeps of this currency.

    Raises:
        Refused: when the core would have to round it, or keeps the currency otherwise than it is.
    """
    ours = minor_digits(money.currency)
    whole, fraction = divmod(money.minor, 10**ours)
    if digits < ours and money.minor % 10 ** (ours - digits):
        raise Refused(f"the core keeps {digits} decimals of {money.currency}, and the amount has more")
    return f"{whole}.{fraction:0{ours}d}" if ours else str(whole)


def read(amount: object, currency: str) -> Money:
    """The amount of a JSON number. Raises Unclear for one that the currency's minor unit does not hold exactly."""
    if not is_amount(amount):
        raise Unclear("an amount that cannot be read")
    value = Decimal(amount) if isinstance(amount, int) else amount
    assert isinstance(value, Decimal)
    sign, figures, exponent = value.as_tuple()
    assert isinstance(exponent, int)  # is_amount lets no infinity through
    shift = exponent + minor_digits(currency)
    minor = int("".join(map(str, figures)) or "0")
    if shift >= 0:
        minor *= 10**shift
    elif minor % 10**-shift:
        raise Unclear(f"an amount finer than {currency} is")
    else:
        minor //= 10**-shift
    return Money(-minor if sign else minor, currency)


def is_amount(value: object) -> bool:
    """A finite JSON number of a size that money has; True is none."""
    if type(value) is int:
        return abs(value) <= MINOR_MAX
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -FRACTION_MAX <= exponent <= FRACTION_MAX and abs(value) <= MINOR_MAX


def said(day: date) -> str:
    """The date in Fineract's ``dd MMMM yyyy`` with English months, whatever the locale of this process."""
    return f"{day.day:02d} {MONTHS[day.month - 1]} {day.year:04d}"


def day_of(value: object) -> date:
    """The date of ``[2026, 11, 21]``. Raises Unclear."""
    if not isinstance(value, list) or len(value) != 3 or not all(type(part) is int for part in value):
        raise Unclear("a date that cannot be read")
    try:
        return date(*value)
    except (ValueError, OverflowError):
        raise Unclear("a date that no calendar has") from None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The bank's day: Fineract refuses a booking in its future, and its day is that of the bank's time zone."""

    time_zone: str
    clock: Callable[[], datetime]

    def now(self) -> datetime:
        return self.clock().astimezone(ZoneInfo(self.time_zone))

    def today(self) -> date:
        return self.now().date()
