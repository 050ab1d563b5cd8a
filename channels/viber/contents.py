"""What a Viber message holds: words, a picture or file, a place, a contact."""

from mimetypes import guess_type
from typing import Literal

from channels.reading import Json, is_whole, text, whole, with_plus
from channels.viber.tracking import Tracking
from flows.messages import Attachment, Contact, Content, Location, Text

Media = Literal["image", "audio", "video", "document", "sticker"]


def read(message: Json, token: str, tracking: Tracking, *, silent: bool = False) -> Content | None:
    """The content, or None for a kind we do not know.

    ``token`` names the message where its file has no id; ``silent`` is what only a tap on a button can be.
    """
    kind = message.get("type")
    if kind == "text":
        return Text(text(message["text"])) if isinstance(message.get("text"), str) else None
    if kind == "url":
        return _url(message)
    if kind in ("picture", "video", "file"):
        return _file(message, kind, token)
    if kind == "sticker":
        return _sticker(message, token)
    if kind == "location":
        return _location(message.get("location"))
    if kind == "contact":
        return _contact(message, tracking, silent=silent)
    return None


def _url(message: Json) -> Content | None:
    link, words = text(message.get("media")), text(message.get("text"))
    lines = [words, link] if words != link else [link]
    return Text("\n".join(line for line in lines if line)) if link else None


def _file(message: Json, kind: str, token: str) -> Content:
    """Viber gives no id of a file, only an address with a key in it: that is kept where nothing is shown."""
    name = text(message.get("file_name"))
    mime = guess_type(name)[0]
    fixed: dict[str, tuple[Media, str]] = {"picture": ("image", "image/jpeg"), "video": ("video", "video/mp4")}
    media, usual = fixed.get(kind, (_media(mime), None))
    return Attachment(
        media=media,
        ref=token,
        mime=mime or usual,
        size=_size(message),
        caption=text(message.get("text")),
        file_name=name or None,
        source=text(message.get("media")) or None,
    )


def _media(mime: str | None) -> Media:
    """A picture that was sent as a file is a picture all the same."""
    family = (mime or "").partition("/")[0]
    return "image" if family == "image" else "audio" if family == "audio" else "document"


def _size(message: Json) -> int | None:
    for key in ("file_size", "size"):
        if (size := whole(message.get(key))) > 0:
            return size
    return None


def _sticker(message: Json, token: str) -> Content:
    number = message.get("sticker_id")
    ref = str(number) if is_whole(number) else token
    return Attachment("sticker", ref, source=text(message.get("media")) or None)


def _location(place: object) -> Content | None:
    if not isinstance(place, dict):
        return None
    lat, lon = _degrees(place.get("lat"), 90), _degrees(place.get("lon"), 180)
    if lat is None or lon is None:
        return None
    return Location(lat, lon, address=text(place.get("address")))


def _degrees(value: object, most: int) -> float | None:
    """Viber documents numbers and has been seen to send them as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        return None
    return degrees if -most <= degrees <= most else None


def _contact(message: Json, tracking: Tracking, *, silent: bool) -> Content | None:
    """A contact is the customer's own only when it answers our button that asks for it.

    The message before it carried the button (its mark came back), and the contact is not one that was picked from a
    phone book: what the button shares is silent, or comes with the button's own words, or at least without a name.
    """
    contact = message.get("contact")
    if not isinstance(contact, dict):
        return None
    name, words = text(contact.get("name")), text(message.get("text"))
    phone = with_plus(text(contact.get("phone_number")))
    tapped = silent or (tracking.is_phone(words) if words else not name)
    first, _, last = name.partition(" ")
    return Contact(phone, bool(phone and tracking.phones) and tapped, first, last)
