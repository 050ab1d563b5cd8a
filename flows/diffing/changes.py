"""One difference between two versions, and how a list of them is read: by flow, the most dangerous first."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from flows.model import Place
from flows.problems import masked

WHOLE = ""  # the flow of what belongs to no flow: slots, system texts, the brand's view


class Danger(IntEnum):
    """What a change can do. ``MONEY``: a yes, an operation or a proof of who it is works differently."""

    WORDS = 0
    STEPS = 1
    MONEY = 2


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``at`` is where it stands now, or stood before when it is gone. ``flow`` is '' for all flows."""

    flow: str
    what: str
    danger: Danger
    at: Place | None = None
    before: str = ""
    after: str = ""

    def sentence(self) -> str:
        """``the limit of 'amount' changed from … to …``, card-like digits hidden."""
        said = f"{self.what} from {self.before} to {self.after}" if self.before or self.after else self.what
        return masked(said)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """By flow, the flow with the most dangerous change first; within a flow the same."""
    found = list(changes)
    worst = {flow: max(one.danger for one in found if one.flow == flow) for flow in {one.flow for one in found}}
    return sorted(found, key=lambda one: (-worst[one.flow], one.flow, -one.danger, one.at.line if one.at else 0))


def as_text(changes: Sequence[Change]) -> str:
    """Flows as headings, ``!`` before what touches money."""
    if not changes:
        return "No differences."
    rows: list[str] = []
    flow: str | None = None
    for one in in_order(changes):
        if one.flow != flow:
            rows += ["", one.flow or "(all flows)"]
            flow = one.flow
        place = f"  ({one.at.file}:{one.at.line})" if one.at is not None else ""
        rows.append(f"  {'!' if one.danger is Danger.MONEY else ' '} {one.sentence()}{place}")
    dangerous = sum(one.danger is Danger.MONEY for one in changes)
    counted = f"{len(changes)} difference{'s' if len(changes) != 1 else ''}"
    tail = f"{counted}, {dangerous} of them (!) touch a confirm, an operation or who may do it."
    return "\n".join([*rows[1:], "", tail])


def as_json(changes: Sequence[Change]) -> str:
    """A list of objects, in the same order."""
    return json.dumps(
        [
            {
                "flow": one.flow, "what": one.sentence(), "danger": one.danger.name.lower(),
                "before": masked(one.before), "after": masked(one.after),
                "file": one.at.file if one.at else None, "line": one.at.line if one.at else None,
            }
            for one in in_order(changes)
        ],
        ensure_ascii=False,
        indent=2,
    )  # fmt: skip
