"""Send a response.

.. code-block:: yaml

    - id: done
      say: sent
      next: END
"""

from flows import speaking
from flows.model import Say
from flows.session import Run
from flows.turn import Turn


def enter(turn: Turn, run: Run, step: Say) -> str:
    """Say it and go on."""
    speaking.say(turn, run, step.response)
    return step.follows
