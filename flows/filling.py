"""Puts what a customer wrote into slots: the one asked for, others of the flow, and corrections of what was said."""

from collections.abc import Callable, Iterator, Mapping

from flows.asking import ask_reading, may_take
from flows.messages import Attachment, Contact, Location
from flows.model import Collect, Flow, Slot
from flows.reading import (
    Doubtful,
    Reading,
    Refused,
    Taken,
    Words,
    read_attachment,
    read_contact,
    read_location,
    read_words,
)
from flows.running import go_on, proceed
from flows.secure import ask_securely
from flows.session import Run
from flows.speaking import system
from flows.stack import forget_slots
from flows.steps import collect
from flows.turn import Turn
from flows.values import SharedContact, SlotValue


def collects(flow: Flow) -> Iterator[Collect]:
    """The steps of a flow that ask for slots, in order."""
    return (step for name in flow.order if isinstance(step := flow.steps[name], Collect))


def fill_at_start(turn: Turn, flow: Flow, run: Run, words: Words) -> dict[str, SlotValue]:
    """What the sentence that starts a flow already says. Nothing else is asked or refused yet."""
    readings = gather(turn, flow, run, words, None)
    return {name: reading.value for name, reading in readings.items() if isinstance(reading, Taken)}


def gather(turn: Turn, flow: Flow, run: Run, words: Words, pending: str | None) -> dict[str, Reading]:
    """Every slot of the flow that the words hold a value for; each kind of value goes to one slot.

    The pending slot comes first, then empty ones, then filled ones (a correction), in the flow's order.
    """
    steps = [step for step in collects(flow) if step.slot == pending or _open_to_words(turn, step)]
    steps.sort(key=lambda step: (step.slot != pending, run.slots.get(step.slot) is not None))
    readings: dict[str, Reading] = {}
    kinds: set[str] = set()
    for step in steps:
        slot = turn.slot(step.slot)
        if slot.type in kinds or slot.name in readings:
            continue
        reading = read_words(turn, run, slot, words, asked=slot.name == pending)
        if reading is not None:
            readings[slot.name] = reading
            kinds.add(slot.type)
            if slot.name == pending and isinstance(reading, Taken) and _used_up(slot, words):
                break
    return readings


def _used_up(slot: Slot, words: Words) -> bool:
    """Whether the answer is the whole text, so that nothing else is in it: an account number is no amount besides."""
    return slot.type == "text" or (slot.type in ("choice", "integer", "percent", "code") and words.plain.isdecimal())


def _open_to_words(turn: Turn, step: Collect) -> bool:
    slot = turn.slot(step.slot)
    if slot.from_entity is None and slot.type != "choice":
        return False
    return not step.ask_before_filling and may_take(turn, slot)


def answer(turn: Turn, run: Run, step: Collect, words: Words, elsewhere: Callable[[], bool]) -> bool:
    """Take a text as an answer to the pending question. False when it says nothing of the flow's.

    ``elsewhere`` says whether it is for another flow; it is asked only where the pending question is not answered.
    """
    slot = turn.slot(step.slot)
    readings = gather(turn, turn.flow(run), run, words, slot.name)
    own = readings.get(slot.name)
    if own is not None and not may_take(turn, slot):
        del readings[slot.name]
        run.slots.update({name: value for name, value in changes(run, readings).items() if name not in run.slots})
        ask_securely(turn, run, step, slot, typed=True)
        return True
    news = changes(run, readings)
    if own is None and news and elsewhere():
        return False
    if news:
        take(turn, run, news)
        return True
    if own is None:
        return False
    _not_taken(turn, run, step, slot, own)
    return True


def changes(run: Run, readings: Mapping[str, Reading]) -> dict[str, SlotValue]:
    """The values among the readings that the run does not hold yet."""
    taken = {name: reading.value for name, reading in readings.items() if isinstance(reading, Taken)}
    return {name: value for name, value in taken.items() if run.slots.get(name) != value}


def take(turn: Turn, run: Run, values: Mapping[str, SlotValue]) -> None:
    """Fill slots and go on. Where one held another value before, this is a correction: what came of it is undone."""
    corrected = {name for name in values if run.slots.get(name) is not None}
    if corrected and run.sent:
        system(turn, "cannot_change_sent", run=run)
        return
    attempts, asking = run.attempts, run.question
    if corrected or (asking is not None and asking.kind == "confirm"):
        back = _earliest(turn, run, set(values))
        forget_slots(turn, run, corrected)
        turn.cancel_timer(f"confirm:{run.id}")
        if back != run.step:
            run.step, run.attempts = back, 0
    run.slots.update(values)
    turn.close_question(run)
    if asking is not None and asking.subject not in values:
        run.attempts = attempts if run.attempts else 0
    proceed(turn)


def _earliest(turn: Turn, run: Run, names: set[str]) -> str:
    """The first step that collects one of the slots, or the present one if that comes before."""
    flow = turn.flow(run)
    here = flow.order.index(run.step)
    places = [flow.order.index(step.id) for step in collects(flow) if step.slot in names]
    return flow.order[min([here, *places])]


def _not_taken(turn: Turn, run: Run, step: Collect, slot: Slot, reading: Reading) -> None:
    if isinstance(reading, Doubtful) and reading.readings:
        ask_reading(turn, run, slot, reading.readings)
    elif isinstance(reading, Refused):
        go_on(turn, run, collect.unusable(turn, run, step, *reading.reasons, **reading.values))
    elif isinstance(reading, Taken):  # the same value again: it was refused before, and is again
        take(turn, run, {slot.name: reading.value})
    else:
        go_on(turn, run, collect.unusable(turn, run, step))


def answer_contact(turn: Turn, run: Run, step: Collect, contact: Contact) -> None:
    """A shared contact: only the sender's own, and only where one was asked for."""
    slot = turn.slot(step.slot)
    reading = read_contact(turn, slot, contact)
    if isinstance(reading, Taken):
        given = SharedContact(contact.phone, contact.own, contact.first_name, contact.last_name)
        take(turn, run, {slot.name: reading.value, **_from_contact(turn, given)})
    elif isinstance(reading, Refused):
        go_on(turn, run, collect.unusable(turn, run, step, *reading.reasons))
    else:
        go_on(turn, run, collect.unusable(turn, run, step, "no_contact_here"))


def _from_contact(turn: Turn, contact: SharedContact) -> dict[str, SlotValue]:
    """Slots that stand for parts of a contact, where the content has them."""
    parts: dict[str, SlotValue] = {
        "own_contact": contact.own, "first_name": contact.first_name, "last_name": contact.last_name,
    }  # fmt: skip
    return {name: value for name, value in parts.items() if name in turn.library.slots and value != ""}


def answer_attachment(turn: Turn, run: Run, step: Collect, attachment: Attachment) -> bool:
    """A picture or file; false when none was asked for."""
    slot = turn.slot(step.slot)
    reading = read_attachment(slot, attachment)
    if reading is None:
        return False
    if not may_take(turn, slot):
        ask_securely(turn, run, step, slot, typed=True)
        return True
    if isinstance(reading, Taken):
        take(turn, run, {slot.name: reading.value})
    elif isinstance(reading, Refused):
        go_on(turn, run, collect.unusable(turn, run, step, *reading.reasons, **reading.values))
    return True


def answer_location(turn: Turn, run: Run, step: Collect, location: Location) -> bool:
    """A shared place; false when none was asked for."""
    reading = read_location(turn.slot(step.slot), location)
    if not isinstance(reading, Taken):
        return False
    take(turn, run, {step.slot: reading.value})
    return True
