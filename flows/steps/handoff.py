"""Give the chat to people.

.. code-block:: yaml

    - handoff: card_support
      reason: recipient card not recognised
      share: [amount]
"""

from flows.effects import HandOff
from flows.model import END, Flow, Handoff
from flows.rendering import show
from flows.session import Run
from flows.speaking import system
from flows.turn import Turn

# The bot keeps silent for so long when people have the chat, or until the customer asks for the menu.
PEOPLE_HAVE_IT_MS = 12 * 3600 * 1000
QUEUE_OF_FAILURES = "support"


def enter(turn: Turn, run: Run, step: Handoff) -> str:
    """Hand the chat over and end the flow."""
    hand_over(turn, run, step.queue, step.reason, step.share)
    return END


def hand_over(turn: Turn, run: Run, queue: str, reason: str, share: tuple[str, ...] = ()) -> None:
    """Tell people and the customer; what is shared is shown as the customer sees it, masked."""
    flow: Flow = turn.flow(run)
    shared = {name: show(turn, run, turn.slot(name), run.slots.get(name)) for name in share}
    turn.effects.append(HandOff(queue, reason, flow.title, shared))
    turn.session.with_people_until = turn.now + PEOPLE_HAVE_IT_MS
    system(turn, "handed_off", run=run)
