"""Asks a step's question: a slot or a confirm, with its buttons, its reason when asked again, and its token."""

from collections.abc import Mapping
from dataclasses import replace

from flows import suggesting
from flows.model import Collect, Confirm, Response, Slot
from flows.rendering import chosen_label, compose, show, text_of, title_of
from flows.scope import RunScope
from flows.session import Question, Run
from flows.speaking import engine_label, first_response, question_buttons, set_command, system_text, texts
from flows.turn import Turn
from flows.values import Chosen, SlotValue, wire

# What a channel may have to be asked for, by slot type and, for what identifies a person, by the slot's name.
PROTECTED: Mapping[str, str] = {
    "card_number": "card_number", "iban": "iban", "tax_id": "tax_id", "passport_photo": "id_document",
}  # fmt: skip


def ask_slot(turn: Turn, run: Run, step: Collect, reason: str = "") -> None:
    """Ask for a slot. With a ``reason`` only that is said, over the question's own buttons."""
    slot, response = turn.slot(step.slot), turn.response(run, step.ask)
    if step.slot not in run.asked:
        run.asked.append(step.slot)
    if response is None:
        turn.alert("response_missing", f"flow {run.flow} has no response '{step.ask}'")
        return
    options = slot_options(turn, run, step, slot, response)
    _pose(turn, run, response, Question("", "slot", step.slot, slot.type, tuple(options)), options, reason)


def ask_reading(turn: Turn, run: Run, slot: Slot, readings: tuple[SlotValue, ...]) -> None:
    """Ask which of several readings was meant, or whether the only one was."""
    options = {f"set:{slot.name}={wire(value)}": show(turn, run, slot, value) for value in readings}
    names = (f"ambiguous_{slot.type}_one",) if len(readings) == 1 else ()
    response = first_response(turn, (*names, f"ambiguous_{slot.type}", f"invalid_{slot.type}"))
    if response is not None:
        first, second = readings[0], readings[-1]
        text = text_of(turn, run, response, texts(turn, {"first": first, "second": second}))
        _pose(turn, run, response, Question("", "slot", slot.name, slot.type, tuple(options)), options, text)


def ask_confirm(turn: Turn, run: Run, step: Confirm, reason: str = "") -> None:
    """Ask for a yes to the frozen snapshot, which must be there."""
    response = turn.response(run, step.response)
    if response is None:
        turn.alert("response_missing", f"flow {run.flow} has no response '{step.response}'")
        return
    commands = ["yes", "no", *(["change"] if step.editable else [])]
    options = {command: engine_label(turn, command) for command in commands}
    question = Question("", "confirm", "", "", tuple(options))
    _pose(turn, run, response, question, options, "", before=reason)


def _pose(
    turn: Turn, run: Run, response: Response, question: Question, options: Mapping[str, str], reason: str,
    before: str = "",
) -> None:  # fmt: skip
    """Send a question and remember it. The same question with the same options keeps its buttons alive."""
    old = run.question
    if old is not None and (old.kind, old.subject, old.options) == (question.kind, question.subject, question.options):
        question = old
    else:
        turn.close_question(run)
        question = Question(
            turn.short_id("question"), question.kind, question.subject, question.expects, question.options
        )
    run.question = question
    drawn = question_buttons(turn, run, response, question.id, options)
    message = compose(turn, response, run, drawn=drawn, before=before)
    turn.send(replace(message, text=reason, picture=None) if reason else message)


def slot_options(turn: Turn, run: Run, step: Collect, slot: Slot, response: Response) -> dict[str, str]:
    """The commands that a slot's buttons stand for, with their titles.

    Raises:
        Missing, QuestionFailed.
    """
    options: dict[str, str] = {}
    if response.buttons == "from_slot":
        found = suggesting.options(turn, run, slot)
        options = {f"pick:{choice.id}": choice_title(turn, run, slot, choice) for choice in found}
    elif isinstance(response.buttons, str):
        options = _from_context(turn, run, slot, response.buttons)
    else:
        options = {set_command(button.set): title_of(turn, button) for button in response.buttons if button.set}
    if step.optional or slot.optional:
        options["skip"] = engine_label(turn, "skip")
    return options


def choice_title(turn: Turn, run: Run, slot: Slot, choice: Chosen) -> str:
    """An option of a choice slot as its button says it."""
    return chosen_label(turn, slot, choice) if slot.label is not None else show(turn, run, slot, choice)


def _from_context(turn: Turn, run: Run, slot: Slot, path: str) -> dict[str, str]:
    values = RunScope(turn, run).value(path)
    many = values if isinstance(values, tuple) else ()
    return {f"set:{slot.name}={value}": show(turn, run, slot, value) for value in many}


def may_take(turn: Turn, slot: Slot) -> bool:
    """Whether the channel may take this kind of value in the chat."""
    kind = PROTECTED.get(slot.type) or PROTECTED.get(slot.name)
    return turn.channel is None or kind is None or kind in turn.channel.may_take


def reason_text(turn: Turn, run: Run, slot: Slot, reasons: tuple[str, ...], values: Mapping[str, SlotValue]) -> str:
    """Why an answer was not taken; from the second attempt on with an example."""
    shown = {name: show(turn, run, None, value) for name, value in values.items()}
    text = system_text(turn, *reasons, **shown)
    example = system_text(turn, f"example_{slot.type}") if run.attempts >= 2 else ""
    return f"{text}\n{example}" if text and example else text or example
