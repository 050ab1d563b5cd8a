"""Runs the active flow until it waits for somebody, and carries a customer's answer to the step that asked."""

from collections.abc import Callable, Mapping
from typing import cast

from flows.ahead import ahead
from flows.asking import ask_confirm
from flows.messages import InboundEvent
from flows.model import (
    END,
    Action,
    Call,
    Collect,
    Confirm,
    Handoff,
    If,
    Link,
    Say,
    SetSlots,
    Step,
    Wait,
)  # fmt: skip
from flows.session import Run
from flows.speaking import engine_label, flow_title, offer, system
from flows.stack import drop_thread, entitled, goto, has_level, thread_start
from flows.steps import action, branch, call, collect, confirm, handoff, link, say, set_slots, wait
from flows.turn import Missing, QuestionFailed, Turn

Enter = Callable[[Turn, Run, Step], str | None]
_ENTER = cast(
    Mapping[type[Step], Enter],
    {
        Say: say.enter, Collect: collect.enter, Confirm: confirm.enter, Action: action.enter, SetSlots: set_slots.enter,
        If: branch.enter, Call: call.enter, Link: link.enter, Wait: wait.enter, Handoff: handoff.enter,
    },
)  # fmt: skip


# Steps that ask, show or move what is the customer's own: the level is checked anew before each.
_PERSONAL = (Collect, Confirm, Action)


def proceed(turn: Turn) -> None:
    """Enter step after step until the active run waits, or none is left.

    Raises:
        Missing, TooManySteps, BrokenContent, EvaluationError, and for a customer's event QuestionFailed.
    """
    session = turn.session
    while (run := session.top) is not None and not _rests(run):
        turn.count_step()
        step = turn.flow(run).steps[run.step]
        if (run.visits == 0 or isinstance(step, _PERSONAL)) and not entitled(turn, run):
            continue
        run.visits = run.visits or 1
        try:
            target = _ENTER[type(step)](turn, run, step)
        except Missing as missing:
            raise Missing(*missing.needs, *ahead(turn, run, step)) from None
        except QuestionFailed:
            if isinstance(turn.event, InboundEvent):
                raise  # the customer may simply say it again
            system(turn, "bank_unavailable", run=run)
            target = END
        if target is not None:
            goto(turn, run, target)
    if turn.resuming:
        _resume(turn)


def _rests(run: Run) -> bool:
    return run.waiting is not None or run.question is not None


def go_on(turn: Turn, run: Run, target: str | None) -> None:
    """Go where an answer leads, and on from there."""
    if target is not None:
        goto(turn, run, target)
    proceed(turn)


def give_up(turn: Turn) -> None:
    """Drop the active thread and go back to what it interrupted."""
    drop_thread(turn)
    turn.resuming = True
    proceed(turn)


def _resume(turn: Turn) -> None:
    """A digression has ended: the interrupted flow's own settings say how it goes on."""
    turn.resuming = False
    top = turn.session.top
    if top is None or top.question is None or turn.quiet or turn.now < turn.session.with_people_until:
        return
    if turn.flow(top).settings.digressions == "resume_silently":
        repeat(turn)
        return
    options = {command: engine_label(turn, command) for command in ("yes", "no")}
    base = turn.session.stack[thread_start(turn)]
    offer(turn, "resume", ("ask_to_resume",), options, flow=flow_title(turn, base.flow))


def offer_to_continue(turn: Turn) -> None:
    """What was open has been put aside: ask whether it goes on."""
    stack = turn.session.stack
    if stack:
        options = {command: engine_label(turn, command) for command in ("continue", "no")}
        offer(turn, "continue", ("ask_to_continue",), options, flow=flow_title(turn, stack[thread_start(turn)].flow))


def allowed(turn: Turn, run: Run) -> bool:
    """Whether the customer may still answer the run's question. If not, they prove who they are and are asked again."""
    if has_level(turn, run):
        return True
    step = turn.flow(run).steps[run.step]
    turn.close_question(run)
    if isinstance(step, Confirm):
        turn.cancel_timer(f"confirm:{run.id}")
        run.snapshot = None
        run.step = confirm.first_feeding(turn, run, step) or run.step
    proceed(turn)
    return False


def repeat(turn: Turn) -> None:
    """Ask the pending question again, with live buttons; attempts stay. A confirm that has expired is quoted anew."""
    top = turn.session.top
    if top is None or top.question is None or not allowed(turn, top):
        return
    step = turn.flow(top).steps[top.step]
    if isinstance(step, Collect):
        _ask_again(turn, top, step)
    elif isinstance(step, Confirm) and top.snapshot is not None and turn.now >= top.snapshot.expires:
        go_on(turn, top, confirm.renew(turn, top, step))
    elif isinstance(step, Confirm):
        ask_confirm(turn, top, step)


def _ask_again(turn: Turn, run: Run, step: Collect) -> None:
    try:
        target = collect.ask(turn, run, step)
    except QuestionFailed:
        system(turn, "bank_unavailable", run=run)
    else:
        go_on(turn, run, target)
