"""A trained classifier as arrays: how it ranks a sentence, and how it is kept in a cache (npz and JSON, no pickle)."""

import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.normal import normal
from nlu.vectoriser import Floats, Vectoriser

# As many intents as an answer names: enough to clarify with, and what Rasa gives.
RANKING_MAX = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the classifier was on sentences it had not seen (cross-validation while it was trained).

    ``temperature`` makes confidences honest. ``threshold`` is the confidence under which a sentence is not
    understood: ``rejected`` of the in-scope ones fall under it. ``accuracy`` is over all examples.
    """

    temperature: float
    threshold: float
    rejected: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Model:
    """One linear model over n-grams; ``weights`` is n-grams x intents."""

    intents: tuple[str, ...]
    vectoriser: Vectoriser
    weights: NDArray[np.float32]
    bias: Floats
    calibration: Calibration

    def scores(self, text: str) -> Floats:
        """The margin of each intent, in the order of ``intents``."""
        rows, values = self.vectoriser.rows(normal(text))
        scores: Floats = values @ self.weights[rows] + self.bias
        return scores

    def rank(self, text: str) -> list[tuple[str, float]]:
        """The likeliest intents with their confidences, which sum to 1 over all intents."""
        confidences = softmax(self.scores(text) / self.calibration.temperature)
        order = np.argsort(-confidences, kind="stable")[:RANKING_MAX]
        return [(self.intents[at], round(float(confidences[at]), 6)) for at in order]


def softmax(scores: Floats) -> Floats:
    """Over the last axis."""
    grown: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = grown / grown.sum(axis=-1, keepdims=True)
    return shares


def save(model: Model, folder: Path, key: str) -> None:
    """Keep the model under a key. A reader sees the whole of it or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    vectoriser, calibration = model.vectoriser, model.calibration
    words = {
        "intents": model.intents,
        "words": list(vectoriser.words),
        "chars": list(vectoriser.chars),
        "calibration": [calibration.temperature, calibration.threshold, calibration.rejected, calibration.accuracy],
    }
    descriptor, name = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(descriptor, "wb") as file:
        text = np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), np.uint8)
        np.savez(file, words=text, idf=vectoriser.idf, weights=model.weights, bias=model.bias)
    Path(name).replace(folder / f"{key}.npz")


def load(folder: Path, key: str) -> Model | None:
    """The model kept under a key, or None where there is none or it cannot be read: it is then trained again."""
    try:
        with np.load(folder / f"{key}.npz", allow_pickle=False) as arrays:
            words = json.loads(arrays["words"].tobytes())
            first = len(words["words"])
            return Model(
                tuple(words["intents"]),
                Vectoriser(
                    {gram: row for row, gram in enumerate(words["words"])},
                    {gram: row for row, gram in enumerate(words["chars"], first)},
                    arrays["idf"],
                ),
                arrays["weights"],
                arrays["bias"],
                Calibration(*words["calibration"]),
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
