"""What is called by a name that somebody gave it: a card, a payee, a provider. The caller knows the names.

Ukrainian names may end otherwise in a sentence: «Зарплатна», «із зарплатної»; «Тепломережа», «за тепломережу».
"""

import re
from collections.abc import Iterable, Mapping

from flows.entities.found import TEXT_CHARS_MAX, Found, Place, overlaps

NAME_LETTERS_MIN = 3  # shorter names stand in too many sentences by chance
INFLECTED_MIN = 5  # a name this long may end otherwise in a sentence
INFLECTION_MAX = 3  # how many letters an ending may have
# Words that a card may be called by and that say nothing of which one is meant.
GENERIC = frozenset({"card", "cards", "bank", "картка", "картки", "картку", "банк", "моя", "my"})
TOKEN = re.compile(r"•[0-9]{4}|\w+")
_Word = tuple[str, int, int]


def find(text: str, names: Mapping[str, Iterable[str]]) -> list[Found[str]]:
    """Where names stand as whole words; the value is the key that the name belongs to, longer names first.

    A place that two keys are called by is not taken for either: ``readings`` holds both, and it is ``ambiguous``.
    """
    words = [(match[0].casefold(), match.start(), match.end()) for match in TOKEN.finditer(text[:TEXT_CHARS_MAX])]
    places: dict[Place, list[str]] = {}
    for key, own in names.items():
        for name in own:
            for place in _places(TOKEN.findall(name.casefold()), words):
                places.setdefault(place, []).append(key)
    found: list[Found[str]] = []
    for place in sorted(places, key=lambda each: (each[0] - each[1], each)):
        if not overlaps(place, ((one.start, one.end) for one in found)):
            found.append(_found(text, place, tuple(dict.fromkeys(places[place]))))
    return sorted(found, key=lambda each: each.start)


def _found(text: str, place: Place, keys: tuple[str, ...]) -> Found[str]:
    start, end = place
    if len(keys) == 1:
        return Found(start, end, keys[0], text[start:end])
    return Found(start, end, None, text[start:end], keys, "ambiguous")


def _places(name: list[str], words: list[_Word]) -> Iterable[Place]:
    if not name or set(name) <= GENERIC or all(part.isdigit() for part in name):
        return
    if len("".join(name)) < NAME_LETTERS_MIN:
        return
    for first in range(len(words) - len(name) + 1):
        there = words[first : first + len(name)]
        if all(_same(part, word) for part, (word, _, _) in zip(name, there, strict=True)):
            yield there[0][1], there[-1][2]


def _same(name: str, word: str) -> bool:
    """Whether a word is the name, in any of its endings where the name has endings."""
    if name == word:
        return True
    if name.isascii() or len(name) < INFLECTED_MIN or abs(len(name) - len(word)) > INFLECTION_MAX:
        return False
    stem = name[: max(INFLECTED_MIN - 1, len(name) - 2)]
    return word.startswith(stem)
