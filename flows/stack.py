"""Moves between steps and between flows: start, call, link, leave, digress, drop.

The stack holds runs, the active one last. A *thread* is a run that was started by the customer, with the runs it
called above it; an interrupted thread waits below the active one.
"""

from collections.abc import Mapping

from flows.expressions import Expression
from flows.model import AUTH_ORDER, END, AuthLevel, Call, Collect, Flow
from flows.rendering import startable
from flows.scope import value_of
from flows.session import Run, Via
from flows.speaking import engine_label, flow_title, offer, system
from flows.turn import Turn
from flows.values import SlotValue

THREADS_MAX = 3
AUTH_FLOWS: Mapping[AuthLevel, str] = {"verified": "identify", "strong": "strong_auth"}
KEPT_MOST = 32
NEVER_KEPT = frozenset({"card_number", "code", "contact", "attachment"})
NO_SLOTS: Mapping[str, SlotValue] = {}


def start(turn: Turn, flow: Flow, slots: Mapping[str, SlotValue] = NO_SLOTS) -> bool:
    """Start a flow because the customer wants it; whatever is open is interrupted. False where it may not start."""
    session = turn.session
    if not startable(turn, flow.id):
        system(turn, "flow_unavailable", flow=flow_title(turn, flow.id))
        return False
    if any(run.flow == flow.id and run.via == "start" for run in session.stack):
        options = {f"again:{flow.id}": engine_label(turn, "continue"), f"over:{flow.id}": engine_label(turn, "over")}
        offer(turn, "again", ("start_over_or_continue",), options, flow=flow_title(turn, flow.id))
        return False
    forget_the_never(turn)
    if sum(run.via == "start" for run in session.stack) >= THREADS_MAX:
        system(turn, "too_many_flows", flow=flow_title(turn, flow.id))
        return False
    turn.close_offer()
    session.paused = False
    push(turn, flow.id, "start", slots)
    return True


def push(turn: Turn, flow: str, via: Via, slots: Mapping[str, SlotValue] = NO_SLOTS) -> Run:
    """Put a new run on top."""
    first = turn.library.flows[flow].first
    run = Run(turn.short_id("run"), flow, first, via, dict(slots))
    turn.session.stack.append(run)
    return run


def forget_the_never(turn: Turn) -> None:
    """A flow whose ``digressions`` are ``never`` does not outlive being interrupted, unless an operation runs."""
    top = turn.session.top
    if top is not None and top.waiting is None and turn.flow(top).settings.digressions == "never":
        drop_thread(turn)


def has_level(turn: Turn, run: Run) -> bool:
    """Whether the customer's level is enough for the run's flow."""
    return AUTH_ORDER[turn.session.level] >= AUTH_ORDER[turn.flow(run).auth]


def entitled(turn: Turn, run: Run) -> bool:
    """Whether the customer's level is enough for the run; if not, the flow that raises it is on top now."""
    if has_level(turn, run):
        return True
    raising = AUTH_FLOWS[turn.flow(run).auth]
    if raising not in turn.library.flows:
        system(turn, "access_denied")
        drop_thread(turn)
        return False
    push(turn, raising, "auth")
    return False


def goto(turn: Turn, run: Run, target: str) -> None:
    """Go to a step. A jump back to a ``collect`` clears its slot and what came of it, so that it is asked again."""
    if target == END:
        leave(turn, run)
        return
    flow = turn.flow(run)
    step = flow.steps[target]
    if isinstance(step, Collect) and flow.order.index(target) <= flow.order.index(run.step):
        forget_slots(turn, run, {step.slot})
    run.step = target
    run.attempts = 0
    run.visits += 1


def forget_slots(turn: Turn, run: Run, names: set[str]) -> None:
    """Empty slots and everything that the bank worked out from them."""
    for name in names | downstream(turn.flow(run), names):
        run.slots.pop(name, None)
        if name in run.skipped:
            run.skipped.remove(name)
    if run.snapshot is not None and run.snapshot.state != "sent":
        run.snapshot = None


def downstream(flow: Flow, names: set[str]) -> set[str]:
    """The slots whose values operations made from these, directly or by way of others."""
    found: set[str] = set()
    ahead = set(names)
    while ahead:
        made = {
            slot
            for step in flow.steps.values()
            for slot in getattr(step, "save", ())
            if any(expression.names & ahead for expression in getattr(step, "inputs", {}).values())
        }
        ahead = made - found
        found |= made
    return found - names


def leave(turn: Turn, run: Run) -> None:
    """The run has come to its end: back to who called it, or to the interrupted flow."""
    session = turn.session
    drop_run(turn, run)
    top = session.top
    if run.via == "call" and top is not None:
        _return_to(turn, top, run)
    elif run.via == "auth" and top is not None:
        if not has_level(turn, top):
            drop_thread(turn)
            turn.resuming = True
    else:
        turn.resuming = True


def _return_to(turn: Turn, caller: Run, called: Run) -> None:
    step = turn.flow(caller).steps[caller.step]
    if isinstance(step, Call):
        for slot, source in step.save.items():
            caller.slots[slot] = called.slots.get(source)
    goto(turn, caller, step.follows)


def link(turn: Turn, run: Run, flow: str, slots: Mapping[str, SlotValue]) -> None:
    """Leave a flow for another one, which takes its place."""
    drop_run(turn, run)
    push(turn, flow, run.via, slots)


def thread_start(turn: Turn) -> int:
    """Where the active thread begins in the stack."""
    stack = turn.session.stack
    return max((index for index, run in enumerate(stack) if run.via == "start"), default=0)


def raise_thread(turn: Turn, run: Run) -> bool:
    """Bring a run's thread to the top, so that it can go on; others keep their questions. Whether it lay deeper."""
    stack = turn.session.stack
    place = stack.index(run)
    begins = max(index for index in range(place + 1) if index == 0 or stack[index].via == "start")
    ends = next((index for index in range(place + 1, len(stack)) if stack[index].via == "start"), len(stack))
    buried = ends < len(stack)
    turn.session.stack = [*stack[:begins], *stack[ends:], *stack[begins:ends]]
    return buried


def drop_thread(turn: Turn) -> None:
    """Forget the active thread: its runs, questions and timers."""
    for run in turn.session.stack[thread_start(turn) :]:
        drop_run(turn, run)


def drop_run(turn: Turn, run: Run) -> None:
    """Forget one run: its question and timers, and the slots that end with it."""
    turn.close_question(run)
    cancel_timers(turn, run)
    keep_slots(turn, run)
    turn.session.stack.remove(run)


def drop_all(turn: Turn) -> None:
    """Forget every run and the engine's own question."""
    turn.close_offer()
    while turn.session.stack:
        drop_thread(turn)


def keep_slots(turn: Turn, run: Run) -> None:
    """A run is over: what its slots say must not all be forgotten with it. What is masked or a secret always is."""
    session, slots = turn.session, turn.library.slots
    for name, value in run.slots.items():
        slot = slots.get(name)
        if value is None or slot is None or slot.retain == "flow" or slot.mask or slot.type in NEVER_KEPT:
            continue
        session.kept.pop(name, None)
        session.kept[name] = value
    while len(session.kept) > KEPT_MOST:
        del session.kept[next(iter(session.kept))]


def cancel_timers(turn: Turn, run: Run) -> None:
    """Forget the timers that belong to a run."""
    for name in [name for name in turn.session.timers if name.endswith(f":{run.id}")]:
        turn.cancel_timer(name)


def pass_on(turn: Turn, run: Run, inputs: Mapping[str, Expression]) -> dict[str, SlotValue]:
    """What ``with`` hands to another flow."""
    return {name: value_of(turn, run, expression) for name, expression in inputs.items()}
