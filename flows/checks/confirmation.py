"""Nothing irreversible happens unless the customer saw it and said yes, and proved who they are when it is much.

Every way through a flow is followed from where it may begin, also from inside calls, keeping what is certain: which
slots the last confirm showed, which have changed since, and whether a strong proof or a small amount is certain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flows.checks.graph import Edge, callers, edges
from flows.checks.names import head_slot, names_in, owner_of
from flows.checks.step_up import Below, exempt, gives_strong
from flows.loading.draft import UNREADABLE, Draft
from flows.model import Action, BankOperation, Call, Collect, Confirm, Flow, If, SetSlots, Step, Wait
from flows.problems import Problem

PASSES_MAX = 2000  # a flow settles after a few; this only stops a fault of ours from hanging the editor


@dataclass(frozen=True, slots=True)
class Known:
    """What is certain at one point. ``shown`` is None where no confirm is certain; ``changed`` is since then.

    ``below`` are amounts known to be small, ``cleared`` those that are small or were proven strongly on every way.
    """

    shown: frozenset[str] | None = None
    changed: frozenset[str] = frozenset()
    strong: bool = False
    below: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()

    def meet(self, other: "Known") -> "Known":
        """What is certain when one may have come either way."""
        shown = None if self.shown is None or other.shown is None else self.shown & other.shown
        cleared = self.cleared & other.cleared
        if self.strong != other.strong:
            cleared = other.cleared if self.strong else self.cleared
        strong = self.strong and other.strong
        return Known(shown, self.changed | other.changed, strong, self.below & other.below, cleared)


def check_confirmation(draft: Draft) -> Iterator[Problem]:
    """E240, E241, E242, E243."""
    outcomes = Analysis(draft).settle()
    for flow in (flow for flow in draft.flows.values() if flow.id not in draft.gaps):
        for step in flow.steps.values():
            known = outcomes.get((flow.id, step.id))
            operation = draft.catalogue.operations.get(step.action) if isinstance(step, Action) else None
            if known is not None and operation is not None and operation.effect == "irreversible":
                assert isinstance(step, Action)
                yield from _judge(draft, flow, step, operation, known)


def _judge(draft: Draft, flow: Flow, step: Action, operation: BankOperation, known: Known) -> Iterator[Problem]:
    owner = owner_of(flow, step)
    if known.shown is None:
        what, why = f"'{step.action}' can be reached without a 'confirm'", "money would move without the customer's yes"
        yield Problem("E240", draft.at(owner, "action"), what, why, "put a confirm before it on every way")
        return
    for name, slot in shown_slots(draft, step, operation):
        at = draft.at(owner, "with", name)
        if slot not in known.shown:
            what, why = f"'{slot}' goes to the bank and the confirm does not show it", "the customer would not know it"
            yield Problem("E241", at, what, why, f"add '{slot}' to 'show' of the confirm")
        elif slot in known.changed:
            what, why = (
                f"'{slot}' may change between the confirm and '{step.action}'",
                "the customer said yes to another value",
            )
            yield Problem("E242", at, what, why, "change it before the confirm, or confirm again")
    money = {slot for name, slot in shown_slots(draft, step, operation) if operation.inputs[name].type == "money"}
    if money - known.cleared and not known.strong and "limits.step_up_from" in step_up_names(draft):
        what = f"'{step.action}' can be reached with a large amount and no strong proof"
        why = "a stolen phone would be enough to empty the account"
        fix = "after the confirm add: if: amount >= limits.step_up_from, then: call: strong_auth"
        yield Problem("E243", draft.at(owner, "action"), what, why, fix)


def step_up_names(draft: Draft) -> set[str]:
    """The limits a flow may ask about."""
    return {f"limits.{name}" for name in (*draft.catalogue.context.get("limits", ()), *draft.brand.limits)}


def shown_slots(draft: Draft, step: Action, operation: BankOperation) -> list[tuple[str, str]]:
    """The slots that become inputs which the customer must have seen: (input, slot)."""
    found = []
    for name, input_ in operation.inputs.items():
        if input_.shown and name in step.inputs:
            slots = {head_slot(draft, node.path) for node in names_in(step.inputs[name].root)}
            found += [(name, slot) for slot in sorted(slot for slot in slots if slot is not None)]
    return found


class Analysis:
    """Follows every way until nothing new is learnt."""

    def __init__(self, draft: Draft) -> None:
        self._draft, self._callers = draft, callers(draft.flows)
        self._before: dict[tuple[str, str], Known] = {}
        self._ends: dict[str, Known] = {}
        self._queue: list[tuple[str, str]] = []

    def settle(self) -> dict[tuple[str, str], Known]:
        """What is certain before each step that can be reached."""
        for flow in self._draft.flows.values():
            if self._starts(flow):
                self._arrive(flow, flow.first, Known(strong=flow.auth == "strong"))
        passes = 0
        while self._queue and passes < PASSES_MAX * max(len(self._draft.flows), 1):
            flow_id, step_id = self._queue.pop()
            passes += 1
            flow = self._draft.flows[flow_id]
            self._leave(flow, flow.steps[step_id], self._before[flow_id, step_id])
        return self._before

    def _starts(self, flow: Flow) -> bool:
        """Whether a customer may begin with it; a flow that is only called begins in its callers' state."""
        starts = flow.starts_on
        own = bool(starts.intents or starts.commands or starts.deep_links)
        return own or flow.id not in self._callers

    def _arrive(self, flow: Flow, step: str, known: Known) -> None:
        if step not in flow.steps:
            return
        here = (flow.id, step)
        before = self._before.get(here)
        now = known if before is None else before.meet(known)
        if now != before:
            self._before[here] = now
            self._queue.append(here)

    def _leave(self, flow: Flow, step: Step, known: Known) -> None:
        if isinstance(step, Call) and step.flow in self._draft.flows:
            self._enter(step, known)
            if step.flow not in self._ends:
                return  # its end is not known yet; reaching it brings us back here
            known = self._after_call(step, known)
        for edge in edges(step):
            after = self._along(flow, step, edge, known)
            if edge.target in flow.steps:
                self._arrive(flow, edge.target, after)
            else:
                self._end(flow, after)

    def _enter(self, step: Call, known: Known) -> None:
        called = self._draft.flows[step.flow]
        self._arrive(called, called.first, replace(known, strong=known.strong or called.auth == "strong"))

    def _after_call(self, step: Call, known: Known) -> Known:
        """A call may add a proof and a confirm of its own; slots of a called flow are not ours, but for ``save``."""
        end = self._ends.get(step.flow)
        shown = known.shown if known.shown is not None else (end.shown if end is not None else None)
        strong = known.strong or gives_strong(self._draft, step.flow)
        return replace(changed(known, frozenset(step.save)), shown=shown, strong=strong)

    def _end(self, flow: Flow, known: Known) -> None:
        before = self._ends.get(flow.id)
        now = known if before is None else before.meet(known)
        if now != before:
            self._ends[flow.id] = now
            for caller, call in self._callers.get(flow.id, ()):
                if (caller.id, call.id) in self._before:
                    self._queue.append((caller.id, call.id))

    def _along(self, flow: Flow, step: Step, edge: Edge, known: Known) -> Known:
        if isinstance(step, Confirm):
            return self._confirmed(flow, step, edge, known)
        if isinstance(step, If):
            proof: Below = exempt(step.condition.root, edge.path == ("then",))
            if step.condition is UNREADABLE:
                proof = Below(strong=True)  # that it cannot be read is said already
            return replace(
                known,
                strong=known.strong or proof.strong,
                below=known.below | proof.slots,
                cleared=known.cleared | proof.slots,
            )
        return changed(known, sets(step))

    def _confirmed(self, flow: Flow, step: Confirm, edge: Edge, known: Known) -> Known:
        """A yes renews everything; a code that was given before belongs to another amount."""
        if edge.path == ("on_no",):
            return replace(known, shown=None)
        return Known(frozenset(step.show), frozenset(), flow.auth == "strong", known.below, known.below)


def sets(step: Step) -> frozenset[str]:
    """The slots a step may change."""
    if isinstance(step, Collect):
        return frozenset({step.slot})
    if isinstance(step, SetSlots):
        return frozenset(step.values)
    return frozenset(step.save) if isinstance(step, Action | Wait | Call) else frozenset()


def changed(known: Known, slots: frozenset[str]) -> Known:
    """What is still certain when these slots may have another value."""
    return (
        replace(known, changed=known.changed | slots, below=known.below - slots, cleared=known.cleared - slots)
        if slots
        else known
    )
