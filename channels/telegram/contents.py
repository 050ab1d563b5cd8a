"""What a Telegram message holds: words, a picture or file, a place, a contact."""

from typing import Literal

from channels.reading import Json, as_object, text, whole, with_plus
from flows.messages import Attachment, Contact, Content, Location, Text

Media = Literal["image", "audio", "video", "document", "sticker"]

_FILES: tuple[tuple[str, Media], ...] = (
    ("document", "document"),
    ("video", "video"),
    ("video_note", "video"),
    ("voice", "audio"),
    ("audio", "audio"),
    ("sticker", "sticker"),
)


def read(message: Json) -> Content | None:
    """The content, or None for a kind we do not know."""
    if isinstance(message.get("text"), str):
        return Text(text(message["text"]))
    if isinstance(message.get("contact"), dict):
        return _contact(message)
    if isinstance(message.get("photo"), list):
        return _photo(message)
    if isinstance(message.get("location"), dict):
        return _location(message)
    for key, media in _FILES:
        if isinstance(message.get(key), dict):
            return _file(message, message[key], media)
    return None


def _contact(message: Json) -> Contact:
    """A contact is the sender's own only when Telegram says whose it is and it was not forwarded."""
    contact = message["contact"]
    sender = message.get("from")
    user_id = contact.get("user_id")
    own = isinstance(sender, dict) and user_id is not None and user_id == sender.get("id")
    forwarded = any(key in message for key in ("forward_origin", "forward_from", "forward_date", "via_bot"))
    return Contact(
        phone=with_plus(text(contact.get("phone_number"))),
        own=own and not forwarded,
        first_name=text(contact.get("first_name")),
        last_name=text(contact.get("last_name")),
    )


def _photo(message: Json) -> Content | None:
    """The largest of the sizes that Telegram offers."""
    sizes = [size for size in message["photo"] if isinstance(size, dict) and isinstance(size.get("file_id"), str)]
    if not sizes:
        return None
    largest = max(sizes, key=lambda size: whole(size.get("width")) * whole(size.get("height")))
    return _attachment(message, largest, "image", "image/jpeg")


def _file(message: Json, file: Json, media: Media) -> Content | None:
    mime = text(file.get("mime_type")) or None
    if media == "document" and mime is not None and mime.startswith("image/"):
        media = "image"
    return _attachment(message, file, media, mime) if isinstance(file.get("file_id"), str) else None


def _attachment(message: Json, file: Json, media: Media, mime: str | None) -> Attachment:
    return Attachment(
        media=media,
        ref=file["file_id"],
        mime=mime,
        size=whole(file.get("file_size")) or None,
        caption=text(message.get("caption")),
        file_name=text(file.get("file_name")) or None,
        album=text(message.get("media_group_id")) or None,
    )


def _location(message: Json) -> Content | None:
    place = message["location"]
    lat, lon = place.get("latitude"), place.get("longitude")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    venue = as_object(message.get("venue"))
    return Location(float(lat), float(lon), text(venue.get("title")), text(venue.get("address")))
