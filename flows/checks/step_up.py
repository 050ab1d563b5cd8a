"""Which ways prove enough: a call that checks a code, or a condition that says the amount is small."""

from dataclasses import dataclass

from flows.checks.graph import with_called
from flows.expressions.nodes import Comparison, Junction, Name, Node, Not
from flows.loading.draft import Draft
from flows.model import Action
from flows.stack import AUTH_FLOWS

THRESHOLD = "limits.step_up_from"
STRONG = "customer.strong"
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Below:
    """What a condition proves: that the customer is strongly known, or that these slots are under the threshold."""

    strong: bool = False
    slots: frozenset[str] = frozenset()


def gives_strong(draft: Draft, flow: str) -> bool:
    """Whether the flow is the one that the engine raises to strong, or has a code for the operation checked."""
    if flow == AUTH_FLOWS["strong"]:
        return True
    for called in with_called(draft.flows, flow):
        for step in called.steps.values():
            operation = draft.catalogue.operations.get(step.action) if isinstance(step, Action) else None
            if operation is not None and operation.sets_access and operation.provider == "core_adapters":
                return True
    return False


def exempt(condition: Node, true: bool) -> Below:
    """What is proven when the condition turned out so."""
    if isinstance(condition, Not):
        return exempt(condition.operand, not true)
    if isinstance(condition, Junction):
        left, right = exempt(condition.left, true), exempt(condition.right, true)
        if (condition.word == "and") == true:  # both parts turned out the same
            return Below(left.strong or right.strong, left.slots | right.slots)
        return Below(left.strong and right.strong, left.slots & right.slots)
    if isinstance(condition, Name):
        return Below(strong=true and condition.path == STRONG)
    return _compared(condition, true) if isinstance(condition, Comparison) else Below()


def _compared(condition: Comparison, true: bool) -> Below:
    left, operator, right = condition.left, condition.operator, condition.right
    if not isinstance(left, Name) or not isinstance(right, Name):
        return Below()
    name, sign = left.path, operator
    if left.path == THRESHOLD:
        name, sign = right.path, _TURNED.get(operator, operator)  # type: ignore[assignment]  # still an operator
    elif right.path != THRESHOLD:
        return Below()
    small = (sign == ">=" and not true) or (sign == "<" and true)
    return Below(slots=frozenset({name}) if small else frozenset())
