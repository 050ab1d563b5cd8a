"""What flows ask of the bank, held against the catalogue: operations, inputs, outputs, errors, events."""

from collections.abc import Iterator, Mapping

from flows.checks.names import owner_of, type_of
from flows.expressions import Expression
from flows.loading.draft import UNREADABLE, Draft, Owner, slot_owner
from flows.model import Action, Call, Collect, Flow, Link, Step, Wait
from flows.problems import Problem, did_you_mean, unknown_word

# A text may be made of these; nothing else changes its kind on the way.
WRITTEN = frozenset({"text", "url", "phone", "iban", "choice"})


def fits(given: str | None, wanted: str) -> bool:
    """Whether a value of one kind may stand for another; what cannot be told is let be."""
    return given is None or given == wanted or (wanted == "text" and given in WRITTEN)


def check_operations(draft: Draft) -> Iterator[Problem]:
    """E230: ``action: transfers.exceute``, an unknown event, an unknown source of a choice."""
    for flow, step in draft.all_steps():
        if isinstance(step, Action) and step.action and step.action not in draft.catalogue.operations:
            at, known = draft.at(owner_of(flow, step), "action"), draft.catalogue.operations
            yield _unknown(at, f"there is no bank operation '{step.action}'", step.action, known)
        if isinstance(step, Wait) and step.event and step.event not in draft.catalogue.events:
            at, known_events = draft.at(owner_of(flow, step), "wait"), draft.catalogue.events
            yield _unknown(at, f"the bank tells nothing called '{step.event}'", step.event, known_events)
    for slot in draft.slots.values():
        if slot.source and slot.source not in draft.catalogue.sources:
            at, sources = draft.at(slot_owner(slot.name), "source"), draft.catalogue.sources
            yield _unknown(at, f"there is no source of choices '{slot.source}'", slot.source, sources)


def _unknown(at: object, what: str, word: str, known: Mapping[str, object]) -> Problem:
    why = "flows can only ask what the catalogue names"
    return unknown_word("E230", at, what, why, word, known, "the catalogue has " + ", ".join(known))  # type: ignore[arg-type]


def check_errors(draft: Draft) -> Iterator[Problem]:
    """E231: an answer of the bank that the flow has no step for. E204: one that the bank never gives."""
    for flow, step in draft.all_steps():
        operation = draft.catalogue.operations.get(step.action) if isinstance(step, Action) else None
        if operation is None or not isinstance(step, Action):
            continue
        must = dict.fromkeys((*operation.errors, *(("unknown_result",) if operation.effect == "irreversible" else ())))
        missing = [code for code in must if code not in step.on_error]
        if missing:
            words = ", ".join(f"'{code}'" for code in missing)
            what = f"'{step.action}' may answer {words} and no step follows then"
            why = (
                "the customer would not learn what happened to the money"
                if "unknown_result" in missing
                else "the flow would stop without a word of its own"
            )
            fix = "add on_error: {" + ", ".join(f"{code}: <step>" for code in missing) + "}"
            yield Problem("E231", draft.at(owner_of(flow, step), "action"), what, why, fix)
        known = (*operation.errors, *operation.soft_errors, "unknown_result", "unavailable")
        yield from _strange_keys(draft, flow, step, "on_error", tuple(step.on_error), known, step.action)


def check_events(draft: Draft) -> Iterator[Problem]:
    """E204 and E232 for ``wait``: outcomes and match fields that the event does not have."""
    for flow, step in draft.all_steps():
        event = draft.catalogue.events.get(step.event) if isinstance(step, Wait) else None
        if event is None or not isinstance(step, Wait):
            continue
        yield from _strange_keys(draft, flow, step, "on_event", tuple(step.on_event), event.outcomes, step.event)
        yield from _values(draft, owner_of(flow, step), "match", step.match, event.match, event.name)


def _strange_keys(
    draft: Draft, flow: Flow, step: Step, key: str, codes: tuple[str, ...], known: tuple[str, ...], who: str
) -> Iterator[Problem]:
    for code in codes:
        if code not in known:
            at = draft.key_at(owner_of(flow, step), key, code)
            what, otherwise = f"'{who}' never answers '{code}'", "it answers " + ", ".join(known)
            yield unknown_word("E204", at, what, "the step behind it would never run", code, known, otherwise)


def check_inputs(draft: Draft) -> Iterator[Problem]:
    """E232: an input that is missing, too many, or of another kind; also what a flow is called with."""
    for flow, step in draft.all_steps():
        owner = owner_of(flow, step)
        if isinstance(step, Action) and (operation := draft.catalogue.operations.get(step.action)) is not None:
            wanted = {name: input_.type for name, input_ in operation.inputs.items()}
            optional = {name for name, input_ in operation.inputs.items() if input_.optional}
            yield from _values(draft, owner, "with", step.inputs, wanted, step.action)
            for name in wanted:
                if name not in step.inputs and name not in optional:
                    what, why = f"'{step.action}' needs '{name}'", "the bank would refuse the request"
                    yield Problem("E232", draft.at(owner, "action"), what, why, f"add 'with: {{{name}: <slot>}}'")
        elif isinstance(step, Call | Link):
            slots = {name: slot.type for name, slot in draft.slots.items()}
            yield from _values(draft, owner, "with", step.inputs, slots, step.flow)


def _values(
    draft: Draft, owner: Owner, key: str, given: Mapping[str, Expression], wanted: Mapping[str, str], who: str
) -> Iterator[Problem]:
    for name, expression in given.items():
        if name not in wanted:
            what, why = f"'{who}' takes no '{name}'", "it would be left out"
            otherwise = "it takes " + (", ".join(wanted) or "nothing")
            yield unknown_word("E232", draft.key_at(owner, key, name), what, why, name, wanted, otherwise)
        elif expression is not UNREADABLE:
            kind = type_of(draft, expression.root)
            if not fits(kind, wanted[name]):
                what = f"'{name}' of '{who}' is a {wanted[name]}, and '{expression.source}' is a {kind}"
                why = "the bank could not read the value"
                yield Problem("E232", draft.at(owner, key, name), what, why, f"give it a {wanted[name]}")


def check_saves(draft: Draft) -> Iterator[Problem]:
    """E233: an output saved into a slot of another kind. E232 names an output that does not exist."""
    for flow, step in draft.all_steps():
        owner = owner_of(flow, step)
        if isinstance(step, Call):
            yield from _saves_of_call(draft, owner, step)
        elif isinstance(step, Action | Wait):
            who = step.action if isinstance(step, Action) else step.event
            source = draft.catalogue.operations.get(who) or draft.catalogue.events.get(who)
            if source is not None:
                yield from _saves(draft, owner, step.save, source.outputs, who)


def _saves_of_call(draft: Draft, owner: Owner, step: Call) -> Iterator[Problem]:
    """``save`` of a call is our slot <- its slot."""
    for ours, theirs in step.save.items():
        mine, other = draft.slots.get(ours), draft.slots.get(theirs)
        if mine is not None and other is not None and not fits(other.type, mine.type):
            what = f"'{theirs}' is a {other.type} and the slot '{ours}' a {mine.type}"
            yield Problem(
                "E233", draft.at(owner, "save", ours), what, "the value would not fit", f"save into a {other.type} slot"
            )


def _saves(
    draft: Draft, owner: Owner, save: Mapping[str, str], outputs: Mapping[str, str], who: str
) -> Iterator[Problem]:
    for slot, output in save.items():
        if output not in outputs:
            what, why = f"'{who}' gives no '{output}'", "the slot would stay empty"
            at = draft.at(owner, "save", slot)
            known = "it gives " + (", ".join(outputs) or "nothing")
            yield Problem("E232", at, what, why, did_you_mean(output, outputs, known))
        elif slot in draft.slots and not fits(outputs[output], draft.slots[slot].type):
            what = f"'{output}' is a {outputs[output]} and the slot '{slot}' a {draft.slots[slot].type}"
            at = draft.key_at(owner, "save", slot)
            yield Problem("E233", at, what, "the value would not fit", f"save into a {outputs[output]} slot")


def check_collected(draft: Draft) -> Iterator[Problem]:
    """E234: a slot that only the bank sets, asked of the customer."""
    for flow, step in draft.all_steps():
        slot = draft.slots.get(step.slot) if isinstance(step, Collect) else None
        if slot is not None and slot.set_by == "action":
            what, why = f"'{slot.name}' is set by the bank and collected here", "a customer could invent the value"
            yield Problem("E234", draft.at(owner_of(flow, step), "collect"), what, why, "collect another slot")
