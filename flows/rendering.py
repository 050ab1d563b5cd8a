"""Turns a response into a message: the customer's locale and channel, placeholders, plurals, buttons, a picture."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from flows import buttons, formats
from flows.cards import CardNumber
from flows.messages import Choice, InboundEvent, OutboundMessage, Picture
from flows.model import Button, Response, Slot, Wording
from flows.money import Money
from flows.scope import CONTEXT, RunScope, context
from flows.session import Run
from flows.turn import Turn
from flows.values import Chosen, SharedContact, SlotValue, wire

MASK_SHOWN = 4  # how many characters of a masked value may be seen, and only of a long one
MASK_LONG = 8
HIDDEN = "•••"
# What a channel's ``may_show`` speaks of, by slot type and, for a text that identifies a person, by the slot's name.
SHOWN_KINDS: Mapping[str, str] = {"iban": "iban", "tax_id": "tax_id"}
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_.]*)\}")
Lookup = Callable[[str], str]
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Drawn:
    """Buttons as they go out, and the commands behind those that answer a question, in the same order."""

    choices: tuple[Choice, ...] = ()
    options: tuple[str, ...] = ()


def compose(
    turn: Turn, response: Response, run: Run | None, *, extra: Mapping[str, str] = NOTHING,
    drawn: Drawn | None = None, before: str = "",
) -> OutboundMessage:  # fmt: skip
    """The message that a response makes now.

    ``extra`` gives placeholders their texts before the slots do. ``drawn`` replaces the response's own buttons.
    ``before`` is a text that comes first, such as the reason why the last answer was not taken.
    """
    look = _lookup(turn, run, extra)
    text = words(turn, response, look)
    if before:
        text = f"{before}\n{text}" if text else before
    if drawn is None:
        drawn = Drawn(tuple(plain_buttons(turn, response, look)))
    event = turn.event
    return OutboundMessage(
        key=turn.message_key(),
        text=text,
        choices=drawn.choices,
        picture=picture(turn, run, response, text),
        purpose="response" if isinstance(event, InboundEvent) else "update",
        locale=turn.locale,
        answers=event.id if isinstance(event, InboundEvent) else None,
    )


def words(turn: Turn, response: Response, look: Lookup) -> str:
    """The response's text, placeholders filled. A line whose placeholder is empty is left out if others remain."""
    wording = _wording(turn, response)
    if wording is None:
        return ""
    if wording.plural:
        return _filled(_plural_text(turn, response, wording, look), look)[0]
    lines = [_filled(line, look) for line in wording.lines]
    if len(lines) == 1:
        return lines[0][0]
    return "\n".join(text for text, whole in lines if whole)


def text_of(turn: Turn, run: Run | None, response: Response, extra: Mapping[str, str] = NOTHING) -> str:
    """Only the words of a response."""
    return words(turn, response, _lookup(turn, run, extra))


def label(turn: Turn, name: str) -> str:
    """The title of one of the engine's own buttons, or the name itself in words where content has none."""
    response = turn.library.system.get(name)
    if response is None:
        return name.removeprefix("label_").removeprefix("slot_").replace("_", " ").capitalize()
    return words(turn, response, lambda _: "")


def show(turn: Turn, run: Run | None, slot: Slot | None, value: SlotValue) -> str:
    """A value in the customer's words; a masked one masked, and so is one that the channel may not show."""
    if isinstance(value, Money):
        return formats.money(value, turn.locale)
    if isinstance(value, CardNumber):
        return str(value) if may_show(turn, "last4") else HIDDEN
    if isinstance(value, Chosen):
        return _show_chosen(turn, run, slot, value)
    if isinstance(value, bool) or value is None:
        return label(turn, "label_yes" if value else "label_no") if value is not None else ""
    if isinstance(value, int):
        return formats.number(value, turn.locale)
    if isinstance(value, date):
        return formats.day(value, turn.locale)
    if isinstance(value, SharedContact):
        return masked(value.phone)
    text = str(wire(value))
    if slot is None:
        return text
    kind = SHOWN_KINDS.get(slot.type) or SHOWN_KINDS.get(slot.name)
    barred = kind is not None and not may_show(turn, kind)
    return masked(text) if slot.mask or slot.type == "code" or barred else text


def may_show(turn: Turn, kind: str) -> bool:
    """Whether the channel may show this kind of value."""
    return turn.channel is None or kind in turn.channel.may_show


def masked(text: str) -> str:
    """``•••4242`` of a long text, dots alone of a short one."""
    return HIDDEN + (text[-MASK_SHOWN:] if len(text) >= MASK_LONG else "")


def plain_buttons(turn: Turn, response: Response, look: Lookup) -> list[Choice]:
    """The buttons of a response that need no question: flows, commands, links."""
    if isinstance(response.buttons, str):
        return []
    drawn = (plain_button(turn, button, look) for button in response.buttons if not button.set)
    return [choice for choice in drawn if choice is not None]


def plain_button(turn: Turn, button: Button, look: Lookup) -> Choice | None:
    """One button without a question behind it; None where its flow is not to be had."""
    title = title_of(turn, button)
    conversation, key = turn.session.conversation, turn.key
    if button.flow is not None:
        if not startable(turn, button.flow):
            return None
        return Choice(buttons.for_flow(button.flow, conversation, key), title)
    if button.command is not None:
        return Choice(buttons.for_command(button.command, conversation, key), title)
    if button.url is not None:
        return Choice("url", title, kind="url", url=_filled(button.url, look)[0])
    return Choice("share", title, kind="request_phone" if button.request == "phone" else "request_location")


def startable(turn: Turn, flow: str) -> bool:
    """Whether a flow exists, is not withdrawn, and its flags are on."""
    found = turn.library.flows.get(flow)
    if flow in turn.library.withdrawn:
        return False
    return found is not None and all(context(turn, "feature", flag) is True for flag in found.flags)


def title_of(turn: Turn, button: Button) -> str:
    """A button's title in the customer's locale."""
    return button.titles.get(turn.locale) or button.titles.get(turn.library.brand.locales[0], "")


def lookup(turn: Turn, run: Run | None) -> Lookup:
    """Placeholder texts for a run."""
    return _lookup(turn, run, NOTHING)


def picture(turn: Turn, run: Run | None, response: Response, alt: str) -> Picture | None:
    """The response's picture; its values are slots or context, as plain text."""
    if response.image is None:
        return None
    scope = RunScope(turn, run)
    values = {name: _plain(scope.value(source)) for name, source in response.image.values.items()}
    return Picture(response.image.template, values, alt)


def _plain(value: SlotValue) -> str:
    plain = wire(value)
    return "" if plain is None else str(plain)


def _lookup(turn: Turn, run: Run | None, extra: Mapping[str, str]) -> Lookup:
    scope = RunScope(turn, run)

    def look(name: str) -> str:
        if name in extra:
            return extra[name]
        head = name.partition(".")[0]
        if head not in CONTEXT and run is None:
            return turn.library.brand.name if name == "bank" else ""
        slot = turn.library.slots.get(name)
        text = show(turn, run, slot, scope.value(name))
        return text or (turn.library.brand.name if name == "bank" else "")

    return look


def _wording(turn: Turn, response: Response) -> Wording | None:
    texts = response.texts
    if response.persona or response.channels:
        texts = response.persona.get(turn.library.brand.persona, texts)
        texts = response.channels.get(turn.session.channel, texts)
    return texts.get(turn.locale) or texts.get(turn.library.brand.locales[0]) or response.texts.get(turn.locale)


def _plural_text(turn: Turn, response: Response, wording: Wording, look: Lookup) -> str:
    digits = "".join(c for c in look(response.count or "") if c.isdigit())
    category = formats.plural(int(digits or 0), turn.locale)
    return wording.plural.get(category) or wording.plural.get("other", "")


@lru_cache(maxsize=8192)
def _parts(template: str) -> tuple[str, ...]:
    """Text and names in turn: the odd ones are placeholders."""
    return tuple(_PLACEHOLDER.split(template))


def _filled(template: str, look: Lookup) -> tuple[str, bool]:
    parts = _parts(template)
    if len(parts) == 1:
        return template, True
    filled = [look(part) if index % 2 else part for index, part in enumerate(parts)]
    whole = all(filled[1::2])
    for index in range(1, len(filled), 2):
        if filled[index].endswith(".") and filled[index + 1].startswith("."):
            filled[index + 1] = filled[index + 1][1:]  # one full stop: a date in Ukrainian brings its own, "2027 р."
    return "".join(filled), whole


def _show_chosen(turn: Turn, run: Run | None, slot: Slot | None, value: Chosen) -> str:
    if slot is not None and slot.label is not None:
        return chosen_label(turn, slot, value)
    button = _button_that_sets(turn, run, slot, value.id)
    return title_of(turn, button) if button is not None else value.id


def chosen_label(turn: Turn, slot: Slot, value: Chosen) -> str:
    """An option of a choice with a source, by the slot's ``label``; the part before the dot is only a name."""
    if slot.label is None:
        return value.id

    def look(name: str) -> str:
        field = name.partition(".")[2] or name
        if field == "last4" and not may_show(turn, "last4"):
            return HIDDEN
        return value.id if field == "id" else show(turn, None, None, value.fields.get(field))

    return _filled(slot.label, look)[0]


def _button_that_sets(turn: Turn, run: Run | None, slot: Slot | None, option: str) -> Button | None:
    if slot is None or run is None:
        return None
    for response in turn.flow(run).responses.values():
        for button in response.buttons if not isinstance(response.buttons, str) else ():
            if button.set.get(slot.name) == option:
                return button
    return None


def option_choice(turn: Turn, question: str, index: int, title: str) -> Choice:
    """The button of a question's option."""
    return Choice(buttons.for_option(question, index, turn.session.conversation, turn.key), title)
