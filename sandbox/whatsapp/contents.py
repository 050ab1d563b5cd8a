"""Reads what a business sends: everything is checked here before the message is accepted."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.graph.failures import GraphRefused
from sandbox.whatsapp.chats import Message
from sandbox.whatsapp.failures import bad_param, missing, refused
from sandbox.whatsapp.interactive import check_interactive, header_media
from sandbox.whatsapp.limits import CAPTION_MAX, FILE_NAME_MAX, MEDIA, PLACE_WORDS_MAX, TEXT_MAX
from sandbox.whatsapp.reading import Part, invalid, required

# What the platform names in its answer; those that stand in TYPES are done here.
KNOWN_TYPES = (
    "audio", "contacts", "document", "gif", "image", "interactive", "link_preview", "location", "pin", "reaction",
    "sticker", "template", "text", "video",
)  # fmt: skip


def check_message(values: dict[str, Any]) -> Message:
    """The message as it is kept: `{"type", <type>: object, "context"?}`. Raises GraphRefused."""
    if values.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if values.get("recipient_type", "individual") != "individual":
        raise bad_param("recipient_type", 'must be "individual".')
    kind = values.get("type", "text")
    if kind not in KNOWN_TYPES:
        raise bad_param("type", f'must be one of {{{", ".join(KNOWN_TYPES).upper()}}} - got "{kind}".')
    if kind not in TYPES:
        raise refused(131051, f"Messages of type {kind} cannot be sent")
    whole = Part(values, "")
    if kind == "contacts":
        _check_contacts(whole)
    else:
        TYPES[kind](whole.part(kind) if values.get(kind) is not None else _nothing(kind))
    return {"type": kind, kind: values[kind]}


def media_of(message: Message) -> tuple[str, dict[str, Any]] | None:
    """The kind and the object of what must be fetched or found before the message can be delivered."""
    if message["type"] in MEDIA:
        return message["type"], message[message["type"]]
    return header_media(message["interactive"]) if message["type"] == "interactive" else None


def _nothing(kind: str) -> Part:
    raise missing(kind)


def _check_text(text: Part) -> None:
    text.text("body", TEXT_MAX)


def _check_media(media: Part) -> None:
    kind = media.path
    if ("id" in media.values) == ("link" in media.values):
        raise bad_param(kind, "must have exactly one of id and link.")
    if "link" in media.values:
        link = str(media.values["link"])
        if urlsplit(link).scheme not in ("http", "https") or not urlsplit(link).hostname:
            raise bad_param(media.place("link"), "is not a valid URI.")
    if kind in ("audio", "sticker") and media.values.get("caption"):
        raise bad_param(kind, "has no caption.")
    media.optional("caption", CAPTION_MAX)
    media.optional("filename", FILE_NAME_MAX)


def _check_location(location: Part) -> None:
    location.number("latitude", 90)
    location.number("longitude", 180)
    location.optional("name", PLACE_WORDS_MAX)
    location.optional("address", PLACE_WORDS_MAX)


def _check_contacts(whole: Part) -> None:
    people = whole.parts("contacts")
    if not people:
        raise missing("contacts")
    for each in people:
        each.part("name").text("formatted_name", PLACE_WORDS_MAX)


def _check_reaction(reaction: Part) -> None:
    if not reaction.values.get("message_id"):
        raise missing(reaction.place("message_id"))
    if not isinstance(reaction.values.get("emoji"), str):
        raise missing(reaction.place("emoji"))


def _check_template(template: Part) -> None:
    """Whether there is such a template is for the account to say; see templates.py."""
    template.text("name", 512)
    language = template.part("language")
    if not language.values.get("code"):
        raise required(language.place("code"))
    if template.values.get("components") is not None:
        template.parts("components")


def unknown_message(wamid: str) -> GraphRefused:
    return invalid(f"Message id {wamid[:80]!r} is not known to this business number")


TYPES = {
    "text": _check_text,
    "image": _check_media,
    "document": _check_media,
    "audio": _check_media,
    "video": _check_media,
    "sticker": _check_media,
    "location": _check_location,
    "contacts": _check_contacts,
    "reaction": _check_reaction,
    "template": _check_template,
    "interactive": check_interactive,
}
