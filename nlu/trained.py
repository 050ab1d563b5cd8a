"""A trained classifier as arrays: how it ranks a sentence, and how it is kept in a cache (npz and JSON, no pickle)."""

import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Encoder
from nlu.families import Families
from nlu.meaning import Meaning
from nlu.normal import normal
from nlu.vectoriser import Floats, Seen, Vectoriser

# As many intents as an answer names: enough to clarify with, and what Rasa gives.
RANKING_MAX = 10
# How hard strange words weigh against an intent.
FAMILIAR_POWER = 2


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
    """One linear model over n-grams; ``weights`` is n-grams x intents. With the encoder, what it means beside."""

    intents: tuple[str, ...]
    vectoriser: Vectoriser
    weights: NDArray[np.float32]
    bias: Floats
    calibration: Calibration
    meaning: Meaning | None = None

    def scores(self, text: str) -> Floats:
        """The margin of each intent, in the order of ``intents``."""
        return self._scores(text, self.vectoriser.read(normal(text)))

    def rank(self, text: str) -> list[tuple[str, float]]:
        """The likeliest intents with their confidences.

        A confidence is the intent's share among all, times how familiar the text is, squared: what is written in
        words that no example has is meant for somebody else, however well it fits one intent best.
        """
        seen = self.vectoriser.read(normal(text))
        confidences = softmax(self._scores(text, seen) / self.calibration.temperature) * seen.familiar**FAMILIAR_POWER
        order = np.argsort(-confidences, kind="stable")[:RANKING_MAX]
        sure = confidences[order].round(6).tolist()
        return list(zip([self.intents[at] for at in order.tolist()], sure, strict=True))

    def _scores(self, text: str, seen: Seen) -> Floats:
        scores: Floats = seen.weights @ self.weights[seen.rows] + self.bias
        return scores if self.meaning is None else scores + self.meaning.scores(text)


def softmax(scores: Floats) -> Floats:
    """Over the last axis."""
    grown: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = grown / grown.sum(axis=-1, keepdims=True)
    return shares


def save(model: Model, folder: Path, key: str) -> None:
    """Keep the model under a key. A reader sees the whole of it or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    vectoriser, calibration, meaning = model.vectoriser, model.calibration, model.meaning
    words = {
        "intents": model.intents,
        "words": list(vectoriser.words),
        "chars": list(vectoriser.chars),
        "families": list(vectoriser.families),
        "spoken": {name: list(words) for name, words in vectoriser.spoken.words.items()},
        "calibration": [calibration.temperature, calibration.threshold, calibration.rejected, calibration.accuracy],
        "share": meaning.share if meaning is not None else 0.0,
    }
    arrays: dict[str, Any] = {
        "idf": vectoriser.idf,
        "written": vectoriser.written,
        "weights": model.weights,
        "bias": model.bias,
    }
    if meaning is not None:
        arrays |= {"meaning": meaning.weights, "meaning_bias": meaning.bias}
    descriptor, name = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(descriptor, "wb") as file:
        np.savez(file, words=np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), np.uint8), **arrays)
    Path(name).replace(folder / f"{key}.npz")


def load(folder: Path, key: str, encoder: Encoder | None = None) -> Model | None:
    """The model kept under a key, or None where there is none or it cannot be read: it is then trained again.

    A model that was trained with the encoder wants it again.
    """
    try:
        with np.load(folder / f"{key}.npz", allow_pickle=False) as arrays:
            words = json.loads(arrays["words"].tobytes())
            chars = len(words["words"])
            families = chars + len(words["chars"])
            meaning = None
            if encoder is not None:
                meaning = Meaning(arrays["meaning"], arrays["meaning_bias"], words["share"], encoder)
            return Model(
                tuple(words["intents"]),
                Vectoriser(
                    {gram: row for row, gram in enumerate(words["words"])},
                    {gram: row for row, gram in enumerate(words["chars"], chars)},
                    arrays["idf"],
                    arrays["written"],
                    {gram: row for row, gram in enumerate(words["families"], families)},
                    Families(words["spoken"]),
                ),
                arrays["weights"],
                arrays["bias"],
                Calibration(*words["calibration"]),
                meaning,
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
