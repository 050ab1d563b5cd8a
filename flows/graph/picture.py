"""What a drawing of a flow shows: its steps with their lines, the ways between them, and what tests reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from flows.checks.graph import Edge, edges
from flows.model import (
    END,
    Action,
    Call,
    Collect,
    Confirm,
    Flow,
    Handoff,
    If,
    Library,
    Link,
    Place,
    Say,
    SetSlots,
    Step,
    Wait,
)  # fmt: skip
from flows.testing.coverage import Coverage, said
from flows.testing.watching import Way

Cover = Literal["", "full", "part", "none"]
ENDING = "end"


@dataclass(frozen=True, slots=True)
class Node:
    """A step, the end of a way, or another flow. ``note`` is for whoever points at it."""

    id: str
    kind: str
    title: str
    subject: str = ""
    at: Place | None = None
    moves_money: bool = False
    cover: Cover = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way from one node to another. ``covered`` is None where nobody asked or it is no branch."""

    source: str
    target: str
    label: str = ""
    covered: bool | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, the first node on top."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    with_coverage: bool = False


_KINDS: Mapping[type[Step], tuple[str, str]] = {
    Say: ("say", "response"), Collect: ("collect", "slot"), Confirm: ("confirm", "response"),
    Action: ("action", "action"), SetSlots: ("set_slots", "values"), If: ("if", "condition"), Call: ("call", "flow"),
    Link: ("link", "flow"), Wait: ("wait", "event"), Handoff: ("handoff", "queue"),
}  # fmt: skip


def kind_of(step: Step) -> tuple[str, str]:
    """``("collect", "amount")``."""
    kind, field = _KINDS[type(step)]
    if isinstance(step, If):
        return kind, step.condition.source
    if isinstance(step, SetSlots):
        return kind, ", ".join(step.values) or "nothing"
    if isinstance(step, Wait) and not step.event:
        return kind, "for a time"
    return kind, str(getattr(step, field))


def picture_of(library: Library, flow: Flow, coverage: Coverage | None = None) -> Picture:
    """One flow, step by step."""
    drawn_steps = [flow.steps[id_] for id_ in flow.order if not _only_goes_on(flow.steps[id_])]
    nodes = [_node(library, flow, step, coverage) for step in drawn_steps]
    arrows = [arrow for step in drawn_steps for arrow in _arrows(flow, step, coverage)]
    ends = [Node(a.target, ENDING, "", note="the flow ends") for a in arrows if a.target not in flow.steps]
    links = {step.flow for step in flow.steps.values() if isinstance(step, Link)}
    others = [_other(library, name) for name in sorted(links)]
    drawn = {node.id: node for node in [*nodes, *others, *ends][::-1]}
    ordered = tuple(drawn[id_] for id_ in dict.fromkeys([n.id for n in [*nodes, *others, *ends]]))
    return Picture(f"{flow.id}: {flow.title}", ordered, tuple(arrows), coverage is not None)


def _only_goes_on(step: Step) -> bool:
    """``- next: END`` in a branch: a way, not a step."""
    return isinstance(step, SetSlots) and not step.values


def _onward(flow: Flow, target: str) -> str:
    """The step that is reached in the end."""
    seen = set[str]()
    while target in flow.steps and _only_goes_on(flow.steps[target]) and target not in seen:
        seen.add(target)
        target = flow.steps[target].follows
    return target


def _node(library: Library, flow: Flow, step: Step, coverage: Coverage | None) -> Node:
    kind, subject = kind_of(step)
    operation = library.catalogue.operations.get(step.action) if isinstance(step, Action) else None
    money = operation is not None and operation.effect == "irreversible"
    missing = [said(way) for way in coverage.missing() if way[1:3] == (flow.id, step.id)] if coverage else []
    note = f"{step.at.file}:{step.at.line} {kind} {subject}" + "".join(f"\nnot tested: {one}" for one in missing)
    title = step.id if "." not in step.id else ""
    return Node(step.id, kind, title, subject, step.at, money, _cover(flow, step, coverage), note)


def _cover(flow: Flow, step: Step, coverage: Coverage | None) -> Cover:
    if coverage is None:
        return ""
    ways = [way for way in coverage.possible if way[1:3] == (flow.id, step.id) and way[0] != "locale"]
    reached = sum(way in coverage.reached for way in ways)
    return "full" if reached == len(ways) else "part" if reached else "none"


def _other(library: Library, name: str) -> Node:
    known = library.flows.get(name)
    return Node(_flow(name), "flow", name, "another flow", known.at if known else None, note=f"goes on in '{name}'")


def _flow(name: str) -> str:
    return f"flow:{name}"


def _arrows(flow: Flow, step: Step, coverage: Coverage | None) -> Iterator[Arrow]:
    """One arrow a target; several reasons to go there stand on it together."""
    if isinstance(step, Link):
        yield Arrow(step.id, _flow(step.flow))
        return
    labels: dict[str, list[str]] = {}
    covered: dict[str, bool | None] = {}
    for edge in edges(step):
        onward = _onward(flow, edge.target)
        target = onward if onward in flow.steps else f"{step.id}:{END}"
        label, way = _label(step, edge), _way(flow, step, edge)
        labels.setdefault(target, []).extend([label] if label else [])
        if coverage is not None and way is not None:
            covered[target] = covered.get(target, True) is not False and way in coverage.reached
    yield from (Arrow(step.id, target, ", ".join(said), covered.get(target)) for target, said in labels.items())


def _label(step: Step, edge: Edge) -> str:
    word = edge.path[0] if edge.path else ""
    if word in ("on_error", "on_event"):
        return edge.path[1]
    if isinstance(step, Confirm):
        return "no" if word == "on_no" else "yes"
    return {"then": "yes", "else": "no", "on_failure": "gives up", "on_timeout": "too late"}.get(word, "")


def _way(flow: Flow, step: Step, edge: Edge) -> Way | None:
    """The way of flows.testing.watching that an edge is, if tests can miss it."""
    word = edge.path[0] if edge.path else ""
    if word in ("then", "else"):
        return ("if", flow.id, step.id, "true" if word == "then" else "false")
    if word in ("on_error", "on_event"):
        return (word, flow.id, step.id, edge.path[1])
    return (word, flow.id, step.id, edge.target) if word in ("on_failure", "on_timeout") else None


def picture_of_all(library: Library, coverage: Coverage | None = None) -> Picture:
    """The flows of the library and how one leads to another."""
    nodes, arrows = [], dict[tuple[str, str], list[str]]()
    for flow in library.flows.values():
        words = ", ".join([*flow.starts_on.commands, *flow.starts_on.intents[:1]]) or "called by others"
        nodes.append(Node(flow.id, "flow", flow.id, words, flow.at, cover=_flow_cover(flow, coverage), note=flow.title))
        for step in flow.steps.values():
            if isinstance(step, Call | Link) and step.flow in library.flows:
                labels = arrows.setdefault((flow.id, step.flow), [])
                labels += [kind_of(step)[0]] if kind_of(step)[0] not in labels else []
    drawn = tuple(Arrow(source, target, ", ".join(labels)) for (source, target), labels in arrows.items())
    return Picture(f"{library.brand.name}: all flows", tuple(nodes), drawn, coverage is not None)


def _flow_cover(flow: Flow, coverage: Coverage | None) -> Cover:
    covers = {_cover(flow, step, coverage) for step in flow.steps.values()}
    return "" if coverage is None else "part" if len(covers) > 1 else next(iter(covers), "")
