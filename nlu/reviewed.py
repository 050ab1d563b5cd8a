"""Sentences that staff have given an intent become examples: ``data/reviewed_<language>.yml`` of the Rasa project."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from nlu.language import language_of
from nlu.training_data import examples_of

HEAD = """# Sentences of customers that were not understood at first, given an intent by `teller nlu review`.
version: "3.1"
nlu:
"""


def by_language(texts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Texts by the language they are in; ``texts`` have the locale of their conversation, which holds in doubt."""
    found: dict[str, list[str]] = {}
    for text, locale in texts:
        found.setdefault(language_of(text, locale.partition("-")[0]), []).append(text)
    return found


def added(project: Path, language: str, examples: Mapping[str, Sequence[str]]) -> tuple[Path, str]:
    """The file of a language and what it holds with these examples, each once."""
    file = project / "data" / f"reviewed_{language}.yml"
    held = examples_of(file) if file.exists() else {}
    for intent, texts in examples.items():
        held[intent] = list(dict.fromkeys([*held.get(intent, ()), *texts]))
    blocks = [
        f"  - intent: {intent}\n    examples: |\n" + "".join(f"      - {text}\n" for text in sorted(held[intent]))
        for intent in sorted(held)
    ]
    return file, HEAD + "".join(blocks)
