"""Fill one slot.

.. code-block:: yaml

    - id: ask_amount
      collect: amount
      ask: ask_amount
      reject:
        - if: amount > limits.transfer_left_today
          say: over_daily_limit
      skip_if: not empty(amount)
      on_failure: handoff_card
"""

from flows import own_phone
from flows.asking import ask_slot, may_take, reason_text
from flows.expressions import EvaluationError
from flows.model import END, Collect, Slot
from flows.rendering import text_of
from flows.scope import true_for, value_of
from flows.secure import ask_securely
from flows.session import Question, Run
from flows.speaking import system
from flows.stack import forget_slots
from flows.steps import handoff
from flows.turn import Turn
from flows.values import SlotValue


def enter(turn: Turn, run: Run, step: Collect) -> str | None:
    """Take the value that is there if it is good, otherwise ask."""
    slot = turn.slot(step.slot)
    if slot.type == "contact" and slot.name not in run.slots and (own := own_phone.known(turn)) is not None:
        run.slots[slot.name] = own
    value = run.slots.get(slot.name)
    if value is not None and (not step.ask_before_filling or slot.name in run.asked):
        reason = fault(turn, run, step, slot, value)
        if reason is None:
            return step.follows
        forget_slots(turn, run, {slot.name})
        return ask_again(turn, run, step, reason)
    if slot.name in run.skipped or _skips(turn, run, step, slot):
        return step.follows
    return ask(turn, run, step)


def ask(turn: Turn, run: Run, step: Collect, reason: str = "") -> str | None:
    """Ask, in the chat or on a one-time page; a choice that has nothing to choose from ends the flow."""
    slot = turn.slot(step.slot)
    if not may_take(turn, slot):
        ask_securely(turn, run, step, slot, reason)
        return None
    if slot.type == "choice" and slot.source is not None and not turn.choices(slot):
        system(turn, "no_options", run=run)
        return END
    ask_slot(turn, run, step, reason)
    return None


def ask_again(turn: Turn, run: Run, step: Collect, reason: str) -> str | None:
    """The answer could not be taken: say why; after too many attempts the flow does what it says, or people help."""
    asked = step.slot in run.asked
    run.attempts += asked
    most = step.max_attempts or turn.flow(run).settings.max_attempts
    if run.attempts < most:
        return ask(turn, run, step, reason)
    turn.close_question(run)
    if step.on_failure is not None:
        return step.on_failure
    # The question stays open, unsaid: when people give the chat back the customer may go on with it.
    slot = turn.slot(step.slot)
    run.attempts = 0
    run.question = Question(turn.short_id("question"), "slot", slot.name, slot.type)
    handoff.hand_over(turn, run, handoff.QUEUE_OF_FAILURES, f"no usable answer for {step.slot}")
    return None


def unusable(turn: Turn, run: Run, step: Collect, *reasons: str, **values: SlotValue) -> str | None:
    """The customer's answer is no value of the slot."""
    slot = turn.slot(step.slot)
    run.attempts += 1
    names = (*reasons, f"invalid_{slot.type}")
    text = reason_text(turn, run, slot, names, values)
    run.attempts -= 1
    return ask_again(turn, run, step, text)


def fault(turn: Turn, run: Run, step: Collect, slot: Slot, value: SlotValue) -> str | None:
    """Why a value of the right type is not taken; None when it is.

    Raises:
        Missing, EvaluationError: a limit that is not known lets nothing pass.
    """
    for bound, name, beyond in ((slot.min, "min", "too_small"), (slot.max, "max", "too_large")):
        limit = value_of(turn, run, bound) if bound is not None else None
        if bound is not None and _outside(value, limit, name):
            return reason_text(turn, run, slot, (beyond, f"invalid_{slot.type}"), {name: limit})
    for reject in step.reject:
        if true_for(turn, run, reject.condition):
            response = turn.response(run, reject.say)
            return text_of(turn, run, response) if response is not None else ""
    return None


def _outside(value: SlotValue, limit: SlotValue, name: str) -> bool:
    if limit is None:
        raise EvaluationError(f"the limit of a slot ({name}) is not known")
    below = value < limit  # type: ignore[operator]  # min and max are checked to be of the slot's type
    return bool(below) if name == "min" else bool(value > limit)  # type: ignore[operator]


def _skips(turn: Turn, run: Run, step: Collect, slot: Slot) -> bool:
    if step.skip_if is None or not true_for(turn, run, step.skip_if):
        return False
    if slot.type == "choice" and len(options := turn.choices(slot)) == 1:
        run.slots[slot.name] = options[0]
    return True
