"""Give the chat to people.

.. code-block:: yaml

    - handoff: card_support
      reason: recipient card not recognised
      share: [amount]
"""

from datetime import time

from flows.effects import HandOff
from flows.model import END, Collect, Confirm, Flow, Handoff
from flows.rendering import show, text_of
from flows.session import Run
from flows.speaking import system
from flows.turn import Turn

# The bot keeps silent for so long when people have the chat, or until the customer asks for the menu.
PEOPLE_HAVE_IT_MS = 12 * 3600 * 1000
QUEUE_OF_FAILURES = "support"


def enter(turn: Turn, run: Run, step: Handoff) -> str:
    """Hand the chat over and end the flow; what it interrupted waits until people give the chat back."""
    hand_over(turn, run, step.queue, step.reason, step.share)
    return END


def hand_over(turn: Turn, run: Run, queue: str, reason: str, share: tuple[str, ...] = ()) -> None:
    """Tell people and the customer; what is shared is shown as the customer sees it, masked.

    Where nobody is there at this hour the customer is told when somebody will be, and what is open is put aside.
    """
    hours = turn.library.brand.people_hours
    if hours and not _open(turn, hours):
        system(turn, "queue_closed", "handed_off", run=run, hours=hours)
        turn.session.paused = True
        return
    flow: Flow = turn.flow(run)
    shared = {name: show(turn, run, turn.slot(name), run.slots.get(name)) for name in share}
    turn.effects.append(HandOff(queue, reason, flow.title, shared, _pending(turn)))
    turn.session.with_people_until = turn.now + PEOPLE_HAVE_IT_MS
    system(turn, "handed_off", run=run)


def _open(turn: Turn, hours: str) -> bool:
    """Whether it is between ``08:00-22:00`` where the bank is; hours may go past midnight."""
    opens, closes = (time.fromisoformat(part.strip()) for part in hours.split("-"))
    now = turn.at.astimezone(turn.zone).time()
    return opens <= now < closes if opens <= closes else now >= opens or now < closes


def _pending(turn: Turn) -> str:
    """What the customer was being asked last, in their language; empty when they were not."""
    for run in reversed(turn.session.stack):
        step = turn.flow(run).steps[run.step]
        name = step.ask if isinstance(step, Collect) else step.response if isinstance(step, Confirm) else None
        response = turn.response(run, name) if name is not None and run.question is not None else None
        if response is not None:
            return text_of(turn, run, response)
    return ""
