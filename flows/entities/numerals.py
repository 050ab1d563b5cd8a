"""Numbers as people write them, in digits or in words, before anyone says what they count.

Exact: a value is a Fraction, never a float. One writing may have two readings (``1,234``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from flows.entities import number_words

# More whole digits than this is no sum of money and no count.
WHOLE_DIGITS_MAX = 12
# "two hundred and fifty thousand five hundred and sixty seven" and some room.
_WORDS_AHEAD = 16

_SPACE = " \u00a0\u202f\u2009"
_TOKEN = re.compile(
    # Digits of other scripts, alone or mixed with ours: reported, not read.
    r"(?P<foreign>[0-9]*[^\D0-9]\d*)"
    # 1 234,56 and 1'000: thousands parted by a space or an apostrophe.
    rf"|(?P<digits>[0-9]{{1,3}}(?:[{_SPACE}'’][0-9]{{3}})+(?![0-9])(?:[.,][0-9]+)*|[0-9]+(?:[.,'’][0-9]+)*)"
    r"|(?P<word>[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*)"
)
_NEXT_WORD = re.compile(rf"[{_SPACE}]{{0,2}}-?([^\W\d_]+(?:['’ʼ`][^\W\d_]+)*)")
# "5k", "5 k"; Cyrillic "к" apart is a preposition, unless nothing or a currency follows.
_GLUED_THOUSAND = re.compile(rf"(?:[kKкК]|[{_SPACE}][kK]|[{_SPACE}][кК](?=\s*(?:$|[.,!?₴]|грн|гривень|uah)))(?!\w)")
_MULTIPLIER = re.compile(rf"[{_SPACE}]{{0,2}}([^\W\d_]+)\.?")
_REST = re.compile(rf"[{_SPACE}]([0-9]{{1,3}})(?![\w.,'’]*[0-9])(?![^\W\d_])")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number at a place. ``values`` has two readings when it is ambiguous and none when it is ``refused``."""

    start: int
    end: int
    values: tuple[Fraction, ...]
    spelled: bool = False
    refused: str | None = None


def scan(text: str) -> Iterator[Numeral]:
    """The numbers of a text, from the left, not overlapping; letters glued to digits are the caller's to judge."""
    at = 0
    while (match := _TOKEN.search(text, at)) is not None:
        numeral = _numeral(text, match)
        if numeral is not None:
            yield numeral
        at = numeral.end if numeral is not None else match.end()


def _numeral(text: str, match: re.Match[str]) -> Numeral | None:
    start, end = match.span()
    if match["foreign"]:
        return Numeral(start, end, (), refused="foreign_digits")
    if match["digits"]:
        values, refused = read_digits(match["digits"])
        return _multiplied(text, Numeral(start, end, values, refused=refused))
    if number_words.plain(match["word"]) not in number_words.NUMBER_WORDS:
        return None
    value, end = _spelled(text, start, None)
    return Numeral(start, end, (value,), spelled=True) if end > start else None


def read_digits(written: str) -> tuple[tuple[Fraction, ...], str | None]:
    """The readings of digits with their separators, or why there is none."""
    parts = re.split(r"[^0-9]", written)
    separators = [character for character in written if not "0" <= character <= "9"]
    if len(written) > 4 * WHOLE_DIGITS_MAX:
        return (), "too_large"
    if len(parts[0]) > 1 and parts[0][0] == "0":
        return (), "leading_zero"
    readings = [Fraction(int("".join(parts)))] if _grouped(parts, separators) else []
    if _decimal(parts, separators):
        whole, decimals = "".join(parts[:-1]), parts[-1]
        readings.append(Fraction(int(whole + decimals), 10 ** len(decimals)))
    if any(value >= 10**WHOLE_DIGITS_MAX for value in readings):
        return (), "too_large"
    return tuple(readings), None if readings else "malformed"


def _grouped(parts: list[str], separators: list[str]) -> bool:
    """All separators part thousands: ``1 234``, ``1,234,567``; or there is none."""
    if not separators:
        return True
    same = len({_kind(separator) for separator in separators}) == 1
    return same and len(parts[0]) <= 3 and parts[0] != "0" and all(len(part) == 3 for part in parts[1:])


def _decimal(parts: list[str], separators: list[str]) -> bool:
    """The last separator is the decimal one: ``50,00``, ``1.234,56``."""
    if not separators or separators[-1] not in ".,":
        return False
    *earlier, last = separators
    return last not in earlier and (not earlier or _grouped(parts[:-1], earlier))


def _kind(separator: str) -> str:
    return " " if separator in _SPACE else "'" if separator in "'’" else separator


def _multiplied(text: str, numeral: Numeral) -> Numeral:
    """With the ``k`` or ``тис`` that follows, and what is left after it: "2 тисячі 500"."""
    glued = _GLUED_THOUSAND.match(text, numeral.end)
    if glued:
        return _times(numeral, number_words.THOUSAND, glued.end())
    word = _MULTIPLIER.match(text, numeral.end)
    factor = number_words.MULTIPLIERS.get(number_words.plain(word[1])) if word else None
    if word is None or factor is None:
        return _times(numeral, 100, word.end(1)) if word and word[1].lower() == "hundred" else numeral
    end = word.end() if word[0].endswith(".") and len(word[1]) <= 3 else word.end(1)
    multiplied = _times(numeral, factor, end)
    if len(multiplied.values) != 1:
        return multiplied
    return _with_rest(text, multiplied, factor)


def _times(numeral: Numeral, factor: int, end: int) -> Numeral:
    return Numeral(numeral.start, end, tuple(value * factor for value in numeral.values), refused=numeral.refused)


def _with_rest(text: str, numeral: Numeral, below: int) -> Numeral:
    rest = _REST.match(text, numeral.end)
    if rest and rest[1][0] != "0":
        return Numeral(numeral.start, rest.end(), (numeral.values[0] + int(rest[1]),))
    value, end = _spelled(text, numeral.end, below)
    if end == numeral.end:
        return numeral
    return Numeral(numeral.start, end, (numeral.values[0] + value,))


def _spelled(text: str, start: int, below: int | None) -> tuple[Fraction, int]:
    """The number in words at ``start`` and where it ends; it ends where it starts when there is none."""
    words: list[str] = []
    ends: list[int] = []
    at = start
    while len(words) < _WORDS_AHEAD and (match := _NEXT_WORD.match(text, at)) is not None:
        words.append(number_words.plain(match[1]))
        at = match.end()
        ends.append(at)
    value, taken = number_words.read(words, below)
    return (value, ends[taken - 1]) if taken else (value, start)
