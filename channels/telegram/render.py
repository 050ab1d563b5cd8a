"""An outbound message to Bot API calls, in order, and what had to be changed to fit.

Texts go out without a parse mode, so that no name or amount can break or forge the markup.
"""

from dataclasses import dataclass, replace
from typing import Any

from channels.errors import PermanentContent
from channels.taking_back import instead
from channels.telegram.capabilities import CAPABILITIES
from channels.telegram.markup import Markup, draw
from channels.texts import length, printable, split
from channels.words import say
from flows.messages import OutboundMessage
from flows.ports import DrawnPicture

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
    degradations: tuple[str, ...] = ()


def render(message: OutboundMessage, address: str, *, drawn: DrawnPicture | None = None) -> Rendered:
    """All calls that deliver, edit or delete a message in the chat ``address``.

    Raises:
        PermanentContent: for a template, and for what names no message of Telegram.
    """
    if message.template is not None:
        raise PermanentContent("Telegram knows no templates", "template")
    if message.delete_of is not None:
        gone = {"chat_id": address, "message_id": _number(message.delete_of)}
        return Rendered((Call("deleteMessage", gone),))
    markup = draw(message, _words(message, drawn))
    if message.edit_of is not None:
        return _edited(message, address, markup, drawn)
    degradations = list(markup.degradations)
    calls = _calls(message, address, markup, drawn, degradations)
    if calls and message.reply_to is not None and message.reply_to.isdecimal():
        # Gone or not, what it answers must not keep a message from going out.
        answered = {"message_id": int(message.reply_to), "allow_sending_without_reply": True}
        calls[0] = replace(calls[0], params=calls[0].params | {"reply_parameters": answered})
    return Rendered(tuple(calls), tuple(degradations))


def _words(message: OutboundMessage, drawn: DrawnPicture | None) -> str:
    """The message's text, with the names of a place; the words of a picture where there is none."""
    lines = [printable(message.text).strip()]
    if message.place is not None:
        lines += [printable(message.place.name), printable(message.place.address)]
    if drawn is None and not lines[0]:
        lines += [printable(said.alt) for said in (message.picture, message.file) if said is not None]
    return "\n".join(line for line in lines if line)


def _calls(
    message: OutboundMessage, address: str, markup: Markup, drawn: DrawnPicture | None, degradations: list[str]
) -> list[Call]:
    """What stands in the chat in the end, top down; the buttons hang under the last of it."""
    text, contents = markup.text, list[Call]()
    if drawn is None and (message.picture is not None or message.file is not None):
        degradations.append("media_as_text")
    if drawn is not None:
        fits = length(text, "utf16") <= CAPABILITIES.max_caption
        contents.append(_picture(drawn, text if fits else ""))
        if not fits:
            degradations.append("caption_apart")
        text = "" if fits else text
    if message.place is not None:
        contents.append(Call("sendLocation", {"latitude": message.place.lat, "longitude": message.place.lon}))
        if text:
            degradations.append("caption_apart")
    if not text and not contents and markup.reply_markup is not None and message.choices:
        text = say("choose", message.locale)
    parts = split(text, CAPABILITIES.max_text, "utf16") if text else []
    if len(parts) > 1:
        degradations.append(f"text_split:{len(parts)}")
    contents += [Call("sendMessage", {"text": part, "link_preview_options": NO_PREVIEW}) for part in parts]
    below = {"reply_markup": markup.reply_markup} if markup.reply_markup is not None else {}
    return [
        replace(call, params={"chat_id": address} | call.params | (below if call is contents[-1] else {}))
        for call in contents
    ]


def _picture(drawn: DrawnPicture, caption: str) -> Call:
    kind = "document" if drawn.document else "photo"
    return Call(f"send{kind.capitalize()}", {"caption": caption} if caption else {}, file_field=kind)


def _edited(message: OutboundMessage, address: str, markup: Markup, drawn: DrawnPicture | None) -> Rendered:
    """The edit of a text, a caption or buttons; a correction where the new words are too long for the old place."""
    captioned = message.picture is not None or message.file is not None
    most = CAPABILITIES.max_caption if captioned else CAPABILITIES.max_text
    if length(markup.text, "utf16") > most:
        return corrected(message, address, drawn=drawn)
    params: dict[str, Any] = {"chat_id": address, "message_id": _number(message.edit_of or "")}
    if markup.is_inline:
        params["reply_markup"] = markup.reply_markup
    if not markup.text:
        call = Call("editMessageReplyMarkup", params)
    elif captioned:
        call = Call("editMessageCaption", params | {"caption": markup.text})
    else:
        call = Call("editMessageText", params | {"text": markup.text, "link_preview_options": NO_PREVIEW})
    return Rendered((call,), markup.degradations)


def other_edit(call: Call) -> Call | None:
    """The same edit for a message that turned out to have a caption and no text, or the other way round."""
    params = dict(call.params)
    if call.method == "editMessageText":
        params.pop("link_preview_options")
        return Call("editMessageCaption", params | {"caption": params.pop("text")})
    if call.method == "editMessageCaption":
        text = params.pop("caption")
        return Call("editMessageText", params | {"text": text, "link_preview_options": NO_PREVIEW})
    return None


def corrected(message: OutboundMessage, address: str, *, drawn: DrawnPicture | None = None) -> Rendered:
    """What goes out in the place of an edit or a deletion that Telegram does not do."""
    said, changed = instead(message)
    rendered = render(said, address, drawn=None if message.delete_of is not None else drawn)
    return Rendered(rendered.calls, (*changed, *rendered.degradations))


def _number(message_id: str) -> int:
    if not message_id.isdecimal() or not message_id.isascii():
        raise PermanentContent("the message to change has no number of Telegram's", "message_id")
    return int(message_id)
