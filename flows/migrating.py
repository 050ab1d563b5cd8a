"""Moves an open conversation to another version of the content, where every place it stands in has a place there.

A flow says ``when_published: migrate`` and, for steps that got another id, ``migrate: {old: new}``. Nothing moves
while an operation or an agreement is under way, and a confirm is always asked anew.
"""

from dataclasses import replace

from flows.model import Call, Collect, Confirm, Flow, Handoff, Library, Step, Wait
from flows.session import Run, Session


def can_hold(step: Step) -> bool:
    """Whether a conversation can stand in a step between two messages, so that it may have to be moved from there.

    An operation holds one, too, but nothing moves before its result is there.
    """
    return isinstance(step, Collect | Confirm | Wait | Call | Handoff)


def place_in(flow: Flow, step: Step) -> str | None:
    """Where a run that stands in ``step`` of an older version goes in ``flow``; None when it has no place there."""
    target = flow.settings.migrate.get(step.id, step.id)
    found = flow.steps.get(target)
    return target if found is not None and _fits(step, found) else None


def _fits(before: Step, after: Step) -> bool:
    if isinstance(before, Call):
        return isinstance(after, Call) and after.flow == before.flow
    if isinstance(before, Wait):
        return isinstance(after, Wait) and after.event == before.event
    if isinstance(before, Handoff):
        return isinstance(after, Handoff)
    return isinstance(before, Collect | Confirm) and isinstance(after, Collect | Confirm)


def migrated(session: Session, before: Library, after: Library, *, forced: bool = False) -> Session | None:
    """The session as it goes on under ``after``, or None when it stays under ``before``.

    ``forced``: ``before`` was withdrawn, so that no flow is asked whether it migrates; then the session is paused.
    The given session is not changed.
    """
    places = [_place(run, before, after, forced=forced) for run in session.stack]
    if not places or any(place is None for place in places):
        return None
    moved = session.copy()
    moved.version = after.version
    moved.paused = session.paused or forced
    moved.offer = None
    for run, place in zip(moved.stack, places, strict=True):
        assert place is not None
        _move(moved, run, before.flows[run.flow].steps[run.step], after.flows[run.flow].steps[place])
    return moved


def in_progress(session: Session) -> bool:
    """Whether the bank is at work for an open run, or the customer has just agreed that it should be."""
    return any(
        run.waiting is not None or (run.snapshot is not None and run.snapshot.state == "approved")
        for run in session.stack
    )


def _place(run: Run, before: Library, after: Library, *, forced: bool) -> str | None:
    flow, old = after.flows.get(run.flow), before.flows.get(run.flow)
    if flow is None or old is None or not (forced or flow.settings.when_published == "migrate"):
        return None
    agreed = run.snapshot is not None and run.snapshot.state == "approved"
    if agreed or (run.waiting is not None and run.waiting.kind == "operation"):
        return None
    kept = (name for name, value in run.slots.items() if value is not None)
    if any(name not in after.slots or after.slots[name].type != before.slots[name].type for name in kept):
        return None
    return place_in(flow, old.steps[run.step]) if run.step in old.steps else None


def _move(session: Session, run: Run, before: Step, after: Step) -> None:
    run.step = after.id
    if isinstance(before, Confirm) and isinstance(after, Confirm) and run.snapshot is not None:
        # As if it had expired: whatever the customer says, it is quoted and asked anew.
        run.snapshot = replace(run.snapshot, step=after.id, expires=0)
        return
    same = isinstance(before, Collect) and isinstance(after, Collect) and before.slot == after.slot
    if run.question is not None and not same:
        session.answered = [*session.answered, (run.question.id, "")]
        run.question = None
    if isinstance(before, Confirm) and run.snapshot is not None and run.snapshot.state == "asked":
        run.snapshot = None
