"""Pause for a bank event.

.. code-block:: yaml

    - id: wait_issue
      wait: cards.issued
      match: {application_id: application_id}
      tell: issuing
      timeout: 30s
      on_timeout: slow
      save: {card_id: card_id}
"""

from flows.events import BankEvent
from flows.model import END, Wait
from flows.scope import value_of
from flows.session import Run, Waiting
from flows.speaking import say
from flows.turn import Turn, typed
from flows.values import wire


def enter(turn: Turn, run: Run, step: Wait) -> str | None:
    """Take the event if it came early, otherwise tell the customer and wait."""
    match = {name: str(wire(value_of(turn, run, source))) for name, source in step.match.items()}
    run.waiting = Waiting("event", step.event, match=match)
    early = next((event for event in turn.session.early if fits(run.waiting, event)), None)
    if early is not None:
        turn.session.early = [event for event in turn.session.early if event is not early]
        return arrived(turn, run, step, early)
    if step.tell is not None:
        say(turn, run, step.tell)
    if step.timeout is not None:
        turn.set_timer(f"wait:{run.id}", turn.now + int(step.timeout.total_seconds() * 1000))
    return None


def fits(waiting: Waiting | None, event: BankEvent) -> bool:
    """Whether this is the event that is waited for."""
    if waiting is None or waiting.kind != "event" or waiting.name != event.name:
        return False
    return all(str(event.match.get(name)) == value for name, value in waiting.match.items())


def arrived(turn: Turn, run: Run, step: Wait, event: BankEvent) -> str:
    """The event has come: where to go on."""
    run.waiting = None
    turn.cancel_timer(f"wait:{run.id}")
    if event.outcome != "ok":
        return step.on_event.get(event.outcome) or step.on_timeout or END
    kinds = turn.library.catalogue.events[event.name].outputs
    for slot, output in step.save.items():
        run.slots[slot] = typed(kinds.get(output, "text"), event.outputs.get(output))
    return step.follows


def timed_out(run: Run, step: Wait) -> str:
    """It did not come in time."""
    run.waiting = None
    return step.on_timeout or step.follows
