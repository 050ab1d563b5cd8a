"""What a guest must not see, and what nobody must see in full."""

from collections.abc import Iterator

from flows.checks.graph import edges, with_called
from flows.checks.names import expressions_of, mentions, owner_of, responses_of, type_of_name
from flows.expressions.nodes import Name
from flows.loading.draft import UNREADABLE, Draft, flow_owner, response_owner
from flows.model import Action, Call, Collect, Confirm, Flow, SetSlots, Step
from flows.problems import Problem
from flows.stack import AUTH_FLOWS

OPEN_TO_GUESTS = frozenset({"customer.bound", "customer.verified", "customer.strong"})
SHOWN_MASKED = frozenset({"card_number", "contact"})
SAFE_PARTS = frozenset({"last4", "scheme", "own"})


def check_guests(draft: Draft) -> Iterator[Problem]:
    """E244: a flow for guests that touches personal data before a flow that proves who it is."""
    for flow in draft.flows.values():
        if flow.auth == "guest":
            found = _first_personal(draft, flow)
            if found is not None:
                step, what_is_it = found
                owner = flow_owner(flow.id)
                at = draft.at(owner, "requires", "auth") if draft.node(owner, "requires") else flow.at
                what = f"guests can reach the step '{step.id}', which uses {what_is_it}"
                why = "anybody who finds the chat could learn about a customer"
                yield Problem("E244", at, what, why, "write 'auth: verified', or call a flow that identifies before it")


def _first_personal(draft: Draft, flow: Flow) -> tuple[Step, str] | None:
    """The first step, in the order of writing, that is reached by somebody nobody knows."""
    seen: set[str] = set()
    queue = [flow.first]
    while queue:
        here = queue.pop()
        if here in seen or here not in flow.steps:
            continue
        seen.add(here)
        if not _identifies(draft, flow.steps[here]):
            queue += [edge.target for edge in edges(flow.steps[here])]
    for id_ in flow.order:
        personal = _personal(draft, flow, flow.steps[id_]) if id_ in seen else None
        if personal is not None:
            return flow.steps[id_], personal
    return None


def _identifies(draft: Draft, step: Step) -> bool:
    if isinstance(step, Action):
        operation = draft.catalogue.operations.get(step.action)
        return operation is not None and operation.sets_access
    if not isinstance(step, Call):
        return False
    if step.flow in AUTH_FLOWS.values():
        return True
    return any(
        _identifies(draft, inner)
        for called in with_called(draft.flows, step.flow)
        for inner in called.steps.values()
        if isinstance(inner, Action)
    )


def _personal(draft: Draft, flow: Flow, step: Step) -> str | None:
    if isinstance(step, Collect) and (slot := draft.slots.get(step.slot)) is not None and slot.source:
        return f"'{slot.source}'"
    if isinstance(step, Action):
        operation = draft.catalogue.operations.get(step.action)
        if operation is not None and operation.provider == "core_adapters" and not operation.public:
            return f"'{step.action}'"
    names = {name for written in expressions_of(step) for name in written.expression.names}
    for _, response in responses_of(step):
        if response in flow.responses:
            names |= {mention.name for mention in mentions(draft, flow.id, flow.responses[response])}
    personal = sorted(name for name in names if name.startswith("customer.") and name not in OPEN_TO_GUESTS)
    return f"'{personal[0]}'" if personal else None


def check_masked(draft: Draft) -> Iterator[Problem]:
    """E414: a masked slot that would be seen in full: a part of it, in a picture, or copied into an open slot.

    A text slot may be repeated, masked, in the confirm where the customer checks it, and nowhere else.
    """
    for flow in draft.flows.values():
        confirms = {step.response for step in flow.steps.values() if isinstance(step, Confirm)}
        for response in flow.responses.values():
            for mention in mentions(draft, flow.id, response):
                if _in_full(draft, mention.name, response.name in confirms):
                    yield _problem(mention.name, mention.at, "a reader over the shoulder would see it")
            for key, name in response.image.values.items() if response.image else ():
                if _is_masked(draft, name):
                    at = draft.at(response_owner(flow.id, response.name), "image", "with", key)
                    yield _problem(name, at, "a picture stays in the chat for good")
        yield from _copies(draft, flow)


def _is_masked(draft: Draft, name: str) -> bool:
    slot = draft.slots.get(name.partition(".")[0])
    return slot is not None and (slot.mask or slot.type in ("code", "card_number"))


def _in_full(draft: Draft, name: str, in_confirm: bool) -> bool:
    head, dot, part = name.partition(".")
    if not _is_masked(draft, name) or (dot and type_of_name(draft, name) is None):
        return False
    if dot:
        return part not in SAFE_PARTS
    return draft.slots[head].type not in SHOWN_MASKED and not in_confirm


def _copies(draft: Draft, flow: Flow) -> Iterator[Problem]:
    for step in flow.steps.values():
        values = step.values if isinstance(step, SetSlots) else step.inputs if isinstance(step, Call) else {}
        key = "set_slots" if isinstance(step, SetSlots) else "with"
        for slot, expression in values.items():
            if expression is None or expression is UNREADABLE or not isinstance(expression.root, Name):
                continue
            source = expression.root.path
            safe = source.partition(".")[2] in SAFE_PARTS
            if _is_masked(draft, source) and not safe and slot in draft.slots and not _is_masked(draft, slot):
                at = draft.at(owner_of(flow, step), key, slot)
                yield _problem(source, at, f"'{slot}' is not masked, so the value would be shown in full")


def _problem(name: str, at: "object", why: str) -> Problem:
    fix = "leave it out; a card may be shown as {card.last4}"
    return Problem("E414", at, f"the masked slot '{name}' is shown here", why, fix)  # type: ignore[arg-type]
