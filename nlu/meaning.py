"""The encoder's half of a model: how much each intent is like what an English sentence means.

It is trained apart from the n-grams and added to their scores. How much it counts is settled by sentences that neither
half has seen: with few examples an intent it counts for most, with hundreds for a little.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import Encoder, Vectors
from nlu.encoder_graph import WIDTH
from nlu.vectoriser import Floats

# What one unit of the encoder's logits may add to the n-grams' margins.
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
_REGULARISATION = 30.0
_ROUNDS_MAX = 100
_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Meaning:
    """``weights`` is 384 x intents. ``share`` is what its logits count beside the n-grams."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    share: float = 1.0
    encoder: Encoder | None = None

    def scores(self, text: str) -> Floats:
        """What to add to the n-grams' margins; nothing for what the encoder cannot read."""
        assert self.encoder is not None, "a model with a meaning is loaded together with its encoder"
        scores: Floats = self.of(self.encoder.vector(text)[None])[0]
        return scores

    def of(self, vectors: Vectors) -> Floats:
        """The same for vectors, a row each."""
        logits = vectors @ self.weights + self.bias
        logits -= logits.mean(axis=1, keepdims=True)
        read = vectors.any(axis=1, keepdims=True)
        scores: Floats = np.where(read, self.share * logits, 0.0)
        return scores

    def at(self, share: float) -> "Meaning":
        """Counting so much."""
        return replace(self, share=share)


def learn(vectors: Vectors, labels: NDArray[np.intp], intents: int) -> Meaning:
    """From the examples that the encoder can read; an intent without any is as likely as none."""
    from sklearn.linear_model import LogisticRegression

    read = vectors.any(axis=1)
    weights, bias = np.zeros((WIDTH, intents), np.float32), np.full(intents, -1.0, np.float32)
    if len(np.unique(labels[read])) < 3:
        return Meaning(weights, bias, 0.0)
    fitted = LogisticRegression(C=_REGULARISATION, max_iter=_ROUNDS_MAX, tol=_TOLERANCE).fit(
        vectors[read], labels[read]
    )
    weights[:, fitted.classes_] = fitted.coef_.T
    bias[fitted.classes_] = fitted.intercept_
    return Meaning(weights, bias)
