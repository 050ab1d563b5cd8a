"""Finds an option of a choice inside a sentence: "50 from my savings card" names one of the customer's cards."""

import re
from collections.abc import Iterable, Mapping

NAME_LETTERS_MIN = 3  # shorter names stand in too many sentences by chance
INFLECTED_MIN = 5  # a name this long may end otherwise in a sentence: «Зарплатна», «із зарплатної»
INFLECTION_MAX = 3  # how many letters an ending may have
# Words that a card may be called by and that say nothing of which one is meant.
GENERIC = frozenset({"card", "cards", "bank", "картка", "картки", "картку", "банк", "моя", "my"})
_TOKEN = re.compile(r"•[0-9]{4}|\w+")


def may_mention(text: str) -> bool:
    """Whether a text has words that can name something; a bare number or ``[card •1111]`` does not."""
    return any(
        len(token) >= NAME_LETTERS_MIN and not token.strip("•").isdigit() and token.casefold() not in GENERIC
        for token in _TOKEN.findall(text)
    )


def mentioned(text: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """The key of the one option whose name stands in the text as whole words; None for none and for several."""
    words = _TOKEN.findall(text.casefold())
    found = [key for key, own in names.items() if any(_stands(_TOKEN.findall(name.casefold()), words) for name in own)]
    return found[0] if len(found) == 1 else None


def _stands(name: list[str], words: list[str]) -> bool:
    if not name or set(name) <= GENERIC or all(part.isdigit() for part in name):
        return False
    if len("".join(name)) < NAME_LETTERS_MIN:
        return False
    places = range(len(words) - len(name) + 1)
    return any(all(map(_same, name, words[place : place + len(name)])) for place in places)


def _same(name: str, word: str) -> bool:
    if name == word:
        return True
    if name.isascii() or len(name) < INFLECTED_MIN or abs(len(name) - len(word)) > INFLECTION_MAX:
        return False
    stem = name[: max(INFLECTED_MIN - 1, len(name) - 2)]
    return word.startswith(stem)
