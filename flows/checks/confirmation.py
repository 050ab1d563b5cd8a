"""Nothing irreversible happens unless the customer saw it and said yes, and proved who they are when it is much.

Every way through a flow is followed, keeping what is certain: which slots the last confirm showed, which have changed
since, and whether a strong proof or a small amount is certain. A yes is for one operation of the same flow, as in the
engine: a confirm in a calling flow, or one that an earlier operation has used up, does not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flows.checks.graph import Edge, edges
from flows.checks.names import head_slot, names_in, owner_of, type_of_name
from flows.checks.step_up import Below, exempt, gives_strong
from flows.loading.draft import UNREADABLE, Draft
from flows.model import Action, BankOperation, Call, Collect, Confirm, Flow, If, SetSlots, Step, Wait
from flows.problems import Problem


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
    for flow in (flow for flow in draft.flows.values() if flow.id not in draft.gaps):
        pays = [step for step in flow.steps.values() if isinstance(step, Action) and _irreversible(draft, step)]
        before = settle(draft, flow) if pays else {}
        for step in pays:
            if step.id in before:
                yield from _judge(draft, flow, step, draft.catalogue.operations[step.action], before[step.id])


def _irreversible(draft: Draft, step: Action) -> bool:
    operation = draft.catalogue.operations.get(step.action)
    return operation is not None and operation.effect == "irreversible"


def _judge(draft: Draft, flow: Flow, step: Action, operation: BankOperation, known: Known) -> Iterator[Problem]:
    owner = owner_of(flow, step)
    if known.shown is None:
        what, why = f"'{step.action}' can be reached without a 'confirm'", "money would move without the customer's yes"
        yield Problem("E240", draft.at(owner, "action"), what, why, "put a confirm of its own before it on every way")
        return
    for name, slot in shown_slots(draft, step, operation):
        at = draft.at(owner, "with", name)
        if slot not in known.shown and known.shown <= draft.slots.keys():
            what, why = f"'{slot}' goes to the bank and the confirm does not show it", "the customer would not know it"
            yield Problem("E241", at, what, why, f"add '{slot}' to 'show' of the confirm")
        elif slot in known.shown & known.changed:
            what, why = (
                f"'{slot}' may change between the confirm and '{step.action}'",
                "the customer said yes to another value",
            )
            yield Problem("E242", at, what, why, "change it before the confirm, or confirm again")
    money = {slot for name, slot in shown_slots(draft, step, operation) if operation.inputs[name].type == "money"}
    if operation.own_accounts:
        return
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


def settle(draft: Draft, flow: Flow) -> dict[str, Known]:
    """What is certain before each step that can be reached: ways are followed until nothing new is learnt."""
    before = {flow.first: Known(strong=flow.auth == "strong")}
    queue = [flow.first]
    while queue:
        here = queue.pop()
        step = flow.steps[here]
        for edge in edges(step):
            if edge.target in flow.steps:
                after, known = _along(draft, flow, step, edge, before[here]), before.get(edge.target)
                now = after if known is None else known.meet(after)
                if now != known:
                    before[edge.target] = now
                    queue.append(edge.target)
    return before


def _along(draft: Draft, flow: Flow, step: Step, edge: Edge, known: Known) -> Known:
    """What is certain behind a step on one of its ways."""
    if isinstance(step, Confirm):
        return _confirmed(flow, step, edge, known)
    if isinstance(step, If):
        proof = _proof(draft, step, true=edge.path == ("then",))
        below, cleared = known.below | proof.slots, known.cleared | proof.slots
        return replace(known, strong=known.strong or proof.strong, below=below, cleared=cleared)
    known = changed(known, sets(step))
    if isinstance(step, Call) and gives_strong(draft, step.flow):
        return replace(known, strong=True)
    operation = draft.catalogue.operations.get(step.action) if isinstance(step, Action) else None
    if operation is not None and operation.effect != "none":
        return replace(known, shown=None)  # a yes is for one operation
    return known


def _proof(draft: Draft, step: If, *, true: bool) -> Below:
    """A condition that cannot be read or names nobody knows is said already; it proves everything here."""
    lost = any(type_of_name(draft, name) is None for name in step.condition.names)
    return Below(strong=True) if step.condition is UNREADABLE or lost else exempt(step.condition.root, true)


def _confirmed(flow: Flow, step: Confirm, edge: Edge, known: Known) -> Known:
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
