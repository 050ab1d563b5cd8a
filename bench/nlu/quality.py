"""How often an engine is right, and how well it knows what it does not know."""

from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

from bench.nlu.engines import Engine, Ranking
from bench.nlu.sets import Labelled, Set, few
from bench.nlu.typos import mistyped

# What no flow serves; an answer of this name is a rejection, whatever its confidence.
NO_SCOPE = frozenset({"out_of_scope", "nlu_fallback"})
SEEDS = (1, 2, 3)


class Quality(TypedDict, total=False):
    """Shares in per cent."""

    accuracy: float
    macro_f1: float
    typos: float
    outside_noticed: float
    rejected: float
    training_cpu_s: float


def quality(engine: Engine, of: Set) -> Quality:
    """Train on the set and ask its test part, as it stands and mistyped."""
    seconds = engine.train(of.examples)
    asked = [engine.parse(text) for text, _ in of.asked]
    found: Quality = {
        "accuracy": accuracy(asked, of.asked),
        "macro_f1": macro_f1(asked, of.asked),
        "typos": accuracy([engine.parse(mistyped(text, at)) for at, (text, _) in enumerate(of.asked)], of.asked),
        "training_cpu_s": seconds,
    }
    if of.outside:
        found["outside_noticed"] = noticed(asked, [engine.parse(text) for text in of.outside], of.kept)
        found["rejected"] = 100 * (1 - of.kept)
    return found


def shots(engine: Engine, of: Set) -> dict[str, float]:
    """Accuracy with few examples an intent, the mean over draws."""
    found = {}
    for count in of.shots:
        shares = []
        for seed in SEEDS:
            engine.train(few(of.examples, count, seed))
            shares.append(accuracy([engine.parse(text) for text, _ in of.asked], of.asked))
        found[f"{count}-shot"] = sum(shares) / len(shares)
    return found


def accuracy(answers: Sequence[Ranking], asked: Labelled) -> float:
    """How many answers have the intent that was meant first."""
    return 100 * sum(answer[0][0] == meant for answer, (_, meant) in zip(answers, asked, strict=True)) / len(asked)


def macro_f1(answers: Sequence[Ranking], asked: Labelled) -> float:
    """The mean over intents of the harmonic mean of precision and recall."""
    meant = Counter(intent for _, intent in asked)
    taken = Counter(answer[0][0] for answer in answers)
    right = Counter(intent for answer, (_, intent) in zip(answers, asked, strict=True) if answer[0][0] == intent)
    return 100 * sum(2 * right[intent] / (meant[intent] + taken[intent]) for intent in meant) / len(meant)


def noticed(inside: Sequence[Ranking], outside: Sequence[Ranking], kept: float) -> float:
    """The share of outside sentences under the confidence that keeps ``kept`` of the inside ones."""
    sure = sorted(map(surety, inside), reverse=True)
    threshold = sure[min(len(sure) - 1, int(kept * len(sure)))]
    return 100 * sum(surety(answer) < threshold or not surety(answer) for answer in outside) / len(outside)


def surety(answer: Ranking) -> float:
    """The best confidence; none for what was taken for out of scope."""
    intent, confidence = answer[0]
    return 0.0 if intent in NO_SCOPE else confidence
