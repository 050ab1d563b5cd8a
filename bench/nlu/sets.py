"""The sets that engines are measured on. The public ones are read where they lie; nothing of them is kept here."""

import csv
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.cli.flow_content import CONTENT, library_of
from nlu.training_data import FINAL, HELD_OUT, PROJECT, held_out, merged, of_flows, read

Examples = Mapping[str, Sequence[str]]
Labelled = Sequence[tuple[str, str]]
WHERE = """\
No folder of public sets was given, so only the project's own set is measured. They are published here:
  Banking77  the repository task-specific-datasets of PolyAI, folder banking_data: train.csv and test.csv
  CLINC150   the repository oos-eval of clinc, folder data: data_full.json
Put them into <folder>/banking77 and <folder>/clinc150, and say: make bench-nlu DATA=<folder>"""
_NO_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True)
class Set:
    """``asked`` is (sentence, intent); ``outside`` are sentences that no intent serves, of which none is trained on
    unless the set brings an intent for them."""

    name: str
    examples: Examples
    asked: Labelled
    outside: Sequence[str] = field(default=())
    kept: float = 0.95
    shots: Sequence[int] = ()


def sets(data: Path | None) -> list[Set]:
    """All there are: our own, both halves of them by language, and the public ones that lie in the folder."""
    found = _own()
    if data is not None and (data / "banking77" / "train.csv").exists():
        found.append(_banking77(data))
    if data is not None and (data / "clinc150" / "data_full.json").exists():
        found.append(_clinc150(data))
    return found


def few(examples: Examples, shots: int, seed: int) -> dict[str, list[str]]:
    """So many examples of each intent, the same ones for the same seed."""
    chance = random.Random(seed)
    return {intent: chance.sample(list(texts), min(shots, len(texts))) for intent, texts in examples.items()}


def _own() -> list[Set]:
    examples = merged(read(PROJECT), of_flows(library_of(CONTENT, "sandbox")))
    return [
        Set(
            f"own, {locale}{', final' if half == FINAL else ''}",
            examples,
            [(text, intent) for intent, texts in intents.items() if intent != _NO_SCOPE for text in texts],
            intents.get(_NO_SCOPE, ()),
        )
        for half in (HELD_OUT, FINAL)
        for locale, intents in held_out(PROJECT, half).items()
    ]


def _banking77(data: Path) -> Set:
    """Rejection is measured with the out-of-scope questions of CLINC150, at the 6.2 % that others report."""
    train, asked = (_rows(data / "banking77" / f"{part}.csv") for part in ("train", "test"))
    clinc = data / "clinc150" / "data_full.json"
    outside = [text for text, _ in json.loads(clinc.read_text("utf-8"))["oos_test"]] if clinc.exists() else []
    return Set("Banking77", _by_intent(train), asked, outside, 0.938, (5, 10))


def _clinc150(data: Path) -> Set:
    """Trained without its out-of-scope examples: no bank has a list of what it does not serve."""
    parts = json.loads((data / "clinc150" / "data_full.json").read_text("utf-8"))
    return Set(
        "CLINC150",
        _by_intent([(text, intent) for text, intent in parts["train"]]),
        [(text, intent) for text, intent in parts["test"]],
        [text for text, _ in parts["oos_test"]],
    )


def _rows(file: Path) -> Labelled:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(row["text"], row["category"]) for row in csv.DictReader(lines)]


def _by_intent(labelled: Labelled) -> dict[str, list[str]]:
    examples: dict[str, list[str]] = {}
    for text, intent in labelled:
        examples.setdefault(intent, []).append(text)
    return examples
