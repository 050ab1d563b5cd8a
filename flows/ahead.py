"""Which question to the bank comes next, so that it is asked along with the one that holds the turn up.

An amount waits for the customer's limits, and once it is within them for a quote: both can be asked at once, which
spares the customer one way to the bank. A question changes nothing, so one that was asked in vain harms nothing.
"""

from flows.expressions import EvaluationError
from flows.facts import Need
from flows.model import Action, Collect, Step
from flows.session import Run
from flows.steps.action import question_of
from flows.turn import Missing, QuestionFailed, Turn


def ahead(turn: Turn, run: Run, step: Step) -> tuple[Need, ...]:
    """What a flow held up at ``step`` would ask next, where the slots are filled up to there and all inputs known."""
    steps = turn.flow(run).steps
    while isinstance(step, Collect) and run.slots.get(step.slot) is not None and step.follows in steps:
        step = steps[step.follows]
        if isinstance(step, Action) and turn.library.catalogue.operations[step.action].effect == "none":
            return _known_question(turn, run, step)
    return ()


def _known_question(turn: Turn, run: Run, step: Action) -> tuple[Need, ...]:
    try:
        need = question_of(turn, run, step)
    except (Missing, QuestionFailed, EvaluationError):
        return ()
    return (need,) if need is not None else ()
