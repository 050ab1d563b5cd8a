"""How near sentences are to each other by their n-grams, and which of them belong together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from flows.entities.answers import COURTESY
from nlu.normal import normal
from nlu.vectoriser import char_ngrams, word_ngrams

TOGETHER = 0.25  # a cosine from which two sentences say the same thing in other words, mostly
BLOCK = 500  # rows compared at once


@dataclass(frozen=True, slots=True)
class Cluster:
    """Sentences that belong together, the most typical first, and how often they were said in all."""

    texts: tuple[str, ...]
    said: int


def vectors(texts: Sequence[str]) -> Any:
    """A row a text: TF-IDF of its n-grams over these texts, of length 1."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    grams = TfidfVectorizer(analyzer=_grams, sublinear_tf=True)
    return grams.fit_transform([normal(text) for text in texts])


def clusters(texts: Iterable[str]) -> list[Cluster]:
    """The largest first. Who has most near ones leads, and takes those along that nobody has taken."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    known = sorted(counts)
    if not known:
        return []
    rows = vectors([_without_courtesy(text) for text in known])
    near = [row for start in range(0, len(known), BLOCK) for row in _near(rows, start)]
    order = sorted(range(len(known)), key=lambda at: (-sum(counts[known[one]] for one in near[at]), known[at]))
    taken: set[int] = set()
    found = []
    for leader in order:
        if leader in taken:
            continue
        members = [leader, *(one for one in near[leader] if one != leader and one not in taken)]
        taken.update(members)
        found.append(Cluster(tuple(known[one] for one in members), sum(counts[known[one]] for one in members)))
    return sorted(found, key=lambda cluster: (-cluster.said, cluster.texts))


def pairs(texts: Sequence[str], bound: float) -> list[tuple[int, int, float]]:
    """Pairs of texts nearer than a bound: where they stand, and their cosine."""
    rows = vectors(texts)
    found = []
    for start in range(0, len(texts), BLOCK):
        block = (rows[start : start + BLOCK] @ rows.T).tocoo()
        for one, other, nearness in zip(block.row, block.col, block.data, strict=True):
            if nearness >= bound and start + one < other:
                found.append((start + int(one), int(other), round(float(nearness), 3)))
    return found


def _near(rows: Any, start: int) -> list[list[int]]:
    """For each row of a block those that are near, the nearest first."""
    block = (rows[start : start + BLOCK] @ rows.T).toarray()
    return [[int(at) for at in np.argsort(-row, kind="stable") if row[at] >= TOGETHER] for row in block]


def _without_courtesy(text: str) -> str:
    """A "please" or an ``[amount]`` makes no two wishes alike."""
    return " ".join(word for word in text.split() if word[0] != "[" and word.lower().strip(".,!?") not in COURTESY)


def _grams(text: str) -> list[str]:
    return [*word_ngrams(text), *char_ngrams(text)]
