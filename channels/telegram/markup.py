"""Choices as Telegram's keyboards: buttons under the message, or the phone's own keyboard where something is asked.

Nothing is lost: what no button can hold stands in the text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channels.choices import ASKS, LINKS, linked, numbered, of_kinds, page_of, pages_of, with_short_ids
from channels.telegram.capabilities import CAPABILITIES
from channels.texts import printable
from flows.messages import Choice, OutboundMessage

# A row of buttons that a phone of 360 pixels shows without cutting.
ROW_TITLE_TOTAL = 26
ROW_BUTTONS = 3


@dataclass(frozen=True, slots=True)
class Markup:
    """What hangs under a message, the text that it makes of the message's, and what had to be changed."""

    text: str
    reply_markup: dict[str, Any] | None = None
    degradations: tuple[str, ...] = ()

    @property
    def is_inline(self) -> bool:
        """Whether an edit can carry it: only buttons under the message can be changed."""
        return self.reply_markup is not None and "inline_keyboard" in self.reply_markup


def draw(message: OutboundMessage, text: str) -> Markup:
    """The buttons of the message's page, or of all of its choices."""
    if of_kinds(message.choices, *ASKS):
        return _asking(message.choices, text)
    if message.choices:
        return _inline(message, text)
    return Markup(text, {"remove_keyboard": True} if message.remove_choices else None)


def _asking(choices: Sequence[Choice], text: str) -> Markup:
    """Telegram asks for a phone or a place only by a reply keyboard; other choices stand there as words."""
    links = of_kinds(choices, *LINKS)
    changed = ["mixed_kinds"] if len(of_kinds(choices, *ASKS)) < len(choices) else []
    changed += ["links_in_text"] if links else []
    keyboard = [[_asked(choice)] for choice in choices if choice not in links]
    board = {"keyboard": keyboard, "resize_keyboard": True, "one_time_keyboard": True}
    return Markup(linked(text, links) if links else text, board, tuple(changed))


def _asked(choice: Choice) -> dict[str, Any]:
    button: dict[str, Any] = {"text": _title(choice)}
    if choice.kind in ASKS:
        button["request_contact" if choice.kind == "request_phone" else "request_location"] = True
    return button


def _inline(message: OutboundMessage, text: str) -> Markup:
    limits = CAPABILITIES.buttons
    choices = with_short_ids(message, limits.payload, limits.unit)
    changed = ["short_ids"] if choices != message.choices else []
    pages = pages_of(choices, limits.most)
    if pages > 1 and not message.ref:  # nothing could lead to another page
        return Markup(numbered(text, choices), degradations=("numbered_menu",))
    if pages > 1:
        changed.append(f"paged:{min(max(message.page, 0), pages - 1) + 1}/{pages}")
    shown = page_of(message, choices, limits.most)
    keyboard = [[_button(choice) for choice in row] for row in rows(shown)]
    return Markup(text, {"inline_keyboard": keyboard}, tuple(changed))


def _button(choice: Choice) -> dict[str, Any]:
    if choice.kind in LINKS and choice.url:
        return {"text": _title(choice), "url": choice.url}
    return {"text": _title(choice), "callback_data": choice.id}


def _title(choice: Choice) -> str:
    """A button without a word is refused with all of its message."""
    return printable(choice.title).strip() or "…"


def rows(choices: Sequence[Choice]) -> list[list[Choice]]:
    """Choices in rows as they fit a phone: short titles side by side, a long one on a row of its own."""
    result: list[list[Choice]] = []
    for choice in choices:
        row = result[-1] if result else []
        used = sum(len(one.title) for one in row)
        if row and len(row) < ROW_BUTTONS and used + len(choice.title) <= ROW_TITLE_TOTAL:
            row.append(choice)
        else:
            result.append([choice])
    return result
