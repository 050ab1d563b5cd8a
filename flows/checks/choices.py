"""Choices: where their options come from, and buttons that set what is no option."""

from collections.abc import Iterator

from flows.checks.links import all_buttons
from flows.checks.names import owner_of
from flows.loading.draft import Draft, response_owner
from flows.model import Collect, Slot
from flows.problems import Problem, unknown_word


def check_sources(draft: Draft) -> Iterator[Problem]:
    """E311: a choice is collected and nobody says what there is to choose."""
    for flow, step in draft.all_steps():
        slot = draft.slots.get(step.slot) if isinstance(step, Collect) else None
        if slot is not None and slot.type == "choice" and not slot.options and not slot.source:
            what = f"'{slot.name}' is a choice without 'options' or 'source'"
            fix = "add 'options: [one, two]' or a 'source' to the slot"
            yield Problem(
                "E311", draft.at(owner_of(flow, step), "collect"), what, "there is nothing to choose from", fix
            )


def check_buttons(draft: Draft) -> Iterator[Problem]:
    """E312: ``set: {tariff: platinum}``. E303: a button that sets an unknown slot."""
    for flow, response, number, button in all_buttons(draft):
        owner = response_owner(flow, response.name)
        for name, value in button.set.items():
            slot = draft.slots.get(name)
            if slot is None:
                at = draft.key_at(owner, "buttons", number, "set", name)
                yield unknown_word(
                    "E303",
                    at,
                    f"there is no slot '{name}'",
                    "the button would do nothing",
                    name,
                    draft.slots,
                    "write it in slots.yml",
                )
            elif _outside(slot, value):
                at = draft.at(owner, "buttons", number, "set", name)
                what, why = f"'{value}' is no option of '{name}'", "the flow would not know the value"
                yield unknown_word(
                    "E312", at, what, why, value, slot.options, "the options are " + ", ".join(slot.options)
                )


def _outside(slot: Slot, value: str) -> bool:
    if slot.type == "flag":
        return value not in ("true", "false")
    return bool(slot.options) and value not in slot.options
