"""Words that mean the same (``synonyms.yml``, ``lookups.yml``): what was learnt of one of them is known of all.

An engine that knows words by their letters learns "wire" and "переказати" apart. Told that both are of the family
``send``, it understands a wish in words that no example has, and by the pair of two families what is done with what.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from nlu.latin import cyrillic
from nlu.training_data import TrainingDataError, entries_of

# A sentence of more is a story, and pairs of everything with everything say nothing.
FAMILIES_MOST = 16
# A beginning of one letter would take in half a language.
_BEGINNING_LEAST = 2
# Of fewer letters too many words are a typo apart.
_MISTYPED_LEAST = 5
_WORD = re.compile(r"\w+(?:'\w+)*")
_WRITTEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*\*?")
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")
_LATIN = re.compile(r"[a-z']+")
_LONE_H = re.compile("(?<![cksz])h")
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Families:
    """``words``: a family's name to its words, a star behind those that are beginnings."""

    words: Mapping[str, Sequence[str]]
    _whole: dict[str, Names] = field(init=False, default_factory=dict)
    _beginnings: dict[str, Names] = field(init=False, default_factory=dict)
    _nearly_whole: dict[str, Names] = field(init=False, default_factory=dict)
    _nearly_beginnings: dict[str, Names] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name, words in self.words.items():
            for word in dict.fromkeys(words):
                known = self._beginnings if word.endswith("*") else self._whole
                written = word.removesuffix("*")
                known[written] = (*known.get(written, ()), name)
        for known, nearly in ((self._whole, self._nearly_whole), (self._beginnings, self._nearly_beginnings)):
            for written, names in known.items():
                if len(written) >= _MISTYPED_LEAST:
                    nearly.update((left, names) for left in _left(written) if left not in nearly)

    def of(self, word: str) -> Names:
        """The families of a lower-case word.

        One in Latin letters that has none has those of its Cyrillic spelling; any other that has none has those of a
        word that it is one typo from, the first letter apart.
        """
        found = self._of(word)
        if not found and self.words and _LATIN.fullmatch(word):
            found = next(filter(None, map(self._of, _cyrillic(word))), ())
        return found or self._mistyped(word)

    def grams(self, text: str) -> Iterator[str]:
        """The families of a normal text, each once, and each two of them together, in whatever order they stand."""
        names = dict.fromkeys(name for word in _WORD.findall(text) for name in self.of(word))
        known = sorted(list(names)[:FAMILIES_MOST])
        yield from known
        yield from map("+".join, combinations(known, 2))

    def _of(self, word: str) -> Names:
        whole = self._whole.get(word)
        if whole is not None:
            return whole
        for end in range(len(word), _BEGINNING_LEAST - 1, -1):
            found = self._beginnings.get(word[:end])
            if found is not None:
                return found
        return ()

    def _mistyped(self, word: str) -> Names:
        if len(word) < _MISTYPED_LEAST or not word.isalpha():
            return ()
        for left in _left(word):
            if left in self._nearly_whole:
                return self._nearly_whole[left]
        for end in range(len(word), _MISTYPED_LEAST - 2, -1):
            for left in _left(word[:end]):
                if left in self._nearly_beginnings:
                    return self._nearly_beginnings[left]
        return ()


def _cyrillic(word: str) -> list[str]:
    """How a word in Latin letters may be meant: people write g for г, and h for г and х."""
    return [cyrillic(meant, {}).replace("ґ", "г") for meant in (word, _LONE_H.sub("x", word))]


def _left(word: str) -> list[str]:
    """The word, and what is left of it without one of its letters but the first: typos of a word leave the same."""
    return [word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))]


NONE = Families({})


def read(project: Path) -> Families:
    """The synonyms and the lookup tables of a Rasa project; none where it has neither.

    Of a lookup table those names count that are one word.

    Raises:
        TrainingDataError: a file is no YAML, or has something that is no word.
    """
    lookups = {
        name: [word for word in map(str.lower, entries) if _WRITTEN.fullmatch(word)]
        for _, name, entries in entries_of(project, "lookup")
    }
    synonyms = {name: _words(file, name, entries) for file, name, entries in entries_of(project, "synonym")}
    return Families({**lookups, **synonyms})


def _words(file: Path, name: str, words: list[str]) -> list[str]:
    if not _NAME.fullmatch(name):
        raise TrainingDataError(f"{file}: synonym '{name}' is no name; small letters and underscores")
    for word in words:
        written = _WRITTEN.fullmatch(word) and word == word.lower()
        if not written or (word.endswith("*") and len(word) <= _BEGINNING_LEAST):
            raise TrainingDataError(
                f"{file}: synonym '{name}': '{word}' is no word; small letters, a star only behind two or more of them"
            )
    return words
