"""How good a model is on sentences that it was not trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.trained import Model
from nlu.training import OUT_OF_SCOPE


@dataclass(frozen=True, slots=True)
class Miss:
    """A sentence taken for something else."""

    text: str
    meant: str
    taken: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Measured:
    """``noticed``: the share of out-of-scope sentences that start nothing. ``rejected``: of the others, under the
    threshold."""

    asked: int
    misses: tuple[Miss, ...]
    noticed: float
    rejected: float

    @property
    def right(self) -> int:
        """How many sentences have the intent that was meant first."""
        return self.asked - len(self.misses)

    @property
    def accuracy(self) -> float:
        """The share of them."""
        return self.right / self.asked if self.asked else 0.0


def measure(model: Model, sentences: Mapping[str, Sequence[str]]) -> Measured:
    """Ask the model for each sentence (intent -> sentences)."""
    asked = [(meant, text, *model.rank(text)[0]) for meant, texts in sentences.items() for text in texts]
    threshold = model.calibration.threshold
    outside = [taken == OUT_OF_SCOPE or sure < threshold for meant, _, taken, sure in asked if meant == OUT_OF_SCOPE]
    inside = [sure < threshold for meant, _, _, sure in asked if meant != OUT_OF_SCOPE]
    misses = tuple(Miss(text, meant, taken, sure) for meant, text, taken, sure in asked if taken != meant)
    return Measured(len(asked), misses, _share(outside), _share(inside))


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / len(answers) if answers else 0.0
