"""An outbound message to Viber's requests, in order, and what had to be changed to fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson

from channels.errors import PermanentContent
from channels.taking_back import instead
from channels.texts import length, printable, shorten, split
from channels.viber.capabilities import CAPABILITIES, FILE_NAME_MAX, REQUEST_BYTES_MAX, SENDER_NAME_MAX
from channels.viber.keyboard import Keyboard, draw
from channels.words import say
from flows.messages import Choice, InboundEvent, OutboundMessage

Json = dict[str, Any]
Form = Literal["picture", "file", "link"]
SMALLEST_PART = 200
MENU = "/menu"  # the engine's own command, which a customer may as well type


@dataclass(frozen=True, slots=True)
class Lent:
    """A file of ours that Viber can fetch. A ``link`` is for the customer, where Viber takes no such file."""

    kind: Form
    url: str
    size: int
    file_name: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The bodies of the requests of one message."""

    calls: tuple[Json, ...]
    degradations: tuple[str, ...] = ()


def render(
    message: OutboundMessage, address: str, *, sender: str, lent: Lent | None = None, simple: bool = False
) -> Rendered:
    """All requests that deliver a message to ``address``. ``simple``: with nothing that an old client does not know.

    Raises:
        PermanentContent: for a template, which Viber does not know.
    """
    if message.template is not None:
        raise PermanentContent("Viber knows no templates", "template")
    message, changed = instead(message)
    if message.remove_choices and not message.choices:  # a keyboard cannot be taken away, only another one shown
        message = replace(message, choices=(Choice(MENU, say("menu", message.locale)),))
    keyboard = draw(message, _words(message, lent), simple=simple)
    degradations = [*changed, *keyboard.degradations]
    shell = _shell(address, sender)
    contents = _contents(message, keyboard, lent, shell, degradations)
    if not contents:
        return Rendered((), tuple(degradations))
    calls = [shell | content for content in contents[:-1]]
    calls.append(shell | contents[-1] | _below(keyboard))
    return Rendered(tuple(calls), tuple(degradations))


def greeting(event: InboundEvent, message: OutboundMessage, *, sender: str) -> bytes:
    """The one message that fits into the answer to ``conversation_started``: words and a keyboard, no receiver."""
    keyboard = draw(message, _words(message, None))
    shell = _shell(event.address, sender)
    shell.pop("receiver")
    text = keyboard.text or say("choose", message.locale)
    most = CAPABILITIES.max_text
    while True:
        said = {"type": "text", "text": shorten(text, most, "char")}
        body = orjson.dumps(shell | said | _below(keyboard))
        if len(body) <= REQUEST_BYTES_MAX or most <= SMALLEST_PART:
            return body
        most = most * 3 // 4


def _shell(address: str, sender: str) -> Json:
    return {"receiver": address, "sender": {"name": sender[:SENDER_NAME_MAX]}}


def _below(keyboard: Keyboard) -> Json:
    """What stands beside the content of the last request only."""
    below: Json = {}
    if keyboard.board is not None:
        below["keyboard"] = keyboard.board
    if keyboard.tracking:
        below["tracking_data"] = keyboard.tracking
    if keyboard.api_version > 1:
        below["min_api_version"] = keyboard.api_version
    return below


def _words(message: OutboundMessage, lent: Lent | None) -> str:
    """The message's text, with what Viber cannot show beside a place or a file that it does not take."""
    lines = [printable(message.text).strip()]
    if message.place is not None:
        lines += [printable(message.place.name), printable(message.place.address)]
    if lent is None and not lines[0]:
        lines += [printable(said.alt) for said in (message.picture, message.file) if said is not None]
    if lent is not None and lent.kind == "link":
        lines.append(lent.url)
    return "\n".join(line for line in lines if line)


def _contents(
    message: OutboundMessage, keyboard: Keyboard, lent: Lent | None, shell: Json, degradations: list[str]
) -> list[Json]:
    """What the customer sees, in order: the file or the place, then the words that do not fit under it."""
    text, contents = keyboard.text, list[Json]()
    if lent is None and (message.picture is not None or message.file is not None):
        degradations.append("media_as_text")
    if lent is not None and lent.kind == "link":
        degradations.append("media_as_link")
    elif lent is not None:
        fits = lent.kind == "picture" and length(text, "char") <= CAPABILITIES.max_caption
        contents.append(_file(lent, text if fits else ""))
        if text and not fits:
            degradations.append("caption_apart")
        text = "" if fits else text
    if message.place is not None:
        contents.append({"type": "location", "location": {"lat": message.place.lat, "lon": message.place.lon}})
        if text:
            degradations.append("caption_apart")
    if not text and not contents and keyboard.board is not None:
        text = say("choose", message.locale)
    if text:
        parts = _parts(text, shell | _below(keyboard))
        if len(parts) > 1:
            degradations.append(f"text_split:{len(parts)}")
        contents += [{"type": "text", "text": part} for part in parts]
    return contents


def _file(lent: Lent, caption: str) -> Json:
    if lent.kind == "picture":
        return {"type": "picture", "text": caption, "media": lent.url}
    name = shorten(printable(lent.file_name) or "file", FILE_NAME_MAX, "char")
    return {"type": "file", "media": lent.url, "size": lent.size, "file_name": name}


def _parts(text: str, around: Json) -> Sequence[str]:
    """The text in parts of which each fits a request in letters, and in bytes together with all that is around it."""
    room = REQUEST_BYTES_MAX - len(orjson.dumps(around | {"type": "text", "text": ""}))
    most = CAPABILITIES.max_text
    parts = split(text, most, "char")
    while most > SMALLEST_PART and any(len(orjson.dumps(part)) > room for part in parts):
        most = most * 3 // 4
        parts = split(text, most, "char")
    return parts
