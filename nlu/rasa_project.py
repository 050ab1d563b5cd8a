"""What Rasa is given and what it gave: the file that it learns from, and the calibration of its confidences.

Rasa sees sentences as the embedded engine does: cards, sums and phones are words, and every other digit is a nought. So
no number of a customer reaches its process, and what it learnt from looks like what it is asked.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import yaml

from nlu.families import NONE, Families
from nlu.normal import normal
from nlu.trained import Calibration
from nlu.training_data import PROJECT, Examples, TrainingDataError

CALIBRATION = PROJECT / "calibration.json"
_DIGIT = re.compile(r"\d")


def as_sent(text: str) -> str:
    """The sentence as Rasa sees it, its white space single; empty when there is no letter and no number in it.

    Rasa finds its likeliest intent in no words at all, and to it a smile is as good as a yes.
    """
    sent = " ".join(_DIGIT.sub("0", normal(text)).split())
    return sent if any(map(str.isalnum, sent)) else ""


def exported(examples: Examples, spoken: Families = NONE) -> str:
    """A file of Rasa's format with these examples as Rasa is asked about them, each once an intent.

    A family of words that mean the same is a pattern, which Rasa's RegexFeaturizer tells its classifier of.
    """
    lines = ['version: "3.1"', "nlu:"]
    for intent in sorted(examples):
        sent = dict.fromkeys(as_sent(text) for text in examples[intent])
        lines += [f"  - intent: {intent}", "    examples: |", *(f"      - {text}" for text in sent if text)]
    for name, words in spoken.words.items():
        lines += [f'  - regex: "{name}"', "    examples: |", f"      - {_pattern(words)}"]
    return "\n".join(lines) + "\n"


def _pattern(words: Sequence[str]) -> str:
    written = (re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    return rf"\b(?:{'|'.join(written)})\b"


def intents(project: Path = PROJECT) -> list[str]:
    """What ``domain.yml`` lists, without reading the examples.

    Raises:
        TrainingDataError: the file is missing or has no list of intents.
    """
    file = project / "domain.yml"
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))["intents"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as problem:
        raise TrainingDataError(f"{file}: has no 'intents:' list: {problem}") from problem
    return [str(intent) for intent in found]


def calibration(file: Path = CALIBRATION) -> Calibration:
    """What was measured of Rasa's confidences on sentences that it had not seen.

    Raises:
        TrainingDataError: the file is missing or is no calibration.
    """
    try:
        return Calibration(**{name: float(value) for name, value in json.loads(file.read_text("utf-8")).items()})
    except (OSError, ValueError, TypeError, AttributeError) as problem:
        raise TrainingDataError(f"{file}: cannot be read; write it with 'teller nlu calibrate': {problem}") from problem


def keep(measured: Calibration, file: Path = CALIBRATION) -> None:
    """Write the calibration down."""
    file.write_text(json.dumps(asdict(measured), indent=2) + "\n", encoding="utf-8")
