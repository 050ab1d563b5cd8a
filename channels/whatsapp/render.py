"""An outbound message to messages of the Cloud API, in order, and what had to be changed to fit.

Texts go out as they are. WhatsApp shows words in a pair of marks (``*so*``, ``_so_``, ``~so~``) in bold, italic or
struck out; nothing is put between to prevent it, because what would (characters that cannot be seen) would go along
when a customer copies a number.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from channels.pictures import fits
from channels.taking_back import instead
from channels.texts import length, shorten, split
from channels.whatsapp.capabilities import BESIDE_MAX, DOCUMENT, IMAGE, PLACE_NAME_MAX, TEXT_MAX
from channels.whatsapp.identities import addressed
from channels.whatsapp.layout import UNIT, Block, Layout, lay_out
from flows.messages import Location, OutboundMessage, Template
from flows.ports import DrawnPicture

TEMPLATE_VALUE_MAX = 1024
NO_VALUE = "-"  # WhatsApp refuses a place of a template that is left empty


@dataclass(frozen=True, slots=True)
class Call:
    """One message. ``media`` is where the id of the uploaded file goes."""

    body: dict[str, Any]
    media: Literal["image", "document"] | None = None

    def with_media(self, media_id: str) -> dict[str, Any]:
        """The body with the file in its place."""
        if self.media is None:
            return self.body
        return self.body | {self.media: {"id": media_id} | self.body[self.media]}


@dataclass(frozen=True, slots=True)
class Rendered:
    """The calls of one message."""

    calls: tuple[Call, ...]
    degradations: tuple[str, ...] = field(default=())


def render(message: OutboundMessage, address: str, *, drawn: DrawnPicture | None) -> Rendered:
    """All messages that deliver one of ours to the customer at ``address``.

    An edit or a deletion, which WhatsApp does not know, is a correction or a notice in answer to the old message.
    """
    said, changes = instead(message)
    if said.template is not None:
        calls, more = [_template(said.template)], ["template"]
    else:
        calls, more = _free(said, address, None if message.delete_of is not None else drawn)
    addressee = {"messaging_product": "whatsapp", "recipient_type": "individual"} | addressed(address)
    context = {"context": {"message_id": said.reply_to}} if said.reply_to else {}
    whole = [Call(addressee | ({} if number else context) | call.body, call.media) for number, call in enumerate(calls)]
    return Rendered(tuple(whole), (*changes, *more))


def _free(message: OutboundMessage, address: str, drawn: DrawnPicture | None) -> tuple[list[Call], list[str]]:
    message, changes = _in_words(message, drawn)
    layout = lay_out(message, address)
    changes += layout.degradations
    calls: list[Call] = []
    if drawn is not None and "media_as_text" not in changes:
        alone = not layout.blocks and length(layout.text, UNIT) <= BESIDE_MAX
        calls.append(_media(drawn, layout.text if alone else ""))
        if alone:
            layout = replace(layout, text="")
        else:
            changes.append("choices_apart" if layout.blocks else "caption_apart")
        if not fits(drawn, IMAGE) and not drawn.document:
            changes.append("media_as_file")
    if message.place is not None:
        calls.append(_place(message.place))
        changes += ["caption_apart"] if layout.text and "caption_apart" not in changes else []
    spoken = _spoken(layout)
    split_into = len(spoken) - max(len(layout.blocks) - 1, 0)
    changes += [f"text_split:{split_into}"] if split_into > 1 else []
    return calls + spoken, list(dict.fromkeys(changes))


def _in_words(message: OutboundMessage, drawn: DrawnPicture | None) -> tuple[OutboundMessage, list[str]]:
    """A picture that could not be drawn, and a file too large or of a kind that WhatsApp refuses, is told in words."""
    meant = message.picture or message.file
    if meant is None or (drawn is not None and fits(drawn, DOCUMENT)):
        return message, []
    told = "\n".join(part for part in (meant.alt, message.text) if part)
    return replace(message, text=told), ["media_as_text"]


def _spoken(layout: Layout) -> list[Call]:
    """The text, with the first block under its last part, and the other blocks each with words of its own."""
    if not layout.blocks:
        return [_text(part) for part in split(layout.text, TEXT_MAX, UNIT) if part.strip()]
    first, *rest = layout.blocks
    *before, last = _parts(layout.text.strip() or first.words, first.most)
    return [*(_text(part) for part in before), _interactive(first, last), *(_interactive(one, "") for one in rest)]


def _parts(text: str, most: int) -> list[str]:
    """Parts that fit a text, the last of which fits above buttons."""
    parts = split(text, TEXT_MAX, UNIT)
    last = parts.pop()
    tail = split(last, most, UNIT)[-1]
    head = last[: len(last) - len(tail)].rstrip()
    return [part for part in (*parts, head) if part.strip()] + [tail]


def _text(body: str) -> Call:
    return Call({"type": "text", "text": {"body": body, "preview_url": False}})


def _interactive(block: Block, words: str) -> Call:
    body = {"text": words or shorten(block.words, block.most, UNIT)}
    return Call({"type": "interactive", "interactive": {"body": body} | block.interactive})


def _media(drawn: DrawnPicture, caption: str) -> Call:
    captioned = {"caption": caption} if caption else {}
    if drawn.document or not fits(drawn, IMAGE):
        return Call({"type": "document", "document": {"filename": drawn.file_name} | captioned}, "document")
    return Call({"type": "image", "image": captioned}, "image")


def _place(place: Location) -> Call:
    where: dict[str, Any] = {"latitude": place.lat, "longitude": place.lon}
    for key, words in (("name", place.name), ("address", place.address)):
        if words:
            where[key] = shorten(words, PLACE_NAME_MAX, UNIT)
    return Call({"type": "location", "location": where})


def _template(template: Template) -> Call:
    """WhatsApp refuses a value with line breaks, tabs or rows of spaces."""
    said: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if template.values:
        values = [shorten(" ".join(value.split()), TEMPLATE_VALUE_MAX, UNIT) or NO_VALUE for value in template.values]
        said["components"] = [{"type": "body", "parameters": [{"type": "text", "text": value} for value in values]}]
    return Call({"type": "template", "template": said})
