"""Carries out the command behind an option: a tapped button, its label typed, or its number; all the same."""

from datetime import date

from flows import suggesting
from flows.filling import take
from flows.model import Collect, Confirm
from flows.money import Money, MoneyError
from flows.rendering import label
from flows.running import give_up, go_on, proceed, repeat
from flows.session import Question, Run
from flows.speaking import flow_title, offer, system
from flows.stack import drop_all, drop_thread, push, raise_thread, start, thread_start
from flows.steps import confirm
from flows.tongue import choose
from flows.turn import Turn
from flows.values import SlotValue


def obey_step(turn: Turn, run: Run, command: str) -> None:
    """An option of the question that a step asked."""
    step = turn.flow(run).steps[run.step]
    word, _, rest = command.partition(":")
    if isinstance(step, Confirm):
        _obey_confirm(turn, run, step, word)
    elif word == "skip" and isinstance(step, Collect):
        run.skipped.append(step.slot)
        turn.close_question(run)
        go_on(turn, run, step.follows)
    elif isinstance(step, Collect):
        values = _picked(turn, run, step, rest) if word == "pick" else _set(turn, rest)
        if values:
            take(turn, run, values)
        else:
            system(turn, "stale_button", run=run)
            repeat(turn)


def _obey_confirm(turn: Turn, run: Run, step: Confirm, word: str) -> None:
    if word == "yes":
        go_on(turn, run, confirm.yes(turn, run, step))
    elif word == "no":
        go_on(turn, run, confirm.no(turn, run, step))
    elif len(step.editable) == 1:
        change(turn, run, step.editable[0])
    else:
        options = {f"edit:{slot}": label(turn, f"slot_{slot}") for slot in step.editable}
        offer(turn, "change", ("what_to_change",), options)


def change(turn: Turn, run: Run, slot: str) -> None:
    """The customer wants to give another value for a slot that was shown."""
    if run.sent:
        system(turn, "cannot_change_sent", run=run)
        return
    turn.cancel_timer(f"confirm:{run.id}")
    back = confirm.editing(turn, run, slot)
    if back is not None:
        go_on(turn, run, back)


def obey_offer(turn: Turn, question: Question, command: str) -> None:
    """An option of the engine's own question."""
    turn.close_offer()
    word, _, rest = command.partition(":")
    if word in ("yes", "continue", "again"):
        _raise_flow(turn, rest)
        go_back(turn)
    elif word == "no":
        _decline(turn, question)
    elif word == "over":
        start_over(turn, rest)
    elif word == "flow":
        start(turn, turn.library.flows[rest])
        proceed(turn)
    elif word == "locale":
        choose(turn, rest)
        system(turn, "language_changed")
        repeat(turn)
    elif word == "edit" and turn.session.top is not None:
        change(turn, turn.session.top, rest)
    else:
        system(turn, "menu")


def go_back(turn: Turn) -> None:
    """Continue what is open."""
    turn.session.paused = False
    top = turn.session.top
    if top is None:
        system(turn, "menu")
    elif top.question is not None:
        repeat(turn)
    elif top.waiting is not None:
        name = "still_working" if top.waiting.kind == "operation" else "still_waiting"
        system(turn, name, run=top, flow=flow_title(turn, top.flow))
    else:
        proceed(turn)


def _decline(turn: Turn, question: Question) -> None:
    session, top = turn.session, turn.session.top
    if top is None or top.waiting is not None:
        go_back(turn)
        return
    session.paused = False
    if question.kind == "continue":
        drop_all(turn)
        system(turn, "menu")
        return
    title = flow_title(turn, session.stack[thread_start(turn)].flow)
    system(turn, "resume_declined", "cancelled", flow=title)
    give_up(turn)


def start_over(turn: Turn, flow: str) -> None:
    """Begin a flow that is open once more from its first step; one whose operation runs cannot begin anew."""
    _raise_flow(turn, flow)
    session = turn.session
    waiting = session.top.waiting if session.top is not None else None
    if waiting is not None and waiting.kind == "operation":
        system(turn, "still_working", flow=flow_title(turn, flow))
        return
    drop_thread(turn)
    session.paused = False
    push(turn, flow, "start")
    proceed(turn)


def _raise_flow(turn: Turn, flow: str) -> None:
    run = next((run for run in turn.session.stack if run.flow == flow and run.via == "start"), None)
    if run is not None:
        raise_thread(turn, run)


def _picked(turn: Turn, run: Run, step: Collect, option: str) -> dict[str, SlotValue]:
    slot = turn.slot(step.slot)
    chosen = next((choice for choice in suggesting.options(turn, run, slot) if choice.id == option), None)
    return {step.slot: suggesting.value_of(slot, chosen)} if chosen is not None else {}


def _set(turn: Turn, rest: str) -> dict[str, SlotValue]:
    pairs = (pair.partition("=") for pair in rest.split("&"))
    return {slot: value for slot, _, text in pairs if (value := _value(turn, slot, text)) is not None}


def _value(turn: Turn, name: str, text: str) -> SlotValue:
    slot = turn.slot(name)
    if slot.type == "money":
        try:
            return Money.parse(text)
        except MoneyError:
            return None
    if slot.type == "choice":
        return next((choice for choice in turn.choices(slot) if choice.id == text), None)
    if slot.type == "date":
        return date.fromisoformat(text)
    if slot.type == "flag":
        return text == "true"
    return int(text) if slot.type in ("integer", "percent") else text
