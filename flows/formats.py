"""Money, numbers, dates and plurals as a locale writes them, from CLDR; the patterns are read once and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import get_currency_symbol

from flows.money import Money, minor_digits

NO_BREAK = "\u00a0"
# CLDR's narrow symbols, which Babel does not carry. Others fall back to the locale's usual symbol.
NARROW = {
    "UAH": "₴", "USD": "$", "EUR": "€", "GBP": "£", "PLN": "zł", "JPY": "¥", "CNY": "¥", "KZT": "₸", "TRY": "₺",
    "GEL": "₾", "ILS": "₪", "INR": "₹", "KRW": "₩", "CZK": "Kč", "HUF": "Ft", "RON": "lei", "SEK": "kr",
    "NOK": "kr", "DKK": "kr", "AZN": "₼", "AMD": "֏", "VND": "₫", "NGN": "₦", "PHP": "₱", "BRL": "R$",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Numbers:
    decimal: str
    group: str
    primary: int
    secondary: int


def money(amount: Money, locale: str) -> str:
    """``50.00 ₴`` in English, ``50,00 ₴`` in Ukrainian; the space does not break."""
    return _money(amount.minor, amount.currency, locale)


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, locale: str) -> str:
    digits = minor_digits(currency)
    whole, fraction = divmod(abs(minor), 10**digits)
    numbers = _numbers(locale)
    sign = "-" if minor < 0 else ""
    tail = f"{numbers.decimal}{fraction:0{digits}d}" if digits else ""
    return f"{sign}{_grouped(whole, numbers)}{tail}{NO_BREAK}{_symbol(currency, locale)}"


def number(value: int, locale: str) -> str:
    """A whole number with the locale's grouping."""
    return ("-" if value < 0 else "") + _grouped(abs(value), _numbers(locale))


@lru_cache(maxsize=1024)
def day(value: date, locale: str) -> str:
    """A date in words: ``21 November 2026``."""
    return format_date(value, "long", locale=_locale(locale))


def moment(value: datetime, locale: str) -> str:
    """A day and a time of it: ``21 November, 18:05``."""
    return format_datetime(value, "d MMMM, HH:mm", tzinfo=value.tzinfo, locale=_locale(locale))


def stamp(value: datetime, locale: str) -> str:
    """A moment for the record: ``21 November 2026, 18:05 EET``, and ``UTC+3`` where the hour has no name."""
    written = format_datetime(value, "d MMMM y, HH:mm", tzinfo=value.tzinfo, locale=_locale(locale))
    return f"{written}{NO_BREAK}{_zone(value)}"


@lru_cache(maxsize=4096)
def plural(count: int, locale: str) -> str:
    """The CLDR plural category of a count: ``one``, ``few``, ``many``, ``other``."""
    return _locale(locale).plural_form(abs(count))


def is_known(locale: str) -> bool:
    """Whether CLDR has a language of this tag, such as ``uk`` or ``en-GB``."""
    try:
        _locale(locale)
    except (ValueError, UnknownLocaleError):
        return False
    return True


def language_name(locale: str) -> str:
    """A language in its own words: ``English``, ``Українська``."""
    name = _locale(locale).get_language_name(locale)
    return name[:1].upper() + name[1:] if name else locale


def _zone(value: datetime) -> str:
    name = value.tzname() or ""
    if name[:1] not in ("+", "-"):
        return name
    hours, minutes = int(name[:3]), name[3:5]
    return f"UTC{hours:+d}" + (f":{minutes}" if minutes.strip("0") else "")


def _grouped(whole: int, numbers: _Numbers) -> str:
    text = str(whole)
    if len(text) <= numbers.primary:
        return text
    head, parts = text[: -numbers.primary], [text[-numbers.primary :]]
    while head:
        parts.append(head[-numbers.secondary :])
        head = head[: -numbers.secondary]
    return numbers.group.join(reversed(parts))


@lru_cache(maxsize=64)
def _locale(locale: str) -> Locale:
    return Locale.parse(locale, sep="-" if "-" in locale else "_")


@lru_cache(maxsize=64)
def _numbers(locale: str) -> _Numbers:
    found = _locale(locale)
    symbols: Mapping[str, str] = found.number_symbols["latn"]
    primary, secondary = found.decimal_formats[None].grouping
    return _Numbers(symbols["decimal"], symbols["group"], primary, secondary)


@lru_cache(maxsize=256)
def _symbol(currency: str, locale: str) -> str:
    return NARROW.get(currency) or get_currency_symbol(currency, _locale(locale))
