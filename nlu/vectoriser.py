"""Words, characters and word families with TF-IDF weights, in NumPy: the numbers of scikit-learn's vectoriser, in a
hundredth of its time for one sentence."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from math import sqrt
from operator import is_not
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.families import NONE, Families

WORD_PATTERN = r"\w+"
WORD_NGRAMS = (1, 2)
CHAR_NGRAMS = (2, 4)
# Words say less than their letters once thumbs slip: at this share of the letters' weight typos cost least.
WORDS_SHARE = 0.7
FAMILIES_SHARE = 0.6
BLOCK_SHARES = (WORDS_SHARE, 1.0, FAMILIES_SHARE)
_LEAST, _MOST = CHAR_NGRAMS
_WORD = re.compile(WORD_PATTERN)
_IS_KNOWN = partial(is_not, None)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as the classifier reads it: rows of its weights, how much each counts, and how familiar the text is.

    ``familiar`` is the share of its longest n-grams that examples have: 1 of their own words, little of others.
    """

    rows: NDArray[np.intp]
    weights: Floats
    familiar: float


@dataclass(frozen=True, slots=True)
class Vectoriser:
    """``words``, ``chars`` and ``families`` give each gram its row; their rows follow each other in this order.

    ``written``: by row, whether an example has the n-gram as it was written, and not only its misspelt copy.
    ``spoken``: which words are of which family.
    """

    words: Mapping[str, int]
    chars: Mapping[str, int]
    idf: Floats
    written: NDArray[np.bool_]
    families: Mapping[str, int] = field(default_factory=dict)
    spoken: Families = NONE

    def read(self, text: str) -> Seen:
        """A normal text; each of the three blocks of weights has the length of its share."""
        rows: list[int] = []
        blocks: list[Floats] = []
        for known, grams, share in zip(
            (self.words, self.chars, self.families),
            (word_ngrams(text), char_ngrams(text), self.spoken.grams(text)),
            BLOCK_SHARES,
            strict=True,
        ):
            found = Counter(_rows(known, grams))
            block = np.fromiter(found, np.intp, len(found))
            weights = (1.0 + np.log(np.fromiter(found.values(), np.float64, len(found)))) * self.idf[block]
            rows += found
            blocks.append(share * weights / (sqrt(weights @ weights) or 1.0))
        return Seen(np.array(rows, np.intp), np.concatenate(blocks), self._familiar(text))

    def _familiar(self, text: str) -> float:
        longest = longest_ngrams(text)
        rows = list(_rows(self.chars, longest))
        return float(np.count_nonzero(self.written[rows])) / len(longest) if rows else 0.0


def _rows(known: Mapping[str, int], grams: Iterable[str]) -> Iterator[int]:
    """The rows of those that are known. Nothing of it runs in Python, for a sentence has hundreds."""
    rows: Iterator[Any] = map(known.get, grams)
    return filter(_IS_KNOWN, rows)


def word_ngrams(text: str) -> Iterator[str]:
    """Single words and pairs."""
    words = _WORD.findall(text)
    yield from words
    yield from map(" ".join, pairwise(words))


def char_ngrams(text: str) -> list[str]:
    """Character n-grams inside words padded with a space, each short word once."""
    grams: list[str] = []
    for padded in _padded(text):
        letters = len(padded)
        for n in range(_LEAST, min(_MOST, letters) + 1):
            grams += [padded[start : start + n] for start in range(letters - n + 1)]
    return grams


def longest_ngrams(text: str) -> set[str]:
    """Of them those of the most characters that there are, and short words as a whole."""
    return {
        padded[start : start + _MOST] for padded in _padded(text) for start in range(max(1, len(padded) - _MOST + 1))
    }


def is_longest(gram: str) -> bool:
    """Whether the n-gram is one of ``longest_ngrams``."""
    return len(gram) == _MOST or (gram[0] == gram[-1] == " ")


def _padded(text: str) -> list[str]:
    return [f" {word} " for word in text.split()]
