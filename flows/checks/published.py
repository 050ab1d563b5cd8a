"""What a draft would do to conversations that are under way in the published version."""

from collections.abc import Iterator

from flows.checks.names import expressions_of
from flows.loading.draft import Draft, flow_owner, slot_owner
from flows.migrating import can_hold, place_in
from flows.model import Action, Call, Collect, Confirm, Flow, Place, SetSlots, Step, Wait
from flows.problems import Problem, nearest


def check_migrations(draft: Draft) -> Iterator[Problem]:
    """E501: a flow that migrates must say where every step goes in which a customer may stand."""
    before = draft.published
    for flow in draft.flows.values():
        old = before.flows.get(flow.id) if before is not None else None
        if old is None or flow.settings.when_published != "migrate":
            continue
        for step in old.steps.values():
            if can_hold(step) and place_in(flow, step) is None:
                yield _misses(draft, flow, step)


def _misses(draft: Draft, flow: Flow, step: Step) -> Problem:
    target = flow.settings.migrate.get(step.id)
    owner, key = flow_owner(flow.id), ("settings", "migrate", step.id)
    if target is None:
        at = draft.at(owner, "settings", "when_published")
        same = f"'{step.id}' is another kind of step now" if step.id in flow.steps else f"'{step.id}' is gone"
        what = f"'migrate' does not say where a conversation in step '{step.id}' goes, and {same}"
    else:
        at = draft.at(owner, *key)
        gone = "has no place for it" if target in flow.steps else "does not exist"
        what = f"'migrate' sends step '{step.id}' to '{target}', which {gone}"
    why = "in the published version customers may stand in that step, and this flow takes them to the new one"
    near = nearest(target or step.id, [one.id for one in flow.steps.values() if can_hold(one)])
    fix = f"add '{step.id}: {near or '<step>'}' under migrate, or write when_published: finish_on_old"
    return Problem("E501", at, what, why, f"Did you mean '{near}'? If so, {fix}" if near else fix)


def check_slot_types(draft: Draft) -> Iterator[Problem]:
    """E502: values that customers have given must still fit where they are taken along."""
    for name, flows in _taken_along(draft).items():
        assert draft.published is not None
        before, after = draft.published.slots.get(name), draft.slots.get(name)
        if before is not None and after is not None and before.type != after.type:
            what = f"'{name}' is '{after.type}' here and '{before.type}' in the published version"
            why = f"conversations in '{flows[0]}' would take the old value along"
            fix = f"use another name for the new slot, or write when_published: finish_on_old in '{flows[0]}'"
            yield Problem("E502", draft.at(slot_owner(name), "type"), what, why, fix)


def check_removed_slots(draft: Draft) -> Iterator[Problem]:
    """W503: a slot is gone that conversations under way may hold."""
    before = draft.published
    if before is None:
        return
    users: dict[str, str] = {}
    for flow in before.flows.values():
        for name in sorted(_used(flow)):
            users.setdefault(name, flow.id)
    for name, user in users.items():
        if name in before.slots and name not in draft.slots:
            what = f"the slot '{name}' of the published version is gone"
            why = f"conversations that are paused in '{user}' may hold it, and finish under the old version"
            at = Place("slots.yml", 1, 1, 2)
            yield Problem("W503", at, what, why, "keep it until they have ended, or tick this when you approve")


def _taken_along(draft: Draft) -> dict[str, list[str]]:
    """The slots of flows that migrate, each with those flows."""
    found: dict[str, list[str]] = {}
    for flow in draft.flows.values():
        old = draft.published.flows.get(flow.id) if draft.published is not None else None
        if old is not None and flow.settings.when_published == "migrate":
            for name in sorted(_used(old)):
                found.setdefault(name, []).append(flow.id)
    return found


def _used(flow: Flow) -> set[str]:
    """The slots that a run of the flow may hold."""
    used: set[str] = set()
    for step in flow.steps.values():
        used |= {name.partition(".")[0] for one in expressions_of(step) for name in one.expression.names}
        if isinstance(step, Collect):
            used.add(step.slot)
        elif isinstance(step, Confirm):
            used |= set(step.show)
        elif isinstance(step, Action | Call | Wait):
            used |= set(step.save)
        elif isinstance(step, SetSlots):
            used |= set(step.values)
    return used
