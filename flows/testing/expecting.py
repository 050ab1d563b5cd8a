"""Holds what happened against what a test expects. Each kind of expectation is one function here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flows.cards import CardNumber
from flows.model import Library
from flows.money import Money, MoneyError
from flows.testing import amounts
from flows.testing.chat import Chat, Turned
from flows.testing.script import Expectation, Plain
from flows.values import Chosen, SlotValue, wire

_SPACES = re.compile("[\u00a0\u202f\u2009 ]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """The turn that was played, in its chat, under its content."""

    turned: Turned
    chat: Chat
    library: Library

    @property
    def currency(self) -> str:
        return self.library.brand.currency


def unmet(expected: Expectation, seen: Seen) -> str | None:
    """Why an expectation is not met, as ``expected …, got …``; None when it is."""
    return _KINDS[expected.kind](expected, seen)


def _names(value: Plain) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(one) for one in value)


def _got(names: "list[str]") -> str:
    return " and ".join(f"'{name}'" for name in names) or "nothing"


def _responses(turned: Turned) -> list[str]:
    return [name for shown in turned.shown for name in shown.responses]


def _bot(expected: Expectation, seen: Seen) -> str | None:
    got = _responses(seen.turned)
    missing = [name for name in _names(expected.value) if name not in got]
    return f"expected '{missing[0]}', got {_got(got)}" if missing else None


def _bot_says(expected: Expectation, seen: Seen) -> str | None:
    wanted = _even(amounts.shown(str(expected.value), seen.library.brand, seen.chat.session.locale))
    said = [_even(text) for shown in seen.turned.shown for text in (shown.text, *shown.parts)]
    return (
        None
        if wanted in said
        else f"expected the text {wanted!r}, got {[_even(shown.text) for shown in seen.turned.shown]}"
    )


def _even(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _asks(expected: Expectation, seen: Seen) -> str | None:
    top = seen.chat.session.top
    question = top.question if top is not None and seen.chat.session.offer is None else None
    got = question.subject if question is not None and question.kind == "slot" else ""
    return (
        None if got == expected.value else f"expected that it asks '{expected.value}', got {_got([got] if got else [])}"
    )


def _slots(expected: Expectation, seen: Seen) -> str | None:
    held: dict[str, SlotValue] = {}
    for run in seen.chat.session.stack:
        held |= run.slots
    for slot, wanted in expected.value.items() if isinstance(expected.value, Mapping) else ():
        if slot not in seen.library.slots:
            return f"there is no slot '{slot}'"
        if not same(held.get(slot), str(wanted), seen.currency):
            return f"expected '{slot}' to be '{wanted}', got '{written(held.get(slot))}'"
    return None


def same(value: SlotValue, wanted: str, currency: str) -> bool:
    """Whether a value is what a test writes for it. An amount without a currency is of the bank's ``currency``."""
    if value is None:
        return wanted in ("", "null", "~")
    if isinstance(value, Money):
        try:
            return Money.parse(_even(amounts.literal(wanted, currency))) == value
        except MoneyError:
            return False
    if isinstance(value, Chosen):
        last4 = value.fields.get("last4")
        return wanted in (value.id, f"•{last4}", f"{value.fields.get('name')} •{last4}")
    return wanted == written(value)


def written(value: SlotValue) -> str:
    """A value as tests write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return str(value) if isinstance(value, Money | CardNumber) else str(wire(value))


def _flow(expected: Expectation, seen: Seen) -> str | None:
    """The active flow, or one that ran and ended within the turn."""
    ran = list(dict.fromkeys([flow for flow, _ in seen.turned.steps] + list(seen.turned.open_after[-1:])))
    return None if expected.value in ran else f"expected the flow '{expected.value}', got {_got(ran)}"


def _flow_completed(expected: Expectation, seen: Seen) -> str | None:
    ran = {flow for flow, _ in seen.turned.steps} | set(seen.turned.open_before)
    if expected.value in ran and expected.value not in seen.turned.open_after:
        return None
    return f"expected '{expected.value}' to be completed, open is {_got(list(seen.turned.open_after))}"


def _action(expected: Expectation, seen: Seen) -> str | None:
    """Counts since the test began, so that a second payment is never missed."""
    done: list[Mapping[str, object]] = [
        {**one.inputs, **one.cards} for one in seen.chat.world.started if one.action == expected.value
    ]
    done += [inputs for name, inputs in seen.chat.world.reads if name == expected.value]
    if expected.value not in seen.library.catalogue.operations:
        return f"there is no bank operation '{expected.value}'"
    if expected.times is not None and len(done) != expected.times:
        return f"expected '{expected.value}' {expected.times} times, got {len(done)}"
    if expected.times is None and not done:
        return f"expected '{expected.value}', which was never called"
    fits = [
        inputs
        for inputs in done
        if all(_input(inputs.get(name), wanted, seen.currency) for name, wanted in expected.inputs.items())
    ]
    if expected.inputs and not fits:
        return f"expected '{expected.value}' with {dict(expected.inputs)}, got {[_said(inputs) for inputs in done]}"
    return None


def _input(value: object, wanted: str, currency: str) -> bool:
    try:
        return Money.parse(str(value)) == Money.parse(_even(amounts.literal(wanted, currency)))
    except MoneyError:
        return str(value) == wanted


def _said(inputs: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in inputs.items()}


def _not_asked(expected: Expectation, seen: Seen) -> str | None:
    asked = [name for name in _names(expected.value) if name in _responses(seen.turned)]
    return f"expected that it does not ask {_got(asked)}, and it did" if asked else None


def _no_message(expected: Expectation, seen: Seen) -> str | None:
    silent = not seen.turned.shown
    return (
        None if silent == (expected.value != "false") else f"expected no message, got {_got(_responses(seen.turned))}"
    )


def _handoff(expected: Expectation, seen: Seen) -> str | None:
    got = [handed.queue for handed in seen.turned.handed]
    return (
        None
        if got and expected.value in (*got, "true")
        else f"expected a handoff to '{expected.value}', got {_got(got)}"
    )


def _logs_have_no(expected: Expectation, seen: Seen) -> str | None:
    """Nothing that is stored or sent holds the digits of a card that was typed."""
    if expected.value != "pan":
        return f"'logs_have_no: {expected.value}' is not known; write pan"
    kept = re.sub("[^0-9]", "", "".join(seen.chat.kept) + seen.chat.session.to_json().decode())
    found = [digits for digits in seen.chat.world.vault.seen if digits in kept]
    return "expected no card number anywhere, and one was kept" if found else None


_KINDS: Mapping[str, Callable[[Expectation, Seen], str | None]] = {
    "bot": _bot, "bot_says": _bot_says, "asks": _asks, "slots": _slots, "flow": _flow,
    "flow_completed": _flow_completed,
    "action": _action, "not_asked": _not_asked, "no_message": _no_message, "handoff": _handoff,
    "logs_have_no": _logs_have_no,
}  # fmt: skip
