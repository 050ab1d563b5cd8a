"""Trains the embedded classifier: TF-IDF of n-grams and word families, a linear SVM, one noisy copy of each example,
honest confidences.

scikit-learn is imported here only while training: it costs seconds and memory that serving does not need.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Encoder, Vectors
from nlu.families import NONE, Families
from nlu.meaning import SHARES, learn
from nlu.normal import normal
from nlu.trained import FAMILIAR_POWER, Calibration, Model, softmax
from nlu.training_data import Examples, TrainingDataError
from nlu.vectoriser import BLOCK_SHARES, CHAR_NGRAMS, WORD_NGRAMS, WORD_PATTERN, Floats, Vectoriser, is_longest

# Change it when training or the vectoriser changes: cached models of another version are not used.
VERSION = 8
OUT_OF_SCOPE = "out_of_scope"
# The share of sentences the bank does serve that may fall under the threshold.
REJECTED_SHARE = 0.05
EXAMPLES_MIN = 2
_FOLDS = 5
# With so many unseen sentences confidences are honest enough: a large set is not trained on five times more.
_UNSEEN_ENOUGH = 1_500
_REGULARISATION = 0.4
# Coarser than scikit-learn's own 1e-4: a third of the time of a training, and as many sentences right.
_TOLERANCE = 0.5
_EDITED_SHARE = 0.1
_SEED = 7
_TEMPERATURES = tuple(round(0.02 * step, 2) for step in range(3, 51))
Labels = NDArray[np.intp]


def train(examples: Examples, encoder: Encoder | None = None, spoken: Families = NONE) -> Model:
    """Train on examples (intent -> sentences). A few seconds of CPU; with the encoder, some milliseconds an example.

    ``spoken`` says which words mean the same.

    Raises:
        TrainingDataError: there are too few intents or examples.
    """
    _check(examples)
    intents = tuple(sorted(examples))
    texts = [text for intent in intents for text in examples[intent]]
    labels = np.array([at for at, intent in enumerate(intents) for _ in examples[intent]], np.intp)
    clean = [normal(text) for text in texts]
    noisy = [normal(misspelt(text, at)) for at, text in enumerate(texts)]
    vectorisers, blocks = _vectorised([*clean, *noisy], spoken)
    words, chars, families = _rows(vectorisers)
    longest = np.array([is_longest(gram) for gram in chars])
    vectors = None if encoder is None else encoder.vectors(texts)
    unseen = _unseen(blocks, labels, longest, vectors)
    share = _share(unseen)
    calibration = _calibrate(unseen.at(share), intents)
    meaning = None if vectors is None else replace(learn(vectors, labels, len(intents)).at(share), encoder=encoder)
    weights, bias = _fit(blocks, np.tile(labels, 2))
    vectoriser = Vectoriser(
        words,
        chars,
        np.concatenate([each.idf_ for each in vectorisers]),
        np.concatenate([block[: len(labels)].getnnz(axis=0) > 0 for block in blocks]),
        families,
        spoken,
    )
    return Model(intents, vectoriser, weights.T.astype(np.float32), bias, calibration, meaning)


def _check(examples: Examples) -> None:
    few = [intent for intent, texts in examples.items() if len(texts) < EXAMPLES_MIN]
    if few:
        raise TrainingDataError(f"intent '{few[0]}' has fewer than {EXAMPLES_MIN} examples; write some more")
    if len(examples) < 2:
        raise TrainingDataError("there is one intent only, nothing to tell apart; add 'out_of_scope' with examples")


def _vectorised(texts: Sequence[str], spoken: Families) -> tuple[list[Any], list[Any]]:
    """Fitted vectorisers of words, characters and families, and what each makes of the texts, a row a text.

    A pair of families that one text alone has is its own, and teaches nothing of others.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorisers = [
        TfidfVectorizer(token_pattern=WORD_PATTERN, ngram_range=WORD_NGRAMS, sublinear_tf=True, lowercase=False),
        TfidfVectorizer(analyzer="char_wb", ngram_range=CHAR_NGRAMS, sublinear_tf=True, lowercase=False),
    ]
    if spoken.words:
        vectorisers.append(TfidfVectorizer(analyzer=spoken.grams, sublinear_tf=True, min_df=2))
    return vectorisers, [vectoriser.fit_transform(texts) for vectoriser in vectorisers]


def _fit(blocks: Sequence[Any], labels: Labels) -> tuple[Floats, Floats]:
    """The weights and the bias of each class."""
    from sklearn.svm import LinearSVC

    classifier = LinearSVC(C=_REGULARISATION, random_state=_SEED, tol=_TOLERANCE)
    return _of_each(classifier.fit(_joined(blocks), labels))


def _joined(blocks: Sequence[Any]) -> Any:
    """Side by side, as the vectoriser weighs them when it serves."""
    from scipy.sparse import hstack

    return hstack([share * block for share, block in zip(BLOCK_SHARES, blocks, strict=False)], format="csr")


@dataclass(frozen=True, slots=True)
class _Unseen:
    """What weights that were trained without them say of examples: a row each."""

    scores: Floats
    familiar: Floats
    labels: Labels
    meant: Floats

    def at(self, share: float) -> "_Unseen":
        """With so much of the encoder's logits added."""
        return replace(self, scores=self.scores + share * self.meant)

    def confidences(self, temperature: float) -> Floats:
        """As ``Model.rank`` reckons them."""
        shares: Floats = softmax(self.scores / temperature) * self.familiar[:, None] ** FAMILIAR_POWER
        return shares


def _calibrate(unseen: _Unseen, intents: Sequence[str]) -> Calibration:
    """The temperature at which the best confidence is the truest, and the threshold that rejects the stated share."""
    right = unseen.scores.argmax(axis=1) == unseen.labels
    losses = [_loss(unseen.confidences(temperature).max(axis=1), right) for temperature in _TEMPERATURES]
    temperature = _TEMPERATURES[int(np.argmin(losses))]
    best = unseen.confidences(temperature).max(axis=1)
    in_scope = best[unseen.labels != intents.index(OUT_OF_SCOPE)] if OUT_OF_SCOPE in intents else best
    threshold = float(np.quantile(in_scope, REJECTED_SHARE))
    return Calibration(temperature, threshold, float((in_scope < threshold).mean()), float(right.mean()))


def _share(unseen: _Unseen) -> float:
    """How much the encoder is to count: what makes the meant intents the likeliest, each at its best temperature."""
    if not unseen.meant.any():
        return 0.0
    rows = np.arange(len(unseen.labels))

    def loss(share: float) -> float:
        scores = unseen.at(share).scores
        shares = (softmax(scores / temperature)[rows, unseen.labels] for temperature in _TEMPERATURES[::3])
        return min(float(-np.log(each + 1e-9).mean()) for each in shares)

    return min(SHARES, key=loss)


def _loss(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """The mean surprise at whether the best intent was right."""
    return float(-np.log(np.where(right, confidence, 1 - confidence) + 1e-6).mean())


def _unseen(blocks: Sequence[Any], labels: Labels, longest: NDArray[np.bool_], vectors: Vectors | None) -> _Unseen:
    """Ask clean examples of weights that saw neither them nor their misspelt copies.

    A misspelt copy stands as many rows below as there are examples. What to read in a text is settled once, over all
    of them, for that is most of the work; an n-gram that the kept rows do not have is taken out of the unseen ones, as
    it would be if the kept rows were all there is. ``longest`` says which characters count for what is familiar.
    """
    from sklearn.model_selection import StratifiedKFold
    from sklearn.preprocessing import normalize

    found: list[_Unseen] = []
    folds = min(_FOLDS, int(np.bincount(labels).min()))
    for kept, unseen in StratifiedKFold(folds, shuffle=True, random_state=_SEED).split(np.zeros(len(labels)), labels):
        learnt = [block[np.concatenate([kept, kept + len(labels)])] for block in blocks]
        known = [block.getnnz(axis=0) > 0 for block in learnt]
        weights, bias = _fit(
            [block[:, columns] for block, columns in zip(learnt, known, strict=True)], np.tile(labels[kept], 2)
        )
        asked = [normalize(block[unseen][:, columns]) for block, columns in zip(blocks, known, strict=True)]
        read = blocks[1][unseen][:, longest] != 0
        seen = blocks[1][kept][:, longest].getnnz(axis=0) > 0
        familiar = (read @ seen.astype(float)) / np.maximum(read.getnnz(axis=1), 1)
        scores = _joined(asked) @ weights.T + bias
        meant = np.zeros_like(scores)
        if vectors is not None:
            meant = learn(vectors[kept], labels[kept], scores.shape[1]).of(vectors[unseen])
        found.append(_Unseen(scores, familiar, labels[unseen], meant))
        if sum(len(each.labels) for each in found) >= _UNSEEN_ENOUGH:
            break
    return _Unseen(
        np.concatenate([each.scores for each in found]),
        np.concatenate([each.familiar for each in found]),
        np.concatenate([each.labels for each in found]),
        np.concatenate([each.meant for each in found]),
    )


def _of_each(classifier: Any) -> tuple[Floats, Floats]:
    """Weights and bias a class; of two classes scikit-learn keeps only the second's."""
    weights, bias = classifier.coef_, classifier.intercept_
    if len(weights) == 1:
        return np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights, bias


def _rows(vectorisers: Sequence[Any]) -> list[dict[str, int]]:
    """By vectoriser, each gram's row; those of one come after those of the one before. The families' may be none."""
    found: list[dict[str, int]] = [{}, {}, {}]
    first = 0
    for at, vectoriser in enumerate(vectorisers):
        grams = sorted(vectoriser.vocabulary_.items(), key=lambda item: int(item[1]))
        found[at] = {gram: first + int(row) for gram, row in grams}
        first += len(grams)
    return found


def misspelt(text: str, seed: int) -> str:
    """The text with about one letter in ten dropped, doubled, swapped or replaced, the same each time."""
    chance = random.Random(_SEED * 1_000_003 + seed)  # noqa: S311 - typos, not secrets
    letters = sorted({letter for letter in text if letter.isalpha()}) or ["a"]
    edited, at = [], 0
    while at < len(text):
        edit = chance.random() < _EDITED_SHARE and text[at].isalpha()
        kind = chance.randrange(4) if edit else 4
        if kind == 2 and at + 1 < len(text):
            edited += [text[at + 1], text[at]]
            at += 1
        else:
            edited.append(("", text[at] * 2, text[at], chance.choice(letters), text[at])[kind])
        at += 1
    return "".join(edited)
