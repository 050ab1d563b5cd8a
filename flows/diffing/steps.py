"""Steps that came, went, moved or changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from difflib import SequenceMatcher

from flows.diffing.changes import Change, Danger
from flows.diffing.values import shown
from flows.graph.picture import kind_of
from flows.model import END, Action, Call, Collect, Confirm, Flow, Library, Reject, Step
from flows.stack import AUTH_FLOWS

# Fields of steps in words; the others are called as they are in the file.
_WORDS: Mapping[str, str] = {
    "slot": "what it asks for", "ask": "its question", "response": "its text", "show": "what it shows",
    "editable": "what can be changed in it", "expires_after": "how long it holds", "on_no": "where a no leads",
    "inputs": "what it is given", "save": "what it keeps", "condition": "its condition", "then": "where yes leads",
    "otherwise": "where no leads", "skip_if": "when it is skipped", "timeout": "how long it waits",
    "on_timeout": "where it goes when it is too late", "on_failure": "where giving up leads", "next": "what follows",
    "action": "its operation", "flow": "the flow it goes to", "queue": "its queue", "max_attempts": "its attempts",
}  # fmt: skip
_QUIET = frozenset({"id", "at", "after", "note"})
_TABLES: Mapping[str, str] = {"on_error": "error", "on_event": "outcome"}


def step_changes(old_library: Library, new_library: Library, old: Flow, new: Flow) -> Iterator[Change]:
    """The differences between the steps of two versions of a flow."""
    yield from _came_and_went(old_library, new_library, old, new)
    for id_ in new.order:
        if id_ in old.steps:
            yield from _step(old_library, new_library, old, new, id_)


def _came_and_went(old_library: Library, new_library: Library, old: Flow, new: Flow) -> Iterator[Change]:
    for tag, a, b, c, d in SequenceMatcher(None, old.order, new.order, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for id_ in old.order[a:b]:
            moved = id_ in new.steps
            step = new.steps[id_] if moved else old.steps[id_]
            what = f"step '{id_}' moved {_place(new.order, id_)}" if moved else f"step '{id_}' removed ({_is(step)})"
            yield Change(new.id, what, danger_of(old_library, old.steps[id_]), step.at)
        for id_ in new.order[c:d]:
            if id_ not in old.steps:
                step = new.steps[id_]
                what = f"step '{id_}' added {_place(new.order, id_)} ({_is(step)})"
                yield Change(new.id, what, danger_of(new_library, step), step.at)


def _is(step: Step) -> str:
    kind, subject = kind_of(step)
    return f"{kind} {subject}"


def _place(order: Sequence[str], id_: str) -> str:
    place = order.index(id_)
    return f"before '{order[place + 1]}'" if place + 1 < len(order) else "at the end"


def danger_of(library: Library, step: Step) -> Danger:
    """What a change of this step can do."""
    if isinstance(step, Confirm) or (isinstance(step, Call) and step.flow in AUTH_FLOWS.values()):
        return Danger.MONEY
    if isinstance(step, Action):
        operation = library.catalogue.operations.get(step.action)
        return Danger.STEPS if operation is not None and operation.effect == "none" else Danger.MONEY
    return Danger.STEPS


def _step(old_library: Library, new_library: Library, old_flow: Flow, new_flow: Flow, id_: str) -> Iterator[Change]:
    old, new = old_flow.steps[id_], new_flow.steps[id_]
    danger = max(danger_of(old_library, old), danger_of(new_library, new))
    if type(old) is not type(new):
        yield Change(new_flow.id, f"step '{id_}' changed", danger, new.at, f"'{_is(old)}'", f"'{_is(new)}'")
        return
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name in _TABLES and before != after:
            yield from _table(new_flow.id, new, _TABLES[field.name], before, after, danger)
        elif field.name not in _QUIET and shown(before) != shown(after) and field.name != "reject":
            what = f"{_WORDS.get(field.name, field.name)} in '{id_}' ({_kind(new)}) changed"
            yield Change(new_flow.id, what, danger, new.at, shown(before), shown(after))
    if isinstance(old, Collect) and isinstance(new, Collect):
        yield from _rejects(new_flow.id, old, new)
    if old.next is None and new.next is None and old.after != new.after and END in (old.after, new.after):
        yield Change(new_flow.id, f"what follows '{id_}' changed", danger, new.at, f"'{old.after}'", f"'{new.after}'")


def _kind(step: Step) -> str:
    return kind_of(step)[0]


def _table(
    flow: str, step: Step, word: str, old: Mapping[str, str], new: Mapping[str, str], danger: Danger
) -> Iterator[Change]:
    for code in dict.fromkeys([*old, *new]):
        before, after = old.get(code), new.get(code)
        if before is None:
            yield Change(flow, f"{word} '{code}' of '{step.id}' now leads to '{after}'", danger, step.at)
        elif after is None:
            yield Change(flow, f"{word} '{code}' of '{step.id}' is no longer handled", danger, step.at)
        elif before != after:
            what = f"where {word} '{code}' of '{step.id}' leads changed"
            yield Change(flow, what, danger, step.at, f"'{before}'", f"'{after}'")


def _rejects(flow: str, old: Collect, new: Collect) -> Iterator[Change]:
    """A reject is a rule about values; one less means that more is let through."""
    before, after = _by_condition(old.reject), _by_condition(new.reject)
    for condition, reject in before.items():
        if condition not in after:
            yield Change(flow, f"reject removed: '{condition}' in '{old.id}'", Danger.MONEY, new.at)
        elif after[condition].say != reject.say:
            what = f"the reason of reject '{condition}' in '{old.id}' changed"
            yield Change(flow, what, Danger.WORDS, after[condition].at, f"'{reject.say}'", f"'{after[condition].say}'")
    for condition, reject in after.items():
        if condition not in before:
            yield Change(flow, f"reject added: '{condition}' in '{new.id}'", Danger.STEPS, reject.at)


def _by_condition(rejects: Sequence[Reject]) -> dict[str, Reject]:
    return {reject.condition.source: reject for reject in rejects}
