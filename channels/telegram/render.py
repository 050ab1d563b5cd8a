"""An outbound message to Bot API calls, in order, and what had to be changed to fit.

Texts go out without a parse mode, so that no name or amount can break or forge the markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.telegram.capabilities import CAPABILITIES
from channels.texts import length, split
from flows.messages import Choice, OutboundMessage

# A row of buttons that a phone of 360 pixels shows without cutting.
ROW_TITLE_TOTAL = 26
ROW_BUTTONS = 3
NO_PREVIEW = {"is_disabled": True}


@dataclass(frozen=True, slots=True)
class Call:
    """One Bot API call. ``file_field`` is where the drawn picture goes (``photo`` or ``document``)."""

    method: str
    params: dict[str, Any]
    file_field: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """The calls of one message."""

    calls: tuple[Call, ...]
    degradations: tuple[str, ...] = field(default=())


def render(message: OutboundMessage, address: str, *, has_picture: bool) -> Rendered:
    """All calls that deliver, edit or delete a message in the chat ``address``."""
    if message.delete_of is not None:
        return Rendered((Call("deleteMessage", {"chat_id": address, "message_id": int(message.delete_of)}),))
    markup, text, degradations = _markup(message)
    if message.edit_of is not None:
        return Rendered((_edit(message, address, text, markup),), tuple(degradations))
    calls: list[Call] = []
    if has_picture:
        caption = text if length(text, "utf16") <= CAPABILITIES.max_caption else ""
        if not caption and text:
            degradations.append("caption_apart")
        calls.append(_picture(message, address, caption, None if text and not caption else markup))
        text = "" if caption else text
    if text:
        parts = split(text, CAPABILITIES.max_text, "utf16")
        if len(parts) > 1:
            degradations.append(f"text_split:{len(parts)}")
        calls += [_text(address, part, None) for part in parts[:-1]]
        calls.append(_text(address, parts[-1], markup))
    return Rendered(tuple(calls), tuple(degradations))


def _text(address: str, text: str, markup: dict[str, Any] | None) -> Call:
    params: dict[str, Any] = {"chat_id": address, "text": text, "link_preview_options": NO_PREVIEW}
    if markup is not None:
        params["reply_markup"] = markup
    return Call("sendMessage", params)


def _picture(message: OutboundMessage, address: str, caption: str, markup: dict[str, Any] | None) -> Call:
    kind = "document" if message.picture is not None and message.picture.document else "photo"
    params: dict[str, Any] = {"chat_id": address}
    if caption:
        params["caption"] = caption
    if markup is not None:
        params["reply_markup"] = markup
    return Call(f"send{kind.capitalize()}", params, file_field=kind)


def _edit(message: OutboundMessage, address: str, text: str, markup: dict[str, Any] | None) -> Call:
    params: dict[str, Any] = {"chat_id": address, "message_id": int(message.edit_of or 0)}
    if markup is not None and "inline_keyboard" in markup:
        params["reply_markup"] = markup
    if not text:
        return Call("editMessageReplyMarkup", params)
    if message.picture is not None:
        return Call("editMessageCaption", params | {"caption": text})
    return Call("editMessageText", params | {"text": text, "link_preview_options": NO_PREVIEW})


def _markup(message: OutboundMessage) -> tuple[dict[str, Any] | None, str, list[str]]:
    """The reply markup, the text (longer where choices had to become lines of it), and the degradations."""
    choices = message.choices
    if any(choice.kind in ("request_phone", "request_location") for choice in choices):
        mixed = any(choice.kind in ("reply", "url", "form") for choice in choices)
        return _reply_keyboard(choices), message.text, ["mixed_kinds"] if mixed else []
    if choices and len(choices) <= CAPABILITIES.buttons.most:
        return {"inline_keyboard": [[_inline(one) for one in row] for row in rows(choices)]}, message.text, []
    if choices:
        lines = [f"{number}. {choice.title}" for number, choice in enumerate(choices, 1)]
        return None, "\n".join([message.text, *lines]), ["numbered_menu"]
    if message.remove_choices:
        return {"remove_keyboard": True}, message.text, []
    return None, message.text, []


def _reply_keyboard(choices: Sequence[Choice]) -> dict[str, Any]:
    """Telegram asks for a phone or a place only by a reply keyboard; other choices stand there as words."""
    keyboard: list[list[dict[str, Any]]] = []
    for choice in choices:
        button: dict[str, Any] = {"text": choice.title}
        if choice.kind in ("request_phone", "request_location"):
            button["request_contact" if choice.kind == "request_phone" else "request_location"] = True
        keyboard.append([button])
    return {"keyboard": keyboard, "resize_keyboard": True, "one_time_keyboard": True}


def _inline(choice: Choice) -> dict[str, Any]:
    if choice.kind in ("url", "form"):
        return {"text": choice.title, "url": choice.url}
    return {"text": choice.title, "callback_data": choice.id}


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
