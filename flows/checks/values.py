"""Slots that are read before anything can stand in them, and slots that nobody uses.

``may`` holds the slots that some way has filled, ``must`` those that every way has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.checks.graph import Edge, edges
from flows.checks.names import (
    expressions_of,
    head_slot,
    mentions,
    names_in,
    owner_of,
    responses_of,
    unread_words,
    written_names,
)
from flows.expressions.nodes import Call as FunctionCall
from flows.expressions.nodes import Name, Node, Not, walk
from flows.loading.draft import UNREADABLE, Draft, response_owner
from flows.model import Action, Call, Collect, Confirm, Flow, Handoff, If, Link, Place, SetSlots, Step, Wait
from flows.problems import Problem

ASKS_WHETHER = frozenset({"only_one", "empty"})  # what is asked about a slot that may well be empty


@dataclass(frozen=True, slots=True)
class Filled:
    """Slots with a value at one point."""

    may: frozenset[str]
    must: frozenset[str]

    def meet(self, other: "Filled") -> "Filled":
        """One may have come either way."""
        return Filled(self.may | other.may, self.must & other.must)


@dataclass(frozen=True, slots=True)
class Use:
    """A slot is read here. ``spared``: its line is left out when it is empty."""

    slot: str
    at: Place
    spared: bool = False


def check_filled(draft: Draft) -> Iterator[Problem]:
    """E310: used before it can have a value. W307: on some way it has none."""
    entered = _entered(draft)
    for flow in _whole(draft):
        before = _settle(flow, _given(flow, entered.get(flow.id, ())))
        told: set[str] = set()
        for step in flow.steps.values():
            if step.id in before:
                for use in _uses(draft, flow, step):
                    problem = _judge(draft, use, before[step.id])
                    if problem is not None and use.slot not in told:
                        told.add(use.slot)
                        yield problem


def _whole(draft: Draft) -> list[Flow]:
    return [flow for flow in draft.flows.values() if flow.id not in draft.gaps]


def _judge(draft: Draft, use: Use, filled: Filled) -> Problem | None:
    slot = draft.slots[use.slot]
    if slot.optional or slot.retain == "forever" or use.slot in filled.must:
        return None
    if use.slot not in filled.may:
        what, why = f"'{use.slot}' is used before it can have a value", "it would always be empty here"
        return Problem("E310", use.at, what, why, f"collect '{use.slot}', or save it from the bank, in an earlier step")
    if use.spared:
        return None
    what, why = f"'{use.slot}' may be empty here", "not every way to this step fills it"
    return Problem("W307", use.at, what, why, "fill it on every way, or ask 'empty(…)' first")


def _settle(flow: Flow, given: Filled) -> dict[str, Filled]:
    before = {flow.first: given}
    queue = [flow.first]
    while queue:
        here = queue.pop()
        for edge in edges(flow.steps[here]):
            if edge.target in flow.steps:
                after = _along(flow.steps[here], edge, before[here])
                known = before.get(edge.target)
                now = after if known is None else known.meet(after)
                if now != known:
                    before[edge.target] = now
                    queue.append(edge.target)
    return before


def _entered(draft: Draft) -> dict[str, list[frozenset[str]]]:
    """By flow, the slots that each call and link of it hands in."""
    found: dict[str, list[frozenset[str]]] = {}
    for _, step in draft.all_steps():
        if isinstance(step, Call | Link):
            found.setdefault(step.flow, []).append(frozenset(step.inputs))
    return found


def _given(flow: Flow, entered: Sequence[frozenset[str]]) -> Filled:
    """What callers and links hand in. A flow that also starts by itself may begin without it."""
    starts = flow.starts_on
    alone = not entered or starts.intents or starts.commands or starts.deep_links
    given = (*entered, frozenset[str]()) if alone else tuple(entered)
    return Filled(frozenset[str]().union(*given), frozenset.intersection(*given))


def _along(step: Step, edge: Edge, filled: Filled) -> Filled:
    may, must = filled.may, filled.must
    if isinstance(step, SetSlots):
        cleared = frozenset(slot for slot, value in step.values.items() if value is None)
        set_ = frozenset(step.values) - cleared
        return Filled((may | set_) - cleared, (must | set_) - cleared)
    if isinstance(step, Collect):
        certain = not step.optional and edge.path != ("on_failure",)
        return Filled(may | {step.slot}, must | {step.slot} if certain else must)
    if isinstance(step, Action | Call | Wait):
        went_well = edge.path in ((), ("next",))
        return Filled(may | set(step.save), must | set(step.save) if went_well else must)
    if isinstance(step, If):
        return Filled(may, must | _not_empty(step.condition.root, edge.path == ("then",)))
    return filled


def _not_empty(condition: Node, true: bool) -> set[str]:
    """``not empty(purpose)`` says on one side that there is something in it."""
    if isinstance(condition, Not):
        return _not_empty(condition.operand, not true)
    if isinstance(condition, FunctionCall) and condition.function == "empty" and not true:
        return {name.path for name in names_in(condition)}
    return set()


def _uses(draft: Draft, flow: Flow, step: Step) -> Iterator[Use]:
    owner = owner_of(flow, step)
    for written in expressions_of(step):
        if written.expression is UNREADABLE:
            continue
        spared = _only_asked_about(written.expression.root)
        for name, at in written_names(draft, owner, written):
            slot = head_slot(draft, name.path)
            own = isinstance(step, Collect) and written.path[0] == "reject" and slot == step.slot
            if slot is not None and name.path not in spared and not own:
                yield Use(slot, at)
    if isinstance(step, Confirm):
        for number, name_ in enumerate(step.show):
            if name_ in draft.slots:
                yield Use(name_, draft.at(owner, "show", number))
    yield from _said(draft, flow, step)


def _only_asked_about(root: Node) -> set[str]:
    asked = [node for node in walk(root) if isinstance(node, FunctionCall) and node.function in ASKS_WHETHER]
    return {name.path for node in asked for name in names_in(node)}


def _said(draft: Draft, flow: Flow, step: Step) -> Iterator[Use]:
    for path, name in responses_of(step):
        response = flow.responses.get(name)
        own = step.slot if isinstance(step, Collect) and path[0] == "reject" else None
        if response is None:
            continue
        for mention in mentions(draft, flow.id, response):
            slot = head_slot(draft, mention.name)
            if slot is not None and slot != own:
                wording = response.texts.get(mention.locale)
                yield Use(slot, mention.at, spared=wording is not None and len(wording.lines) > 1)
        if response.image is not None:
            for key, value in response.image.values.items():
                slot = head_slot(draft, value)
                if slot is not None:
                    yield Use(slot, draft.at(response_owner(flow.id, name), "image", "with", key))


def check_used(draft: Draft) -> Iterator[Problem]:
    """W403: an entry of slots.yml that no flow uses."""
    used = unread_words(draft) | {slot for flow in draft.flows.values() for slot in _slots_of(draft, flow)}
    for slot in draft.slots.values():
        if slot.name not in used:
            what = f"the slot '{slot.name}' is never used"
            yield Problem("W403", slot.at, what, "nobody fills or reads it", "use it in a flow, or remove it")


def _slots_of(draft: Draft, flow: Flow) -> Iterator[str]:
    for step in flow.steps.values():
        yield from (use.slot for use in _uses(draft, flow, step))
        yield from (name.partition(".")[0] for name in _named(step))
        for written in expressions_of(step):
            yield from (node.path.partition(".")[0] for node in walk(written.expression.root) if isinstance(node, Name))
    for response in flow.responses.values():
        yield from (mention.name.partition(".")[0] for mention in mentions(draft, flow.id, response))
        for button in response.buttons if not isinstance(response.buttons, str) else ():
            yield from button.set


def _named(step: Step) -> tuple[str, ...]:
    if isinstance(step, Collect):
        return (step.slot,)
    if isinstance(step, Confirm):
        return (*step.show, *step.editable)
    if isinstance(step, SetSlots):
        return tuple(step.values)
    if isinstance(step, Action | Call | Wait):
        return (*step.save, *step.save.values(), *(step.inputs if isinstance(step, Call) else ()))
    return step.share if isinstance(step, Handoff) else ()
