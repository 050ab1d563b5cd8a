"""Puts the nodes of a picture in rows: each below all that lead to it, with few crossings and short ways.

Ways back up are set aside (they get a lane of their own at the side), the rest are levelled by the longest way, what
spans several rows is bent around the nodes between, rows are ordered by where their neighbours stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP = 26  # between two nodes of a row
SWEEPS = 12
PULLS = 24
MAIN = 6

Pair = tuple[str, str]


@dataclass(slots=True)
class Layout:
    """Rows of ids (bends included), the middle of each id, and the bends of each arrow from top to bottom."""

    rows: list[list[str]] = field(default_factory=list)
    x: dict[str, float] = field(default_factory=dict)
    rank: dict[str, int] = field(default_factory=dict)
    bends: dict[Pair, list[str]] = field(default_factory=dict)
    back: list[Pair] = field(default_factory=list)


def lay_out(
    ids: Sequence[str], arrows: Sequence[Pair], widths: Mapping[str, float], main: Sequence[Pair] = ()
) -> Layout:
    """The place of every node. ``ids`` in their natural order; a ``widths`` that is missing is a bend's.

    The arrows of ``main`` are drawn as straight as can be.
    """
    plan = Layout()
    plan.back = _ways_back(ids, arrows)
    down = [pair for pair in arrows if pair not in plan.back]
    plan.rank = _ranks(ids, down)
    segments = list(_segments(plan, down))
    _fill_rows(plan, ids)
    above, below = _neighbours(segments)
    _order(plan, above, below)
    _stress(plan, main, above, below)
    _spread(plan, above, below, widths)
    return plan


def _stress(plan: Layout, main: Sequence[Pair], above: dict[str, list[str]], below: dict[str, list[str]]) -> None:
    """A main arrow pulls its ends together as if it were several."""
    for source, target in main:
        if (source, target) in plan.bends:
            chain = [source, *plan.bends[source, target], target]
            for upper, lower in pairwise(chain):
                below[upper] += [lower] * MAIN
                above[lower] += [upper] * MAIN


def _ways_back(ids: Sequence[str], arrows: Sequence[Pair]) -> list[Pair]:
    """Arrows to something that is still open when walking in depth, in the order of writing."""
    onward: dict[str, list[str]] = {}
    for source, target in arrows:
        onward.setdefault(source, []).append(target)
    found, done = list[Pair](), set[str]()
    for start in ids:
        stack = [(start, iter(onward.get(start, ())))] if start not in done else []
        while stack:
            here, rest = stack[-1]
            if (target := next(rest, "")) == "":
                done.add(here)
                stack.pop()
            elif any(target == open_ for open_, _ in stack):
                found.append((here, target))
            elif target not in done:
                stack.append((target, iter(onward.get(target, ()))))
    return found


def _ranks(ids: Sequence[str], down: Sequence[Pair]) -> dict[str, int]:
    rank = dict.fromkeys(ids, 0)
    for _ in ids:
        changed = False
        for source, target in down:
            if rank[target] <= rank[source]:
                rank[target], changed = rank[source] + 1, True
        if not changed:
            break
    return rank


def _segments(plan: Layout, down: Sequence[Pair]) -> Iterator[Pair]:
    """Each arrow cut into pieces from one row to the next, with a bend in every row between."""
    for source, target in down:
        bends = [f"{source}>{target}@{row}" for row in range(plan.rank[source] + 1, plan.rank[target])]
        plan.bends[source, target] = bends
        plan.rank.update({bend: plan.rank[source] + 1 + number for number, bend in enumerate(bends)})
        chain = [source, *bends, target]
        yield from pairwise(chain)


def _fill_rows(plan: Layout, ids: Sequence[str]) -> None:
    plan.rows = [[] for _ in range(max(plan.rank.values(), default=-1) + 1)]
    for id_ in [*ids, *(one for one in plan.rank if one not in set(ids))]:
        plan.rows[plan.rank[id_]].append(id_)


def _neighbours(segments: Sequence[Pair]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for upper, lower in segments:
        below.setdefault(upper, []).append(lower)
        above.setdefault(lower, []).append(upper)
    return above, below


def _order(plan: Layout, above: dict[str, list[str]], below: dict[str, list[str]]) -> None:
    """Sort each row by the average place of its neighbours, down and up in turn; the best order seen stays."""
    best, fewest = [list(row) for row in plan.rows], _crossings(plan.rows, below)
    for sweep in range(SWEEPS):
        rows = plan.rows if sweep % 2 == 0 else plan.rows[::-1]
        beside = above if sweep % 2 == 0 else below
        for fixed, moved in pairwise(rows):
            place = {id_: number for number, id_ in enumerate(fixed)}
            own = {id_: number for number, id_ in enumerate(moved)}
            moved.sort(key=lambda id_: (_mean([place[n] for n in beside.get(id_, ())], own[id_]), own[id_]))
        crossings = _crossings(plan.rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in plan.rows], crossings
    plan.rows = best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: list[list[str]], below: dict[str, list[str]]) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        place = {id_: number for number, id_ in enumerate(lower)}
        ends = [place[target] for id_ in upper for target in sorted(below.get(id_, ()), key=place.__getitem__)]
        total += sum(one > other for number, one in enumerate(ends) for other in ends[number + 1 :])
    return total


def _spread(
    plan: Layout, above: dict[str, list[str]], below: dict[str, list[str]], widths: Mapping[str, float]
) -> None:
    """Pull every node towards its neighbours, keeping the order of its row and the gaps."""
    for row in plan.rows:
        at = 0.0
        for id_ in row:
            at += widths.get(id_, 0) / 2
            plan.x[id_] = at
            at += widths.get(id_, 0) / 2 + GAP
    for pull in range(PULLS):
        rows = plan.rows if pull % 2 == 0 else plan.rows[::-1]
        for row in rows:
            near = [[plan.x[n] for n in _pulling(id_, pull, above, below)] for id_ in row]
            wanted = [_mean(xs, plan.x[id_]) for xs, id_ in zip(near, row, strict=True)]
            _place(plan, row, wanted, widths)
    left = min((plan.x[id_] - widths.get(id_, 0) / 2 for id_ in plan.x), default=0)
    plan.x = {id_: x - left for id_, x in plan.x.items()}


def _pulling(id_: str, pull: int, above: dict[str, list[str]], below: dict[str, list[str]]) -> list[str]:
    """Neighbours on one side in turn, on both at last."""
    if PULLS - 6 <= pull < PULLS - 2:
        return above.get(id_, []) + below.get(id_, [])
    if pull >= PULLS - 2:
        return above.get(id_, [])
    return (above if pull % 2 == 0 else below).get(id_, [])


def _place(plan: Layout, row: list[str], wanted: Sequence[float], widths: Mapping[str, float]) -> None:
    """As near to where each wants to be as the gaps allow: those that would overlap move together."""
    groups: list[tuple[float, list[str], list[float]]] = []  # the middle of a group, its ids, their offsets
    for id_, x in zip(row, wanted, strict=True):
        group = (x, [id_], [0.0])
        while groups and _right(groups[-1], widths) + GAP > _left(group, widths):
            group = _joined(groups.pop(), group, widths, dict(zip(row, wanted, strict=True)))
        groups.append(group)
    for middle, ids, offsets in groups:
        plan.x.update({id_: middle + offset for id_, offset in zip(ids, offsets, strict=True)})


_Group = tuple[float, list[str], list[float]]


def _left(group: _Group, widths: Mapping[str, float]) -> float:
    return group[0] + group[2][0] - widths.get(group[1][0], 0) / 2


def _right(group: _Group, widths: Mapping[str, float]) -> float:
    return group[0] + group[2][-1] + widths.get(group[1][-1], 0) / 2


def _joined(one: _Group, other: _Group, widths: Mapping[str, float], wanted: Mapping[str, float]) -> _Group:
    ids = one[1] + other[1]
    offsets, at = [0.0], 0.0
    for before, after in pairwise(ids):
        at += widths.get(before, 0) / 2 + GAP + widths.get(after, 0) / 2
        offsets.append(at)
    start = sum(wanted[id_] - offset for id_, offset in zip(ids, offsets, strict=True)) / len(ids)
    return start, ids, offsets
