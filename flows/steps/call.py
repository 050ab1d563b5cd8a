"""Run a flow and come back.

.. code-block:: yaml

    - call: strong_auth
      with: {reason: reason}
      save: {phone: phone}
"""

from flows.model import Call
from flows.session import Run
from flows.stack import pass_on, push
from flows.turn import Turn


def enter(turn: Turn, run: Run, step: Call) -> None:
    """Put the called flow on top; its end comes back to the step after this one."""
    push(turn, step.flow, "call", pass_on(turn, run, step.inputs))
