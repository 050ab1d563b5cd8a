"""The conversation engine: takes a session and an event, gives a new session and effects. Nothing else happens.

``advance`` has no clock, no chance, no I/O. Where it must know something it answers ``Needs``; the edge finds the
facts and calls again with the same session and event and more facts.
"""

from dataclasses import dataclass

from flows.access import changed, left, settle_level
from flows.effects import DeleteInbound, Effect
from flows.events import AccessChanged, BankEvent, Event, FormSubmitted, HandoffClosed, OperationSettled, TimerFired
from flows.expressions import EvaluationError
from flows.facts import Facts, Needs
from flows.messages import EventType, InboundEvent
from flows.model import Collect, Confirm, Library
from flows.money import MoneyError
from flows.ports import Capabilities
from flows.running import proceed
from flows.session import Session
from flows.settling import (
    bank_event,
    form_submitted,
    keep_time,
    late_event,
    operation_settled,
    people_left,
    timer_fired,
)
from flows.speaking import system
from flows.stack import drop_all
from flows.turn import BrokenContent, Missing, QuestionFailed, TooManySteps, Turn
from flows.understanding import hear
from flows.withdrawing import put_aside, put_back

GONE = frozenset({"blocked", "unsubscribed"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn came to: the session to store and the effects to perform after that, in order."""

    session: Session
    effects: tuple[Effect, ...]


def advance(
    library: Library, session: Session, event: Event, facts: Facts, key: bytes, channel: Capabilities | None = None
) -> Outcome | Needs:
    """Work out one turn.

    ``key`` (16 to 64 bytes) signs buttons and page addresses and must stay the same for their life. ``channel`` says
    what the conversation's channel may take; None is a channel that may take everything. ``library`` is the version
    named by ``session.version`` where that is not empty. The given session is not changed.
    """
    turn = Turn(library, session.copy(), event, facts, key, channel)
    try:
        _dispatch(turn)
    except Missing as missing:
        return Needs(missing.needs, turn.session.customer_id, turn.session.level, turn.session.locale)
    except QuestionFailed:
        return _unanswered(_afresh(turn, session))
    except (TooManySteps, BrokenContent, EvaluationError, MoneyError) as fault:
        return _stopped(_afresh(turn, session), fault)
    return Outcome(turn.session, tuple(turn.effects))


def _dispatch(turn: Turn) -> None:
    settle_level(turn)
    _forget_the_unknown(turn)
    aside = put_aside(turn)
    if not _entered_anew(turn):
        _take_in(turn)
    _finish(turn)
    put_back(turn, aside)


def _take_in(turn: Turn) -> None:
    match turn.event:
        case InboundEvent(type=EventType.SUBSCRIPTION) if turn.event.details.get("state") in GONE:
            left(turn)
        case InboundEvent():
            hear(turn, turn.event)
        case OperationSettled():
            operation_settled(turn, turn.event)
        case BankEvent():
            bank_event(turn, turn.event)
        case TimerFired():
            timer_fired(turn, turn.event)
        case FormSubmitted():
            form_submitted(turn, turn.event)
        case AccessChanged():
            changed(turn, turn.event)
        case HandoffClosed():
            people_left(turn)


def _entered_anew(turn: Turn) -> bool:
    """A conversation that was moved to a step that asks something else: what was said answered the old question."""
    top = turn.session.top
    if not isinstance(turn.event, InboundEvent) or turn.session.paused or top is None:
        return False
    asks = isinstance(turn.flow(top).steps[top.step], Collect | Confirm)
    if not asks or top.question is not None or top.waiting is not None:
        return False
    turn.session.heard = turn.now
    proceed(turn)
    return True


def _finish(turn: Turn) -> None:
    session = turn.session
    if not session.stack:
        early, session.early = session.early, []
        for event in early:
            late_event(turn, event)
        session.version = ""
    elif not session.version:
        session.version = turn.library.version
    keep_time(turn)


def _forget_the_unknown(turn: Turn) -> None:
    """A run cannot go on when its version of the content is gone, or does not have its flow or step."""
    flows, version = turn.library.flows, turn.session.version
    gone = version not in ("", turn.library.version)
    if not gone and all(run.flow in flows and run.step in flows[run.flow].steps for run in turn.session.stack):
        return
    turn.alert("run_lost", "a conversation stood in a step that this version of the content does not have")
    turn.session.stack = []
    turn.session.offer = None
    turn.session.paused = False
    turn.session.version = ""
    system(turn, "apology")


def _afresh(turn: Turn, session: Session) -> Turn:
    """The same turn from its beginning; of what it did only the deletion of the customer's message stays."""
    again = Turn(turn.library, session.copy(), turn.event, turn.facts, turn.key, turn.channel)
    again.effects += [effect for effect in turn.effects if isinstance(effect, DeleteInbound)]
    return again


def _unanswered(turn: Turn) -> Outcome:
    """The bank could not say what had to be known to understand the customer: everything stays as it was."""
    settle_level(turn)
    if isinstance(turn.event, InboundEvent):
        turn.session.heard = turn.now
    system(turn, "bank_unavailable")
    _finish(turn)
    return Outcome(turn.session, tuple(turn.effects))


def _stopped(turn: Turn, fault: Exception) -> Outcome:
    """A flow had to be stopped: nothing of its turn happens, the customer gets an apology and staff an alert."""
    flow = f"{turn.session.flow}.{turn.session.step}"
    why = "more steps than one turn may take" if isinstance(fault, TooManySteps) else str(fault)
    settle_level(turn)
    drop_all(turn)
    system(turn, "apology")
    if isinstance(turn.event, OperationSettled):
        operation_settled(turn, turn.event)  # what became of the operation is told all the same
    turn.alert("flow_stopped", f"after {flow}: {why}")
    _finish(turn)
    return Outcome(turn.session, tuple(turn.effects))
