"""All typed values of a text with their places, the same whichever engine found the intent.

The shape is that of Rasa's answer (``entity``, ``start``, ``end``, ``value``), so that both read alike. Secrets are
shown as the chat shows them: of a card number its last digits, of a code nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict, TypeVar

from flows.entities import amounts, cards, dates, ibans, names, own_cards, payees, percents, periods, phones
from flows.entities.found import Found, Place, overlaps

T = TypeVar("T")
Names = Mapping[str, Iterable[str]]


class Entity(TypedDict):
    """One value at its place."""

    entity: str
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader knows before the text: the day, the bank's currency and region, and what things are called."""

    today: date
    currency: str
    region: str
    own_cards: Names = field(default_factory=dict)
    payees: Names = field(default_factory=dict)
    providers: Names = field(default_factory=dict)


def find(text: str, known: Known) -> list[Entity]:
    """Every value that can be taken, by place; of two that share characters the one whose kind is the surer."""
    taken: list[Entity] = []
    places: list[Place] = []
    for entity, start, end, value in _surest_first(text, known):
        if not overlaps((start, end), places):
            places.append((start, end))
            taken.append({"entity": entity, "start": start, "end": end, "value": value})
    return sorted(taken, key=lambda each: each["start"])


def _surest_first(text: str, known: Known) -> Iterator[tuple[str, int, int, str]]:
    for span in cards.find(text):
        yield "card_number", span.start, span.end, f"•{span.digits[-4:]}"
    yield from _of("iban", ibans.find(text))
    yield from _of("phone", phones.find(text, known.region))
    yield from _of("own_card", [*own_cards.find(text), *names.find(text, known.own_cards)])
    yield from _of("percentage", percents.find(text))
    yield from _of("provider", names.find(text, known.providers))
    days = dates.find_certain(text)
    spans = [each for each in periods.find(text, known.today) if each.value and each.value.first != each.value.last]
    yield from _of("period", spans)
    certain = {(each.start, each.end) for each in days}
    yield from _of("date", [each for each in dates.find(text, known.today) if _is_day(each, certain)])
    yield from _of("money", amounts.find(text, known.currency, known.region))
    yield from _of("payee", [*names.find(text, known.payees), *payees.find(text)])


def _is_day(day: Found[date], certain: set[Place]) -> bool:
    """A word, or a day that reads as nothing else: ``12.11`` alone may be an amount."""
    return (day.start, day.end) in certain or not any(map(str.isdigit, day.raw))


def _of(entity: str, found: Iterable[Found[T]]) -> Iterator[tuple[str, int, int, str]]:
    for each in found:
        if each.value is not None:
            yield entity, each.start, each.end, str(each.value)
