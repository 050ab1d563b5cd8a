"""Ways through a flow: unknown steps, dead ends, endless loops, jumps back over a payment, steps nobody reaches."""

from collections.abc import Iterator

from flows.checks.graph import Edge, edges, reachable, targets, with_called
from flows.checks.names import owner_of
from flows.loading.draft import Draft
from flows.model import END, Action, Call, Collect, Confirm, Flow, Handoff, Link, Place, Step, Wait
from flows.problems import Problem, unknown_word

WAITING = (Collect, Confirm, Wait)


def check_targets(draft: Draft) -> Iterator[Problem]:
    """E211: ``next: confrim``."""
    for flow, step in draft.all_steps():
        for edge in edges(step):
            if edge.target and edge.target != END and edge.target not in flow.steps and edge.path:
                at = draft.at(owner_of(flow, step), *edge.path)
                what, why = f"no step is called '{edge.target}'", f"'{edge.path[0]}' names a step of this flow"
                known = [id_ for id_ in flow.steps if "." not in id_]
                yield unknown_word("E211", at, what, why, edge.target, [*known, END], "name a step, or END")


def check_ends(draft: Draft) -> Iterator[Problem]:
    """E212: a way that stops because the list of steps is over, not because somebody decided so."""
    for flow in draft.flows.values():
        alive = reachable(flow, [flow.first])
        for step in flow.steps.values():
            if step.id in alive and (flow.id, step.id) in draft.falling and not isinstance(step, Link | Handoff):
                what = f"after the step '{step.id}' the flow falls off its end"
                why = "a step that is added below would suddenly come after it"
                yield Problem(
                    "E212", _id_place(draft, flow, step), what, why, "write 'next: END', or name the next step"
                )


def _id_place(draft: Draft, flow: Flow, step: Step) -> Place:
    owner = owner_of(flow, step)
    return draft.at(owner, "id") if draft.node(owner, "id") is not None else step.at


def check_loops(draft: Draft) -> Iterator[Problem]:
    """E213: a circle in which nobody is waited for."""
    for flow in (flow for flow in draft.flows.values() if flow.id not in draft.gaps):
        for edge in _closing_edges(draft, flow):
            step = flow.steps[edge.source]
            at = draft.at(owner_of(flow, step), *edge.path) if edge.path else _id_place(draft, flow, step)
            what = f"the way from '{edge.source}' back to '{edge.target}' never waits for the customer"
            why = "the bot would talk to itself until its guard stops it"
            yield Problem("E213", at, what, why, "put a collect, a confirm or a wait into the circle, or leave it")


def _closing_edges(draft: Draft, flow: Flow) -> Iterator[Edge]:
    """The edges that close a circle of steps without waiting, found by walking in depth."""
    done: set[str] = set()
    for start in flow.order:
        yield from _walk(draft, flow, start, done)


def _walk(draft: Draft, flow: Flow, start: str, done: set[str]) -> Iterator[Edge]:
    open_: dict[str, Iterator[Edge]] = {}
    stack = [start] if start not in done else []
    while stack:
        here = stack[-1]
        if here not in open_:
            open_[here] = iter(() if _waits(draft, flow.steps[here]) else edges(flow.steps[here]))
        edge = next(open_[here], None)
        if edge is None:
            done.add(stack.pop())
        elif edge.target in stack:
            yield edge
        elif edge.target in flow.steps and edge.target not in done:
            stack.append(edge.target)


def _waits(draft: Draft, step: Step) -> bool:
    if isinstance(step, Call):
        return any(isinstance(s, WAITING) for flow in with_called(draft.flows, step.flow) for s in flow.steps.values())
    return isinstance(step, WAITING)


def check_repeats(draft: Draft) -> Iterator[Problem]:
    """E215: after a payment the flow goes back to a place from which the payment comes again."""
    for flow in draft.flows.values():
        places = {id_: number for number, id_ in enumerate(flow.order)}
        for step in flow.steps.values():
            if isinstance(step, Action) and _irreversible(draft, step):
                yield from _back_over(draft, flow, step, places)


def _irreversible(draft: Draft, step: Action) -> bool:
    operation = draft.catalogue.operations.get(step.action)
    return operation is not None and operation.effect == "irreversible"


def _back_over(draft: Draft, flow: Flow, action: Action, places: dict[str, int]) -> Iterator[Problem]:
    """Only what follows success or an unknown result counts: after the other errors nothing was done."""
    done = [action.follows, *(t for code, t in action.on_error.items() if code == "unknown_result")]
    after = reachable(flow, [step for step in done if step in flow.steps])
    for id_ in [action.id, *(id_ for id_ in flow.order if id_ in after and id_ != action.id)]:
        for edge in edges(flow.steps[id_]):
            if id_ == action.id and edge.path[:1] == ("on_error",) and edge.path[1] != "unknown_result":
                continue
            target = places.get(edge.target)
            if target is None or target > places[action.id] or target > places[id_]:
                continue
            if action.id in reachable(flow, [edge.target]):
                at = draft.at(owner_of(flow, flow.steps[id_]), *edge.path)
                what = f"'{edge.target}' stands before '{action.id}', which cannot be undone and may already be done"
                why = "the money could move twice"
                yield Problem("E215", at, what, why, "end the flow, or link to a flow that begins anew")


def check_reached(draft: Draft) -> Iterator[Problem]:
    """W401: a step that no way leads to. Where a name is misspelt the step that was meant has its way."""
    misspelt = {problem.at.file for problem in check_targets(draft)}
    for flow in draft.flows.values():
        if flow.at.file in misspelt or flow.id in draft.gaps:
            continue
        alive = reachable(flow, [flow.first])
        led_to = {target for step in flow.steps.values() if step.id not in alive for target in targets(flow, step)}
        for step in flow.steps.values():
            misnamed = "~" in step.id  # its id is said to be wrong already
            if step.id not in alive and not misnamed and (step.id not in led_to or "." not in step.id):
                what = f"no way leads to the step '{step.id}'"
                yield Problem(
                    "W401", _id_place(draft, flow, step), what, "it never runs", "name it in a 'next', or remove it"
                )
