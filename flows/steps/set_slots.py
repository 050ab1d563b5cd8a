"""Set slots, or clear those whose value is empty.

.. code-block:: yaml

    - set_slots: {agreed: true, purpose: }
"""

from flows.model import SetSlots
from flows.scope import value_of
from flows.session import Run
from flows.stack import forget_slots
from flows.turn import Turn


def enter(turn: Turn, run: Run, step: SetSlots) -> str:
    """Set them and go on."""
    for name, expression in step.values.items():
        if expression is None:
            forget_slots(turn, run, {name})
        else:
            run.slots[name] = value_of(turn, run, expression)
    return step.follows
