"""Compares two libraries: flows, their settings, slots, and the system's texts."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from flows.diffing.changes import WHOLE, Change, Danger
from flows.diffing.steps import step_changes
from flows.diffing.texts import response_changes
from flows.diffing.values import shown
from flows.model import Flow, Library, Slot

# What a slot is, said so that it reads well: "the limit of 'amount' changed".
_SLOT_WORDS: Mapping[str, str] = {
    "max": "the limit of '{}'", "min": "the least of '{}'", "type": "the type of '{}'",
    "options": "the options of '{}'", "mask": "the masking of '{}'", "source": "the source of '{}'",
    "set_by": "who sets '{}'", "pattern": "the pattern of '{}'", "retain": "how long '{}' is kept",
    "max_length": "the greatest length of '{}'", "optional": "whether '{}' is optional",
    "accepts": "what '{}' accepts", "max_mb": "the greatest size of '{}'",
}  # fmt: skip
_GUARDED = frozenset({"max", "min", "mask", "type", "source", "set_by", "pattern"})
_SETTINGS: Mapping[str, str] = {
    "expires_after": "the silence limit", "digressions": "what happens after a digression",
    "max_attempts": "the number of attempts", "when_published": "what running conversations do",
    "migrate": "the map for running conversations",
}  # fmt: skip


def differences(old: Library, new: Library) -> list[Change]:
    """Everything that differs, in no special order; ``as_text`` and ``as_json`` sort."""
    return [*_flows(old, new), *_slots(old, new), *response_changes(WHOLE, old.system, new.system), *_brand(old, new)]


def _flows(old: Library, new: Library) -> Iterator[Change]:
    for name, flow in new.flows.items():
        if name not in old.flows:
            pays = _moves_money(new, flow)
            what = f"the flow '{name}' is new" + (", and it moves money or issues something" if pays else "")
            yield Change(name, what, Danger.MONEY if pays else Danger.STEPS, flow.at)
        else:
            yield from _flow(old, new, old.flows[name], flow)
    for name, flow in old.flows.items():
        if name not in new.flows:
            yield Change(name, f"the flow '{name}' is gone", Danger.STEPS, flow.at)


def _moves_money(library: Library, flow: Flow) -> bool:
    operations = (library.catalogue.operations.get(getattr(step, "action", "")) for step in flow.steps.values())
    return any(operation is not None and operation.effect == "irreversible" for operation in operations)


def _flow(old_library: Library, new_library: Library, old: Flow, new: Flow) -> Iterator[Change]:
    if old.auth != new.auth:
        what = f"who may use '{new.id}' (auth) changed"
        yield Change(new.id, what, Danger.MONEY, new.at, f"'{old.auth}'", f"'{new.auth}'")
    if old.flags != new.flags:
        yield Change(new.id, "the flags it needs changed", Danger.MONEY, new.at, shown(old.flags), shown(new.flags))
    for word in ("title", "owner"):
        if getattr(old, word) != getattr(new, word):
            before, after = (f"'{getattr(one, word)}'" for one in (old, new))
            yield Change(new.id, f"the {word} changed", Danger.WORDS, new.at, before, after)
    yield from _settings(old, new)
    yield from _starts(old, new)
    yield from step_changes(old_library, new_library, old, new)
    yield from response_changes(new.id, old.responses, new.responses, _confirm_texts(old) | _confirm_texts(new))


def _confirm_texts(flow: Flow) -> frozenset[str]:
    """The wording of a confirm is what the customer says yes to."""
    return frozenset(
        step.response for step in flow.steps.values() if hasattr(step, "show") and hasattr(step, "response")
    )


def _settings(old: Flow, new: Flow) -> Iterator[Change]:
    for field in fields(old.settings):
        before, after = getattr(old.settings, field.name), getattr(new.settings, field.name)
        if before != after:
            what = f"{_SETTINGS.get(field.name, field.name)} ({field.name}) changed"
            yield Change(new.id, what, Danger.STEPS, new.at, shown(before), shown(after))


def _starts(old: Flow, new: Flow) -> Iterator[Change]:
    for key, word in (("intents", "intent"), ("commands", "command"), ("deep_links", "deep link")):
        before, after = getattr(old.starts_on, key), getattr(new.starts_on, key)
        yield from (Change(new.id, f"{word} added: {one}", Danger.STEPS, new.at) for one in after if one not in before)
        yield from (
            Change(new.id, f"{word} removed: {one}", Danger.STEPS, new.at) for one in before if one not in after
        )
    examples = set(old.starts_on.examples) ^ set(new.starts_on.examples)
    if examples:
        more = len(set(new.starts_on.examples) - set(old.starts_on.examples))
        what = f"examples changed: {more} more, {len(examples) - more} fewer"
        yield Change(new.id, what, Danger.WORDS, new.at)


def _slots(old: Library, new: Library) -> Iterator[Change]:
    for name, slot in new.slots.items():
        if name not in old.slots:
            yield Change(WHOLE, f"slot '{name}' added ({slot.type})", Danger.STEPS, slot.at)
        else:
            yield from _slot(old.slots[name], slot)
    for name, slot in old.slots.items():
        if name not in new.slots:
            yield Change(WHOLE, f"slot '{name}' removed", Danger.STEPS, slot.at)


def _slot(old: Slot, new: Slot) -> Iterator[Change]:
    for field in fields(old):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.name in ("at", "name") or shown(before) == shown(after):
            continue
        words = _SLOT_WORDS.get(field.name, f"{field.name} of '{{}}'")
        what = f"{words.format(new.name)} changed"
        danger = Danger.MONEY if field.name in _GUARDED else Danger.STEPS
        yield Change(WHOLE, what, danger, new.at, shown(before), shown(after))


def _brand(old: Library, new: Library) -> Iterator[Change]:
    """The bank's limits and features are no content, but a customer meets them all the same."""
    for key, word in (("limits", "the bank's limit"), ("features", "the feature")):
        before, after = getattr(old.brand, key), getattr(new.brand, key)
        for name in sorted(set(before) | set(after)):
            if before.get(name) != after.get(name):
                yield Change(
                    WHOLE,
                    f"{word} '{name}' changed",
                    Danger.MONEY,
                    None,
                    shown(before.get(name)),
                    shown(after.get(name)),
                )
