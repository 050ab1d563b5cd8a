"""Trains the embedded classifier: TF-IDF n-grams, a linear SVM, one noisy copy of each example, honest confidences.

scikit-learn is imported here only while training: it costs seconds and memory that serving does not need.
"""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.normal import normal
from nlu.trained import Calibration, Model, softmax
from nlu.training_data import Examples, TrainingDataError
from nlu.vectoriser import CHAR_NGRAMS, WORD_NGRAMS, WORD_PATTERN, Floats, Vectoriser

# Change it when training or the vectoriser changes: cached models of another version are not used.
VERSION = 3
OUT_OF_SCOPE = "out_of_scope"
# The share of sentences the bank does serve that may fall under the threshold.
REJECTED_SHARE = 0.05
EXAMPLES_MIN = 2
_FOLDS = 5
# With so many unseen sentences confidences are honest enough: a large set is not trained on five times more.
_UNSEEN_ENOUGH = 2_000
_REGULARISATION = 1.0
# Coarser than scikit-learn's own 1e-4: half the time of a training, and the same sentences right.
_TOLERANCE = 1e-2
_EDITED_SHARE = 0.1
_SEED = 7
_TEMPERATURES = tuple(round(0.02 * step, 2) for step in range(3, 51))
Labels = NDArray[np.intp]


def train(examples: Examples) -> Model:
    """Train on examples (intent -> sentences). A few seconds of CPU.

    Raises:
        TrainingDataError: there are too few intents or examples.
    """
    _check(examples)
    intents = tuple(sorted(examples))
    texts = [text for intent in intents for text in examples[intent]]
    labels = np.array([at for at, intent in enumerate(intents) for _ in examples[intent]], np.intp)
    clean = [normal(text) for text in texts]
    noisy = [normal(misspelt(text, at)) for at, text in enumerate(texts)]
    vectorisers, blocks = _vectorised([*clean, *noisy])
    calibration = _calibrate(blocks, labels, intents)
    weights, bias = _fit(blocks, np.concatenate([labels, labels]))
    words, chars = (_rows(vectoriser) for vectoriser in vectorisers)
    idf: Floats = np.concatenate([vectoriser.idf_ for vectoriser in vectorisers])
    chars = {gram: row + len(words) for gram, row in chars.items()}
    return Model(intents, Vectoriser(words, chars, idf), weights.T.astype(np.float32), bias, calibration)


def _check(examples: Examples) -> None:
    few = [intent for intent, texts in examples.items() if len(texts) < EXAMPLES_MIN]
    if few:
        raise TrainingDataError(f"intent '{few[0]}' has fewer than {EXAMPLES_MIN} examples; write some more")
    if len(examples) < 2:
        raise TrainingDataError("there is one intent only, nothing to tell apart; add 'out_of_scope' with examples")


def _vectorised(texts: Sequence[str]) -> tuple[list[Any], list[Any]]:
    """Fitted vectorisers of words and of characters, and what each makes of the texts, a row a text."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorisers = [
        TfidfVectorizer(token_pattern=WORD_PATTERN, ngram_range=WORD_NGRAMS, sublinear_tf=True, lowercase=False),
        TfidfVectorizer(analyzer="char_wb", ngram_range=CHAR_NGRAMS, sublinear_tf=True, lowercase=False),
    ]
    return vectorisers, [vectoriser.fit_transform(texts) for vectoriser in vectorisers]


def _fit(blocks: Sequence[Any], labels: Labels) -> tuple[Floats, Floats]:
    """The weights and the bias of each class."""
    from scipy.sparse import hstack
    from sklearn.svm import LinearSVC

    classifier = LinearSVC(C=_REGULARISATION, random_state=_SEED, tol=_TOLERANCE)
    return _of_each(classifier.fit(hstack(blocks, format="csr"), labels))


def _calibrate(blocks: Sequence[Any], labels: Labels, intents: Sequence[str]) -> Calibration:
    """Temperature and threshold from scores of examples that the scoring weights were not trained on."""
    scores, rows = _unseen_scores(blocks, labels)
    labels = labels[rows]
    losses = [-np.log(softmax(scores / t)[np.arange(len(labels)), labels] + 1e-12).mean() for t in _TEMPERATURES]
    temperature = _TEMPERATURES[int(np.argmin(losses))]
    best = softmax(scores / temperature).max(axis=1)
    in_scope = best[labels != intents.index(OUT_OF_SCOPE)] if OUT_OF_SCOPE in intents else best
    threshold = float(np.quantile(in_scope, REJECTED_SHARE))
    accuracy = float((scores.argmax(axis=1) == labels).mean())
    return Calibration(temperature, threshold, float((in_scope < threshold).mean()), accuracy)


def _unseen_scores(blocks: Sequence[Any], labels: Labels) -> tuple[Floats, Labels]:
    """Scores of clean examples by weights that saw neither them nor their misspelt copies, and which examples they are.

    A misspelt copy stands as many rows below as there are examples.

    What to read in a text is settled once, over all of them, for that is most of the work; an n-gram that the kept
    rows do not have is taken out of the unseen ones, as it would be if the kept rows were all there is.
    """
    from scipy.sparse import hstack
    from sklearn.model_selection import StratifiedKFold
    from sklearn.preprocessing import normalize

    scores: list[Floats] = []
    rows: list[Labels] = []
    folds = min(_FOLDS, int(np.bincount(labels).min()))
    for kept, unseen in StratifiedKFold(folds, shuffle=True, random_state=_SEED).split(np.zeros(len(labels)), labels):
        learnt = [block[np.concatenate([kept, kept + len(labels)])] for block in blocks]
        known = [block.getnnz(axis=0) > 0 for block in learnt]
        weights, bias = _fit(
            [block[:, columns] for block, columns in zip(learnt, known, strict=True)], np.tile(labels[kept], 2)
        )
        asked = [normalize(block[unseen][:, columns]) for block, columns in zip(blocks, known, strict=True)]
        scores.append(hstack(asked, format="csr") @ weights.T + bias)
        rows.append(unseen)
        if sum(map(len, rows)) >= _UNSEEN_ENOUGH:
            break
    return np.concatenate(scores), np.concatenate(rows)


def _of_each(classifier: Any) -> tuple[Floats, Floats]:
    """Weights and bias a class; of two classes scikit-learn keeps only the second's."""
    weights, bias = classifier.coef_, classifier.intercept_
    if len(weights) == 1:
        return np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights, bias


def _rows(vectoriser: Any) -> dict[str, int]:
    return {gram: int(row) for gram, row in sorted(vectoriser.vocabulary_.items(), key=lambda item: int(item[1]))}


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
