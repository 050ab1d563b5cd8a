"""News that is not from the customer: results of operations, bank events, timers, secure pages."""

from collections.abc import Mapping
from datetime import date

from flows import access
from flows.events import BankEvent, FormSubmitted, OperationSettled, TimerFired, Value
from flows.filling import take
from flows.model import Action, Collect, Confirm, Slot, SlotType, Wait
from flows.money import Money, MoneyError
from flows.reading import Reading, Taken, Words, read_attachment, read_words
from flows.running import allowed, go_on, offer_to_continue
from flows.secure import page_token
from flows.session import Run
from flows.speaking import flow_title, system
from flows.stack import drop_all, has_level, raise_thread
from flows.steps import action, collect, confirm, wait
from flows.turn import Turn
from flows.values import SlotValue

EARLY_KEPT = 8
SESSION_LIFE_MS = 24 * 3600 * 1000  # a paused conversation is forgotten after it
SILENCE, LIFE = "silence", "life"


def operation_settled(turn: Turn, event: OperationSettled) -> None:
    """An operation has an outcome. The run that waits goes on with it; without one the customer is told late."""
    op_id = str(event.op_id)
    known = turn.operation_state(op_id)
    if known in ("done", "failed") or known == event.state:
        return
    turn.remember_operation(op_id, event.action, event.state)
    run = _waiting_for(turn, op_id)
    if run is None:
        _late_result(turn, event)
        return
    turn.quiet = raise_thread(turn, run)
    step = turn.flow(run).steps[run.step]
    if isinstance(step, Action):
        go_on(turn, run, action.settled(turn, run, step, event))


def _waiting_for(turn: Turn, op_id: str) -> Run | None:
    return next((run for run in turn.session.stack if run.waiting is not None and run.waiting.op_id == op_id), None)


def _late_result(turn: Turn, event: OperationSettled) -> None:
    operation = turn.library.catalogue.operations.get(event.action)
    if operation is None or event.state == "unknown":
        return
    if operation.ends_access and event.state == "done":
        access.end(turn)
    name = operation.late_done if event.state == "done" else operation.late_failed
    kinds = {**{key: one.type for key, one in operation.inputs.items()}, **operation.outputs}
    if name is not None:
        _tell_late(turn, name, {**event.inputs, **event.outputs}, kinds)


def bank_event(turn: Turn, event: BankEvent) -> None:
    """News of the bank: for the run that waits, for one that will, or for nobody any more."""
    run = next((run for run in turn.session.stack if wait.fits(run.waiting, event)), None)
    if run is not None:
        turn.quiet = raise_thread(turn, run)
        step = turn.flow(run).steps[run.step]
        if isinstance(step, Wait):
            go_on(turn, run, wait.arrived(turn, run, step, event))
    elif _will_wait(turn, event.name):
        turn.session.early = [*turn.session.early, event][-EARLY_KEPT:]
    else:
        late_event(turn, event)


def _will_wait(turn: Turn, name: str) -> bool:
    return any(_waits_ahead(turn, run, name) for run in turn.session.stack)


def _waits_ahead(turn: Turn, run: Run, name: str) -> bool:
    flow = turn.flow(run)
    ahead = (flow.steps[one] for one in flow.order[flow.order.index(run.step) + 1 :])
    return any(isinstance(step, Wait) and step.event == name for step in ahead)


def late_event(turn: Turn, event: BankEvent) -> None:
    """The flow has gone on: only tell."""
    kind = turn.library.catalogue.events.get(event.name)
    if kind is not None and (name := kind.late.get(event.outcome)) is not None:
        _tell_late(turn, name, {**event.match, **event.outputs}, {**kind.match, **kind.outputs})


def _tell_late(turn: Turn, name: str, values: Mapping[str, Value], kinds: Mapping[str, SlotType]) -> None:
    told = {key: _as_slot(value, kinds.get(key, "text")) for key, value in values.items()}
    about = Run("", "", "", slots=told)
    system(turn, name, run=about)


def _as_slot(value: Value, kind: str) -> SlotValue:
    try:
        if kind == "money":
            return Money.parse(str(value))
        return date.fromisoformat(str(value)) if kind == "date" else value
    except (MoneyError, ValueError):
        return value


def form_submitted(turn: Turn, event: FormSubmitted) -> None:
    """A secure page was filled in: its value is the answer to the question that opened it."""
    top = turn.session.top
    if top is None or top.question is None or page_token(turn, top.question) != event.token:
        system(turn, "stale_button")
        return
    slot = turn.slot(top.question.subject)
    if not allowed(turn, top):
        return
    step = turn.flow(top).steps[top.step]
    if slot.name in event.cards:
        take(turn, top, {slot.name: event.cards[slot.name]})
    elif isinstance(step, Collect):
        reading = _read(turn, top, slot, event)
        if isinstance(reading, Taken):
            take(turn, top, {slot.name: reading.value})
        else:
            go_on(turn, top, collect.unusable(turn, top, step))


def _read(turn: Turn, run: Run, slot: Slot, event: FormSubmitted) -> Reading | None:
    if slot.name in event.files:
        return read_attachment(slot, event.files[slot.name])
    return read_words(turn, run, slot, Words(str(event.values.get(slot.name, ""))), asked=True)


def timer_fired(turn: Turn, event: TimerFired) -> None:
    """A timer has come due. One that was moved or forgotten does nothing."""
    due = turn.session.timers.get(event.timer)
    if due is None or turn.now < due:
        return
    del turn.session.timers[event.timer]
    kind, _, run_id = event.timer.partition(":")
    run = next((run for run in turn.session.stack if run.id == run_id), None)
    if kind == SILENCE:
        _fallen_silent(turn)
    elif kind == LIFE:
        _life_over(turn)
    elif run is not None:
        _run_timer(turn, run, kind)


def _run_timer(turn: Turn, run: Run, kind: str) -> None:
    step = turn.flow(run).steps[run.step]
    if kind == "wait" and isinstance(step, Wait) and run.waiting is not None:
        turn.quiet = raise_thread(turn, run)
        go_on(turn, run, wait.timed_out(run, step))
    elif kind == "slow" and run.waiting is not None and run.waiting.kind == "operation":
        system(turn, "one_moment", run=run, optional=True, flow=flow_title(turn, run.flow))
    elif kind == "confirm" and isinstance(step, Confirm) and _may_renew(turn, run):
        run.renewed = True
        go_on(turn, run, confirm.renew(turn, run, step))


def _may_renew(turn: Turn, run: Run) -> bool:
    """An expired confirm is asked again once; after that only when the customer writes."""
    return (
        run is turn.session.top
        and run.question is not None
        and not run.renewed
        and turn.session.offer is None
        and has_level(turn, run)
    )


def _fallen_silent(turn: Turn) -> None:
    """The customer said nothing for as long as the flow allows: pause, keep everything, forget it a day later."""
    session, top = turn.session, turn.session.top
    if top is None or top.waiting is not None:
        return  # nobody waits for the customer; their time begins with the next question
    due = session.heard + silence_ms(turn, top)
    if turn.now < due:
        turn.set_timer(SILENCE, due)
        return
    session.paused = True
    turn.close_offer()


def _life_over(turn: Turn) -> None:
    """The session has lived its life since the customer was last heard: what was open is gone, kept slots with it."""
    session = turn.session
    over = session.heard + SESSION_LIFE_MS
    if turn.now < over:
        turn.set_timer(LIFE, over)
        return
    drop_all(turn)
    session.paused = False
    session.kept = {name: value for name, value in session.kept.items() if turn.slot(name).retain == "forever"}


def people_left(turn: Turn) -> None:
    """People have given the chat back: what was open can go on, otherwise there is the menu."""
    session = turn.session
    if turn.now >= session.with_people_until:
        return
    session.with_people_until = 0
    session.paused = False
    if session.stack:
        system(turn, "people_left", optional=True)
        offer_to_continue(turn)
    else:
        system(turn, "people_left", "menu")


def silence_ms(turn: Turn, run: Run) -> int:
    """How long the run's flow bears silence."""
    return int(turn.flow(run).settings.expires_after.total_seconds() * 1000)


def keep_time(turn: Turn) -> None:
    """At the end of a turn: a timer for silence while the customer is asked, one for the session's life while
    something must be forgotten at its end, none when nothing is open.
    """
    session, top = turn.session, turn.session.top
    if top is None:
        session.paused = False
    if top is None or session.paused:
        turn.cancel_timer(SILENCE)
    elif top.waiting is None and SILENCE not in session.timers:
        turn.set_timer(SILENCE, turn.now + silence_ms(turn, top))
    if not _ends_with_the_session(turn):
        turn.cancel_timer(LIFE)
    elif LIFE not in session.timers:
        turn.set_timer(LIFE, max(turn.now, session.heard) + SESSION_LIFE_MS)


def _ends_with_the_session(turn: Turn) -> bool:
    """Whether something is held that nothing but the end of the session's life would let go."""
    session, top = turn.session, turn.session.top
    if session.paused or any(turn.slot(name).retain == "session" for name in session.kept):
        return True
    if top is None or top.waiting is None:
        return False
    return top.waiting.kind == "event" and f"wait:{top.id}" not in session.timers
