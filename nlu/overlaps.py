"""Sentences that stand under two intents, or nearly the same under both: there the classifier decides by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from nlu.nearness import pairs
from nlu.normal import normal
from nlu.training_data import examples_of

# The cosine of n-grams from which a classifier of n-grams tells two sentences apart by luck.
NEAR = 0.9


class Example(NamedTuple):
    """Where a sentence stands: a file, and the line that it is."""

    text: str
    intent: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two examples of two intents; ``nearness`` is 1 where they are the same to the classifier."""

    one: Example
    other: Example
    nearness: float

    @property
    def is_same(self) -> bool:
        """Whether they are the very same."""
        return _plain(self.one.text) == _plain(self.other.text)


def examples_in(project: Path) -> list[Example]:
    """All of the project's examples with their places."""
    found = []
    for file in sorted((project / "data").glob("*.yml")):
        lines = file.read_text(encoding="utf-8").splitlines()
        at = 0
        for intent, texts in examples_of(file).items():
            for text in texts:
                at = next((n for n in range(at, len(lines)) if lines[n].strip()[2:].strip() == text), at)
                found.append(Example(text, intent, f"{project.name}/data/{file.name}", at + 1))
    return found


def overlaps(examples: Sequence[Example], near: float = NEAR) -> list[Overlap]:
    """Every pair of two intents that is the same or nearer than the bound, the nearest first."""
    found = [
        Overlap(examples[one], examples[other], sure) for one, other, sure in pairs([e.text for e in examples], near)
    ]
    told = [each for each in found if each.one.intent != each.other.intent]
    return sorted(told, key=lambda each: (-each.nearness, each.one, each.other))


def _plain(text: str) -> str:
    return " ".join(normal(text).split()).rstrip(".!? ")
