"""Reads the examples of a Rasa project (``data/*.yml``) and the held-out sentences beside them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from flows.model import Library

PROJECT = Path(__file__).parent / "model"
# The two sets of sentences for measuring: one to learn from what is missed, one that nobody looks at.
HELD_OUT, FINAL = "held_out", "final"
# Entries of ``nlu:`` that are no examples of an intent.
_BESIDE = {"lookup", "synonym", "regex"}
# Where those of them stand that we read.
_HOMES = {"lookup": "lookups.yml", "synonym": "synonyms.yml"}
Examples = Mapping[str, Sequence[str]]
_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


class TrainingDataError(ValueError):
    """A file of examples cannot be used; the text says which, where and what to do."""


def read(project: Path) -> dict[str, list[str]]:
    """All examples of the project's ``data/*.yml``, by intent, in the order of the files.

    Raises:
        TrainingDataError: a file is missing, is no YAML, or has an entry that is no intent with examples.
    """
    files = sorted((project / "data").glob("*.yml"))
    if not files:
        raise TrainingDataError(f"{project / 'data'}: no *.yml with examples; give the folder of a Rasa project")
    examples: dict[str, list[str]] = {}
    for file in files:
        for intent, lines in examples_of(file).items():
            examples.setdefault(intent, []).extend(lines)
    return examples


def examples_of(file: Path) -> dict[str, list[str]]:
    """The examples of one file, by intent.

    Raises:
        TrainingDataError: it is no YAML, or has an entry that is no intent with examples, or that is read elsewhere.
    """
    examples: dict[str, list[str]] = {}
    for position, entry in enumerate(_entries(file), 1):
        intent, lines = _intent(file, position, entry)
        examples.setdefault(intent, []).extend(lines)
    return examples


def entries_of(project: Path, kind: str) -> Iterator[tuple[Path, str, list[str]]]:
    """The ``lookup`` or ``synonym`` entries beside the examples: the file, the name, the lines under it.

    Raises:
        TrainingDataError: a file is no YAML, or an entry has no lines.
    """
    for file in sorted((project / "data").glob(f"{kind}s.yml")):
        for position, entry in enumerate(_all_entries(file), 1):
            if isinstance(entry, dict) and kind in entry:
                yield file, str(entry[kind]), _lines(file, position, kind, entry)


def merged(examples: Examples, more: Examples) -> dict[str, list[str]]:
    """The project's examples and those that the flows bring, each sentence once an intent."""
    intents = dict.fromkeys([*examples, *more])
    return {intent: list(dict.fromkeys([*examples.get(intent, ()), *more.get(intent, ())])) for intent in intents}


def of_flows(library: Library) -> dict[str, list[str]]:
    """The examples that staff wrote in the flows, under the first intent that starts each flow."""
    examples: dict[str, list[str]] = {}
    for flow in library.flows.values():
        if flow.starts_on.intents and flow.starts_on.examples:
            examples.setdefault(flow.starts_on.intents[0], []).extend(flow.starts_on.examples)
    return examples


def held_out(project: Path, name: str = HELD_OUT) -> dict[str, dict[str, list[str]]]:
    """The sentences of ``tests/held_out.yml``, or of another set beside it: locale -> intent -> sentences.

    Raises:
        TrainingDataError: the file is missing or is no such mapping.
    """
    file = project / "tests" / f"{name}.yml"
    document = _load(file)
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise TrainingDataError(f"{file}: no '{name}:' with locales under it")
    return {
        str(locale): {str(intent): [str(sentence) for sentence in sentences] for intent, sentences in intents.items()}
        for locale, intents in found.items()
    }


def _load(file: Path) -> object:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise TrainingDataError(f"{file}: cannot be read: {problem}") from problem


def _entries(file: Path) -> list[object]:
    entries = _all_entries(file)
    for position, entry in enumerate(entries, 1):
        for kind, home in _HOMES.items():
            if isinstance(entry, dict) and kind in entry and file.name != home:
                raise TrainingDataError(
                    f"{file}: entry {position} of 'nlu:', {kind} '{entry[kind]}', is not read here; move it to {home}"
                )
    return [entry for entry in entries if not (isinstance(entry, dict) and entry.keys() & _BESIDE)]


def _all_entries(file: Path) -> list[object]:
    document = _load(file)
    entries = document.get("nlu") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise TrainingDataError(f"{file}: no 'nlu:' list; each entry has 'intent:' and 'examples: |'")
    return entries


def _intent(file: Path, position: int, entry: object) -> tuple[str, list[str]]:
    lines = _lines(file, position, "intent", entry)
    assert isinstance(entry, dict)
    return entry["intent"], [_ANNOTATED.sub(r"\1", line) for line in lines]


def _lines(file: Path, position: int, kind: str, entry: object) -> list[str]:
    name = entry.get(kind) if isinstance(entry, dict) else None
    block = entry.get("examples") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not isinstance(block, str):
        raise TrainingDataError(f"{file}: entry {position} of 'nlu:' needs '{kind}:' and 'examples: |'")
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    wrong = next((line for line in lines if not line.startswith("- ")), None)
    if wrong is not None:
        raise TrainingDataError(f"{file}: {kind} '{name}': write '- {wrong}', an example a line")
    return [line[2:].strip() for line in lines]
