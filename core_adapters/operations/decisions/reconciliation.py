"""Whether a day of our books and the core's say the same, reference by reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core_adapters.operations.statements import Sums

Judgement = Literal["match", "ours-only", "theirs-only", "differ"]
JUDGEMENTS: tuple[Judgement, ...] = ("match", "ours-only", "theirs-only", "differ")


@dataclass(frozen=True, slots=True)
class Judged:
    """One reference, and what each side says moved."""

    reference: str
    verdict: Judgement
    ours: Sums | None
    theirs: Sums | None


def judge(
    ours: Mapping[str, Sums], theirs: Mapping[str, Sums], booked: Mapping[str, Sums], near: frozenset[str]
) -> list[Judged]:
    """``ours`` and ``theirs`` are of the day. The two may book one thing on two days, when its answer came late:
    ``booked`` is what we have under their references whenever it was, ``near`` the core's references of the days
    beside, which are judged with those days.
    """
    found = [_one(reference, booked.get(reference), theirs[reference]) for reference in sorted(theirs)]
    alone = sorted(ours.keys() - theirs.keys() - near)
    return found + [Judged(reference, "ours-only", ours[reference], None) for reference in alone]


def _one(reference: str, ours: Sums | None, theirs: Sums) -> Judged:
    if ours is None:
        return Judged(reference, "theirs-only", None, theirs)
    return Judged(reference, "match" if ours == theirs else "differ", ours, theirs)
