"""Gives expressions and placeholders their values: the run's slots, what was confirmed, and the context objects."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import cast

from flows.expressions import Expression, evaluate, holds
from flows.facts import Need
from flows.model import AUTH_ORDER, Collect, SetSlots, Step
from flows.session import Run
from flows.turn import QuestionFailed, Turn, brand_limit, typed
from flows.values import SlotValue, attribute

CONTEXT = frozenset({"customer", "limits", "feature", "channel"})
NO_SLOTS: Mapping[str, SlotValue] = {}


def filled_by(step: Step) -> Collection[str]:
    """The slots that a step puts values into."""
    match step:
        case Collect():
            return (step.slot,)
        case SetSlots():
            return step.values
    return getattr(step, "save", ())


class RunScope:
    """The names a run's expressions may use. ``frozen`` values come before the live slots."""

    def __init__(self, turn: Turn, run: Run | None, frozen: Mapping[str, SlotValue] = NO_SLOTS) -> None:
        self._turn, self._run, self._frozen = turn, run, frozen
        self._slots: Mapping[str, SlotValue] = run.slots if run is not None else NO_SLOTS

    def value(self, name: str) -> SlotValue:
        """The value of ``amount``, ``from_card.last4`` or ``limits.transfer_max``; None when there is none."""
        head, dot, field = name.partition(".")
        if dot and head in CONTEXT:
            return context(self._turn, head, field)
        value = self._frozen[head] if head in self._frozen else self._slots.get(head)
        if value is None and head in self._turn.session.kept and self._run is not None:
            value = self._kept(self._run, head)
        return attribute(value, field) if dot else value

    def _kept(self, run: Run, name: str) -> SlotValue:
        """What the conversation keeps of a slot from an earlier run; a flow that fills it itself sees its own."""
        flow = self._turn.library.flows.get(run.flow)
        if flow is None or any(name in filled_by(step) for step in flow.steps.values()):
            return None
        return self._turn.session.kept[name]

    def options(self, slot: str) -> int:
        """How many options a choice slot has right now."""
        return len(self._turn.choices(self._turn.slot(slot)))

    def today(self) -> date:
        """The date of the turn where the bank is."""
        return self._turn.at.astimezone(self._turn.zone).date()


def context(turn: Turn, name: str, field: str) -> SlotValue:
    """A field of a read-only object. What the brand and the session know is not asked for.

    Raises:
        Missing, QuestionFailed.
    """
    session = turn.session
    if name == "channel":
        return session.channel if field == "name" else None
    if name == "customer":
        if field in ("verified", "strong"):
            return AUTH_ORDER[session.level] >= AUTH_ORDER[field]
        if field == "bound":
            return session.customer_id is not None
        if session.customer_id is None:
            return None
    if name == "feature" and field in turn.library.brand.features:
        return turn.library.brand.features[field]
    if name == "limits" and field in turn.library.brand.limits:
        return brand_limit(turn.library, field)
    kind = turn.library.catalogue.context.get(name, {}).get(field, "text")
    fact = turn.fact(Need("context", name))
    if "error" in fact or (name == "limits" and fact.get(field) is None):
        raise QuestionFailed(f"{name}.{field}")  # a limit that nobody knows lets nothing pass
    return typed(kind, fact[field]) if field in fact else None


def value_of(turn: Turn, run: Run, expression: Expression, frozen: Mapping[str, SlotValue] = NO_SLOTS) -> SlotValue:
    """What an expression says for a run.

    Raises:
        Missing, QuestionFailed, EvaluationError.
    """
    return cast(SlotValue, evaluate(expression, RunScope(turn, run, frozen)))


def true_for(turn: Turn, run: Run, condition: Expression) -> bool:
    """Whether a condition holds for a run; raises as ``value_of``."""
    return holds(condition, RunScope(turn, run))
