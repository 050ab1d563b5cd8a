"""Which intents are taken for which: the held-out sentences that went wrong, by what was meant and what was heard."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.measure import Miss, measure
from nlu.trained import Model


@dataclass(frozen=True, slots=True)
class Confusion:
    """``acted_on``: how many of the misses are sure enough that the wrong conversation would begin."""

    meant: str
    taken: str
    misses: tuple[tuple[str, Miss], ...]
    acted_on: int


def confused(model: Model, held_out: Mapping[str, Mapping[str, Sequence[str]]]) -> list[Confusion]:
    """The most frequent first. ``held_out`` is locale -> intent -> sentences."""
    by_pair: dict[tuple[str, str], list[tuple[str, Miss]]] = {}
    for locale, sentences in held_out.items():
        for miss in measure(model, sentences).misses:
            by_pair.setdefault((miss.meant, miss.taken), []).append((locale, miss))
    least = model.calibration.threshold
    found = [
        Confusion(meant, taken, tuple(misses), sum(miss.confidence >= least for _, miss in misses))
        for (meant, taken), misses in by_pair.items()
    ]
    return sorted(found, key=lambda one: (-len(one.misses), -one.acted_on, one.meant, one.taken))


def as_text(found: Sequence[Confusion]) -> str:
    """For people."""
    if not found:
        return "No held-out sentence is taken for something else."
    total = sum(len(one.misses) for one in found)
    lines = [f"{total} sentences are taken for something else, {sum(one.acted_on for one in found)} of them surely."]
    for one in found:
        lines.append(f"\n{one.meant} taken for {one.taken}: {len(one.misses)}, surely {one.acted_on}")
        lines += [f"  {miss.confidence:4.0%}  {locale}  {miss.text}" for locale, miss in one.misses]
    return "\n".join(lines)


def to_json(found: Sequence[Confusion]) -> str:
    """For programs."""
    rows = [
        {"meant": one.meant, "taken": one.taken, "acted_on": one.acted_on,
         "sentences": [{"locale": locale, "text": miss.text, "confidence": miss.confidence}
                       for locale, miss in one.misses]}
        for one in found
    ]  # fmt: skip
    return json.dumps(rows, ensure_ascii=False, indent=2)
