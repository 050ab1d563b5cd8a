"""Trains the embedded classifier: TF-IDF n-grams, a linear SVM, one noisy copy of each example, honest confidences.

scikit-learn is imported here only while training: it costs seconds and memory that serving does not need.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.normal import normal
from nlu.trained import Calibration, Model, softmax
from nlu.training_data import Examples, TrainingDataError, merged, read
from nlu.vectoriser import CHAR_NGRAMS, WORD_NGRAMS, WORD_PATTERN, Floats, Vectoriser

# Change it when training or the vectoriser changes: cached models of another version are not used.
VERSION = 1
OUT_OF_SCOPE = "out_of_scope"
# The share of sentences the bank does serve that may fall under the threshold.
REJECTED_SHARE = 0.05
EXAMPLES_MIN = 2
_FOLDS = 5
_REGULARISATION = 1.0
_EDITED_SHARE = 0.1
_SEED = 7
_TEMPERATURES = tuple(round(0.02 * step, 2) for step in range(3, 51))
Labels = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Corpus:
    """Normal texts, a misspelt copy of each, and the intents' numbers."""

    clean: Sequence[str]
    noisy: Sequence[str]
    labels: Labels

    def part(self, rows: Labels) -> "_Corpus":
        return _Corpus([self.clean[at] for at in rows], [self.noisy[at] for at in rows], self.labels[rows])


def train(project: Path, flow_examples: Examples | None = None) -> Model:
    """Train on a Rasa project's examples and those that flows bring (intent -> sentences). A few seconds of CPU.

    Raises:
        TrainingDataError: the files cannot be used, or there are too few intents or examples.
    """
    examples = merged(read(project), flow_examples or {})
    _check(examples)
    intents = tuple(sorted(examples))
    texts = [text for intent in intents for text in examples[intent]]
    labels = np.array([at for at, intent in enumerate(intents) for _ in examples[intent]], np.intp)
    corpus = _Corpus(
        [normal(text) for text in texts], [normal(misspelt(text, at)) for at, text in enumerate(texts)], labels
    )
    calibration = _calibrate(corpus, intents)
    vectorisers, classifier = _fit(corpus)
    words, chars = (_rows(vectoriser) for vectoriser in vectorisers)
    idf: Floats = np.concatenate([vectoriser.idf_ for vectoriser in vectorisers])
    chars = {gram: row + len(words) for gram, row in chars.items()}
    weights, bias = _of_each(classifier)
    return Model(intents, Vectoriser(words, chars, idf), weights.T.astype(np.float32), bias, calibration)


def _check(examples: Examples) -> None:
    few = [intent for intent, texts in examples.items() if len(texts) < EXAMPLES_MIN]
    if few:
        raise TrainingDataError(f"intent '{few[0]}' has fewer than {EXAMPLES_MIN} examples; write some more")
    if len(examples) < 2:
        raise TrainingDataError("there is one intent only, nothing to tell apart; add 'out_of_scope' with examples")


def _fit(corpus: _Corpus) -> tuple[list[Any], Any]:
    """Fitted vectorisers of words and characters, and the classifier over both."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectorisers = [
        TfidfVectorizer(token_pattern=WORD_PATTERN, ngram_range=WORD_NGRAMS, sublinear_tf=True, lowercase=False),
        TfidfVectorizer(analyzer="char_wb", ngram_range=CHAR_NGRAMS, sublinear_tf=True, lowercase=False),
    ]
    features = hstack(
        [vectoriser.fit_transform([*corpus.clean, *corpus.noisy]) for vectoriser in vectorisers], format="csr"
    )
    classifier = LinearSVC(C=_REGULARISATION, random_state=_SEED)
    return vectorisers, classifier.fit(features, np.concatenate([corpus.labels, corpus.labels]))


def _calibrate(corpus: _Corpus, intents: Sequence[str]) -> Calibration:
    """Temperature and threshold from scores of examples that the scoring model was not trained on."""
    labels = corpus.labels
    scores = _unseen_scores(corpus, len(intents))
    losses = [-np.log(softmax(scores / t)[np.arange(len(labels)), labels] + 1e-12).mean() for t in _TEMPERATURES]
    temperature = _TEMPERATURES[int(np.argmin(losses))]
    best = softmax(scores / temperature).max(axis=1)
    in_scope = best[labels != intents.index(OUT_OF_SCOPE)] if OUT_OF_SCOPE in intents else best
    threshold = float(np.quantile(in_scope, REJECTED_SHARE))
    accuracy = float((scores.argmax(axis=1) == labels).mean())
    return Calibration(temperature, threshold, float((in_scope < threshold).mean()), accuracy)


def _unseen_scores(corpus: _Corpus, intents: int) -> Floats:
    from scipy.sparse import hstack
    from sklearn.model_selection import StratifiedKFold

    labels = corpus.labels
    scores: Floats = np.zeros((len(labels), intents))
    folds = min(_FOLDS, int(np.bincount(labels).min()))
    for kept, unseen in StratifiedKFold(folds, shuffle=True, random_state=_SEED).split(np.zeros(len(labels)), labels):
        vectorisers, classifier = _fit(corpus.part(kept))
        sentences = corpus.part(unseen).clean
        features = hstack([vectoriser.transform(sentences) for vectoriser in vectorisers], format="csr")
        weights, bias = _of_each(classifier)
        scores[unseen] = features @ weights.T + bias
    return scores


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
