"""Leave for another flow.

.. code-block:: yaml

    - link: top_up
      with: {amount: amount}
"""

from flows import stack
from flows.model import Link
from flows.session import Run
from flows.turn import Turn


def enter(turn: Turn, run: Run, step: Link) -> None:
    """The other flow takes this one's place."""
    stack.link(turn, run, step.flow, stack.pass_on(turn, run, step.inputs))
