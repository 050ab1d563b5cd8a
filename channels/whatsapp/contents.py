"""What a WhatsApp message holds: words, a picture or file, a place, a contact."""

from typing import Literal

from channels.reading import Json, as_list, as_object, text
from channels.whatsapp.identities import e164
from flows.messages import Attachment, Contact, Content, Location, Text

_MEDIA: dict[str, Literal["image", "audio", "video", "document", "sticker"]] = {
    "image": "image", "audio": "audio", "voice": "audio", "video": "video", "document": "document",
    "sticker": "sticker",
}  # fmt: skip
SHARED_ON_REQUEST = "contact_request"


def read(item: Json, phone: str) -> Content | None:
    """The content, or None for a kind we do not know. ``phone`` is the sender's own in E.164, where known."""
    kind = text(item.get("type"))
    block = as_object(item.get(kind))
    if kind == "text":
        return Text(text(block.get("body"))) if isinstance(block.get("body"), str) else None
    if kind == "location":
        return _location(block)
    if kind == "contacts":
        return _contact(item, phone)
    return _attachment(kind, block)


def _attachment(kind: str, block: Json) -> Attachment | None:
    """``ref`` is the media's id: the address it leads to needs our token and lives for five minutes."""
    ref = text(block.get("id"))
    media = _MEDIA.get(kind)
    if media is None or not ref:
        return None
    mime = text(block.get("mime_type")).partition(";")[0].strip()
    caption, file_name = text(block.get("caption")), text(block.get("filename"))
    return Attachment(media, ref, mime or None, caption=caption, file_name=file_name or None)


def _location(block: Json) -> Location | None:
    lat, lon = block.get("latitude"), block.get("longitude")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    if isinstance(lat, bool) or isinstance(lon, bool) or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return Location(float(lat), float(lon), text(block.get("name")), text(block.get("address")))


def _contact(item: Json, phone: str) -> Contact | None:
    """The first contact of the message.

    It is the sender's own where WhatsApp says that our request was answered with it, or where its number is the one
    that the message comes from; never when there are several, or it was forwarded. What a contact says of itself
    (``wa_id``) proves nothing: any phone can write such a card.
    """
    cards = [as_object(card) for card in as_list(item.get("contacts"))]
    card = cards[0] if cards else {}
    phones = as_list(card.get("phones"))
    number = as_object(phones[0]) if phones else {}
    written = text(number.get("phone"))
    shared = e164(written) if written.lstrip().startswith("+") else e164(text(number.get("wa_id"))) or e164(written)
    if not shared:
        return None
    origin = text(item.get("origin")) or text(card.get("origin"))
    forwarded = any(as_object(item.get("context")).get(key) is True for key in ("forwarded", "frequently_forwarded"))
    own = len(cards) == 1 and not forwarded and (origin == SHARED_ON_REQUEST or shared == phone)
    name = as_object(card.get("name"))
    first = text(name.get("first_name")) or text(name.get("formatted_name"))
    return Contact(shared, own, first, text(name.get("last_name")))
