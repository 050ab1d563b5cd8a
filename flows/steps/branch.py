"""Branch on a condition.

.. code-block:: yaml

    - id: step_up
      if: amount >= limits.step_up_from
      then:
        - call: strong_auth
"""

from flows.model import If
from flows.scope import true_for
from flows.session import Run
from flows.turn import Turn


def enter(turn: Turn, run: Run, step: If) -> str:
    """The branch that is taken."""
    return step.then if true_for(turn, run, step.condition) else step.otherwise
