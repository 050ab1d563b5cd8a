"""Lines that a bank's answers become, in the customer's language, whatever the bank: operations, rates, places."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from flows import formats
from flows.money import Money

TEXT_MAX = 60  # of what an operation was about; a statement in a chat is ten lines, and they are to be read
KM = 1000
ALWAYS = "00:00-24:00"
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "left": "{balance} left", "rate": "{currency}: we buy at {buys}, sell at {sells}", "always": "around the clock",
        "m": "{distance} m away", "km": "{distance} km away", "since": "d MMMM, HH:mm", "at": "d MMM, HH:mm",
    },
    "uk": {
        "left": "залишок {balance}", "rate": "{currency}: купівля {buys}, продаж {sells}", "always": "цілодобово",
        "m": "{distance} м від вас", "km": "{distance} км від вас", "since": "d MMMM, HH:mm", "at": "d MMM, HH:mm",
    },
}  # fmt: skip


def language(locale: str) -> str:
    """The language of a locale, where we have words in it; else English."""
    name = locale.replace("_", "-").partition("-")[0].lower()
    return name if name in _WORDS else "en"


@dataclass(frozen=True, slots=True)
class Booked:
    """One operation of a statement; below zero money went out."""

    at: datetime
    text: str
    amount: Money
    balance: Money


def operation(booked: Booked, locale: str) -> str:
    """``21 Nov, 14:05: −50.00 ₴, Transfer to card •1111 (950.00 ₴ left)``."""
    name = language(locale)
    at = format_datetime(booked.at, _WORDS[name]["at"], locale=name)
    left = _WORDS[name]["left"].format(balance=formats.money(booked.balance, name))
    text = booked.text if len(booked.text) <= TEXT_MAX else f"{booked.text[: TEXT_MAX - 1].rstrip()}…"
    return f"{at}: {signed(booked.amount, name)}, {text} ({left})"


def signed(amount: Money, locale: str) -> str:
    """An amount with its sign: ``+50.00 ₴``, ``−50.00 ₴``."""
    sign = "−" if amount.minor < 0 else "+"
    return sign + formats.money(Money(abs(amount.minor), amount.currency), language(locale))


def share(name: str, amount: Money, total: Money, locale: str) -> str:
    """One category of spending: ``Groceries: 1,200.00 ₴, 80%``."""
    part = percent(amount, total)
    return f"{name}: {formats.money(amount, language(locale))}, {f'{part}%' if part else '<1%'}"


def percent(amount: Money, total: Money) -> int:
    """How many per cent of the total an amount is, to the nearest."""
    return (200 * amount.minor + total.minor) // (2 * total.minor) if total.minor > 0 else 0


def days(first: date, last: date, locale: str) -> str:
    """``1–28 November 2026``: as short as the two days allow."""
    name = language(locale)
    until = format_date(last, "d MMMM y", locale=name)
    if first == last:
        return until
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{until}"
    return f"{format_date(first, 'd MMMM' if first.year == last.year else 'd MMMM y', locale=name)} – {until}"


def rate(currency: str, buys: str, sells: str, locale: str) -> str:
    """One currency's rates, decimals as the language writes them."""
    name = language(locale)
    mark = "," if name == "uk" else "."
    return _WORDS[name]["rate"].format(currency=currency, buys=buys.replace(".", mark), sells=sells.replace(".", mark))


def since(at: datetime, locale: str) -> str:
    """A moment of today: ``21 November, 09:00``."""
    name = language(locale)
    return format_datetime(at, _WORDS[name]["since"], locale=name)


def place(address: str, hours: str, locale: str, distance_m: int | None = None) -> str:
    """A branch or a machine: ``12 Lypova St, 08:00-20:00, 450 m away``."""
    words = _WORDS[language(locale)]
    parts = [address, words["always"] if hours == ALWAYS else hours]
    if distance_m is not None:
        far = distance_m >= KM
        distance = (
            f"{distance_m // KM}" if far and distance_m >= 10 * KM else _short(distance_m) if far else f"{distance_m}"
        )
        mark = "," if language(locale) == "uk" else "."
        parts.append(words["km" if far else "m"].format(distance=distance.replace(".", mark)))
    return ", ".join(parts)


def _short(distance_m: int) -> str:
    return f"{distance_m // KM}.{distance_m % KM // 100}"
