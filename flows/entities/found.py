"""What a parser found in a text, and where."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

# Parsers look at this many characters and no more: no customer writes longer values, and time stays bounded.
TEXT_CHARS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """One value in a text: ``text[start:end] == raw``.

    ``value`` is None when the parser saw its kind but does not take it: ``refused`` is the reason, a word from the
    parser's own list. ``readings`` holds the possible values of an ambiguous one, the likelier first. ``raw`` is
    kept out of the repr, for it is the customer's own writing.
    """

    start: int
    end: int
    value: T | None
    raw: str = field(repr=False)
    readings: tuple[T, ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Hidden(Found[T]):
    """A found value that no log, error or repr may show: a code, a PIN."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(start={self.start}, end={self.end}, refused={self.refused!r})"


Place = tuple[int, int]


def overlaps(place: Place, others: Iterable[Place]) -> bool:
    """Whether the place shares a character with one of the others. Places are half open."""
    return any(place[0] < end and start < place[1] for start, end in others)
