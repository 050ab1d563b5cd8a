"""The ways through a flow: which step can come after which, and why."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flows.model import END, Action, Call, Collect, Confirm, Flow, Handoff, If, Link, Step, Wait


@dataclass(frozen=True, slots=True)
class Edge:
    """From ``source`` one may come to ``target``. ``path`` is where that is written; empty when it is just the next."""

    source: str
    target: str
    path: tuple[str, ...] = ()


def edges(step: Step) -> tuple[Edge, ...]:
    """Every way out of a step, also to steps that do not exist."""
    return tuple(_edges(step))


def _edges(step: Step) -> Iterator[Edge]:
    if isinstance(step, If):
        yield Edge(step.id, step.then, ("then",))
        yield Edge(step.id, step.otherwise, ("else",))
    elif not isinstance(step, Link | Handoff) or (isinstance(step, Handoff) and step.next is not None):
        yield Edge(step.id, step.follows, ("next",) if step.next is not None else ())
    if isinstance(step, Collect) and step.on_failure is not None:
        yield Edge(step.id, step.on_failure, ("on_failure",))
    elif isinstance(step, Confirm):
        yield Edge(step.id, step.on_no if step.on_no is not None else END, ("on_no",))
    elif isinstance(step, Action):
        yield from (Edge(step.id, target, ("on_error", code)) for code, target in step.on_error.items())
    elif isinstance(step, Wait):
        if step.on_timeout is not None:
            yield Edge(step.id, step.on_timeout, ("on_timeout",))
        yield from (Edge(step.id, target, ("on_event", name)) for name, target in step.on_event.items())


def targets(flow: Flow, step: Step) -> list[str]:
    """The existing steps that may come next."""
    return [edge.target for edge in edges(step) if edge.target in flow.steps]


def reachable(flow: Flow, starts: list[str], onward: Callable[[Step], bool] = lambda _: True) -> set[str]:
    """The steps that can be reached. Where ``onward`` says no, the way stops behind that step."""
    seen: set[str] = set()
    queue = deque(start for start in starts if start in flow.steps)
    while queue:
        here = queue.popleft()
        if here not in seen:
            seen.add(here)
            if onward(flow.steps[here]):
                queue.extend(targets(flow, flow.steps[here]))
    return seen


def callers(flows: Mapping[str, Flow]) -> dict[str, list[tuple[Flow, Call]]]:
    """Who calls each flow."""
    found: dict[str, list[tuple[Flow, Call]]] = {}
    for flow in flows.values():
        for step in flow.steps.values():
            if isinstance(step, Call):
                found.setdefault(step.flow, []).append((flow, step))
    return found


def with_called(flows: Mapping[str, Flow], start: str) -> list[Flow]:
    """The flow and all that it calls, directly or not."""
    found: dict[str, Flow] = {}
    queue = [start]
    while queue:
        here = queue.pop()
        if here in flows and here not in found:
            found[here] = flows[here]
            queue += [step.flow for step in flows[here].steps.values() if isinstance(step, Call)]
    return list(found.values())
