"""Freeze a snapshot of the shown slots and ask for a yes.

.. code-block:: yaml

    - id: check
      confirm: summary
      show: [from_card, to_card, amount, fee]
      editable: [to_card, amount]
      expires_after: 5m
      on_no: stopped

The id of the operation is made here, when the question is shown. A yes belongs to that id and to the hash of what
was shown; the operation later gets the frozen values, not the live slots.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flows.asking import ask_confirm
from flows.confirming import guarded, snapshot_hash
from flows.model import END, Action, Collect, Confirm
from flows.session import Run, Snapshot
from flows.speaking import flow_title, system
from flows.stack import forget_slots
from flows.steps.action import inputs_of, plain_inputs
from flows.turn import Turn

EXPIRES_AFTER = timedelta(minutes=10)  # for a confirm that names no time


def enter(turn: Turn, run: Run, step: Confirm) -> None:
    """Freeze what is shown and ask."""
    run.snapshot = freeze(turn, run, step)
    run.sent = False  # what is asked now is an operation of its own
    turn.close_question(run)
    ask_confirm(turn, run, step)
    turn.set_timer(f"confirm:{run.id}", run.snapshot.expires)


def freeze(turn: Turn, run: Run, step: Confirm) -> Snapshot:
    """The snapshot of this moment, with the operation's id."""
    flow = turn.flow(run)
    op_id = turn.mint("operation")
    values = {name: run.slots[name] for name in step.show if run.slots.get(name) is not None}
    action = guarded(turn.library, flow, step)
    inputs, cards = inputs_of(turn, run, action, values) if action is not None else plain_inputs(values)
    expires = turn.now + int((step.expires_after or EXPIRES_AFTER).total_seconds() * 1000)
    digest = snapshot_hash(UUID(op_id), inputs, cards)
    return Snapshot(step.id, op_id, action.id if action is not None else "", digest, expires, values)


def yes(turn: Turn, run: Run, step: Confirm) -> str | None:
    """The customer agrees; an expired agreement is quoted and asked again."""
    frozen = run.snapshot
    assert frozen is not None  # a confirm's question stands only over a snapshot
    if turn.now >= frozen.expires:
        return renew(turn, run, step)
    turn.close_question(run, frozen.op_id)
    turn.cancel_timer(f"confirm:{run.id}")
    run.snapshot = replace(frozen, state="approved")
    return step.follows


def no(turn: Turn, run: Run, step: Confirm) -> str:
    """The customer does not agree."""
    turn.close_question(run)
    turn.cancel_timer(f"confirm:{run.id}")
    run.snapshot = None
    if step.on_no is None:
        system(turn, "cancelled", run=run, flow=flow_title(turn, run.flow))
    return step.on_no or END


def renew(turn: Turn, run: Run, step: Confirm) -> str | None:
    """Too late: go back to the earliest question to the bank that feeds what is shown, then ask again."""
    turn.close_question(run)
    run.snapshot = None
    system(turn, "confirm_expired", run=run)
    back = first_feeding(turn, run, step)
    if back is None:
        enter(turn, run, step)
    return back


def first_feeding(turn: Turn, run: Run, step: Confirm) -> str | None:
    """The earliest question to the bank whose answer is shown."""
    flow = turn.flow(run)
    for name in flow.order:
        found = flow.steps[name]
        if not isinstance(found, Action) or turn.library.catalogue.operations[found.action].effect != "none":
            continue
        if any(slot in step.show for slot in found.save):
            return name
    return None


def editing(turn: Turn, run: Run, slot: str) -> str | None:
    """Go back to the step that collects a slot, to ask for it anew."""
    flow = turn.flow(run)
    collects = (step for step in flow.steps.values() if isinstance(step, Collect))
    back = next((step.id for step in collects if step.slot == slot), None)
    if back is not None:
        turn.close_question(run)
        forget_slots(turn, run, {slot})
    return back
