"""What the confidences of an engine that was trained elsewhere are worth, from sentences that it had not seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.rasa import LEAST, Ranking, honest
from nlu.trained import Calibration
from nlu.training import OUT_OF_SCOPE, REJECTED_SHARE

TEMPERATURES = tuple(round(0.1 * step, 1) for step in range(2, 101))


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence's own intent, and all intents with the engine's confidences, the likeliest first."""

    meant: str
    ranking: Ranking


def calibrated(asked: Sequence[Asked]) -> Calibration:
    """The temperature that makes confidences honest, and the threshold that one in twenty of the served falls under.

    A sentence in which the engine found no word counts as not understood and says nothing about its confidences.
    """
    found = [one for one in asked if one.ranking]
    temperature = min(TEMPERATURES, key=lambda one: _loss(found, one))
    best = [honest(one.ranking, temperature)[0][1] if one.ranking else 0.0 for one in asked]
    served = np.array([sure for one, sure in zip(asked, best, strict=True) if one.meant != OUT_OF_SCOPE])
    threshold = float(np.quantile(served, REJECTED_SHARE))
    right = sum(one.ranking[0][0] == one.meant for one in found)
    return Calibration(temperature, round(threshold, 4), float((served < threshold).mean()), right / len(asked))


def _loss(asked: Sequence[Asked], temperature: float) -> float:
    """How much the meant intents surprise, on average."""
    return sum(_surprise(one, temperature) for one in asked) / max(len(asked), 1)


def _surprise(one: Asked, temperature: float) -> float:
    raised = {intent: max(sure, LEAST) ** (1 / temperature) for intent, sure in one.ranking}
    return -math.log(max(raised.get(one.meant, 0.0), LEAST) / sum(raised.values()))
