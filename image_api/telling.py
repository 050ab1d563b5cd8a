"""From checked values to words: ``"{amount:money} to •••• {to_last4}"`` with what is known, in a language.

    {field}          as it is                       {field:money}   1,234.50 ₴
    {field:word}     the template's word for it     {field:signed}  +1,234.50 ₴
    {field:time}     21 November 2026, 12:00 EET    {field:day}     21 November 2026
    {field:moment}   21 Nov 2026, 12:00             {field:days}    1-28 November 2026, of a first and a last day
    {field:groups}   UA21 3223 1300 ...             {field:bare}    a link without its scheme

A text that names something which is not known is not said at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from flows import formats
from flows.money import Money
from image_api.values.fields import read

Facts = Mapping[str, object]
MINUS = "\u2212"  # as wide as a plus, and never broken from its figure


class NoSuchFact(LookupError):
    """A template names what its values do not have, or a way of writing it that there is not."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Says facts in a language. ``words`` are the template's own."""

    locale: str
    time_zone: str
    words: Mapping[str, str]

    def say(self, text: str, facts: Facts) -> str | None:
        """The text with its facts; None when one of them is not known. Raises NoSuchFact."""
        said: list[str] = []
        for literal, name, way, _ in _parsed(text):
            said.append(literal)
            if name is None:
                continue
            if name not in facts:
                raise NoSuchFact(f"'{name}' is none of {', '.join(sorted(facts))}")
            if (value := facts[name]) is None or value == "":
                return None
            said.append(self._written(value, way or ""))
        return "".join(said)

    def word(self, name: str) -> str:
        """A word of the template."""
        if name not in self.words:
            raise NoSuchFact(f"the template has no word '{name}' in {self.locale}")
        return self.words[name]

    def _written(self, value: object, way: str) -> str:
        if way not in _WAYS:
            raise NoSuchFact(f"there is no way '{way}' of writing; there are {', '.join(sorted(_WAYS))}")
        return _WAYS[way](self, value)

    def money(self, value: object) -> str:
        money = value if isinstance(value, Money) else read(str(value))
        return formats.money(money, self.locale).replace("-", MINUS)

    def signed(self, value: object) -> str:
        """With the sign that says whether it came or went."""
        return ("" if str(value).startswith("-") else "+") + self.money(value)

    def time(self, value: object) -> str:
        return formats.stamp(self._here(value), self.locale)

    def moment(self, value: object) -> str:
        return format_datetime(self._here(value), "d MMM y, HH:mm", locale=self.locale)

    def day(self, value: object) -> str:
        return self._day(value, "d MMMM y")

    def days(self, value: object) -> str:
        """As short as the two days allow."""
        assert isinstance(value, tuple)
        first, last = value
        if first == last:
            return self.day(last)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{self.day(last)}"
        return f"{self._day(first, 'd MMMM' if first.year == last.year else 'd MMMM y')} – {self.day(last)}"

    def _day(self, value: object, pattern: str) -> str:
        assert isinstance(value, date)
        return format_date(value, pattern, locale=self.locale)

    def _here(self, value: object) -> datetime:
        assert isinstance(value, datetime)
        return value.astimezone(ZoneInfo(self.time_zone))


def _groups(value: object) -> str:
    text = str(value)
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


_WAYS: Mapping[str, Callable[[Teller, object], str]] = {
    "": lambda _, value: str(value),
    "word": lambda teller, value: teller.word(str(value)),
    "money": Teller.money,
    "signed": Teller.signed,
    "time": Teller.time,
    "moment": Teller.moment,
    "day": Teller.day,
    "days": Teller.days,
    "groups": lambda _, value: _groups(value),
    "bare": lambda _, value: str(value).split("://", 1)[-1].removesuffix("/"),
}


def names_in(text: str) -> list[tuple[str, str]]:
    """The facts that a text names, each with the way it is written."""
    return [(name, way or "") for _, name, way, _ in _parsed(text) if name is not None]


def ways() -> frozenset[str]:
    """The ways of writing that there are."""
    return frozenset(_WAYS)


def _parsed(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(Formatter().parse(text))
