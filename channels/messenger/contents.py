"""What a Messenger message holds: words, pictures and files, a place, a shared link, a phone number.

An attachment has no id of its own, only an address that Meta signs for some days: so its ``ref`` is made of the
message's id and its place in it, and the address is its ``source``.
"""

import mimetypes
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import unquote, urlsplit

from channels.reading import Json, as_list, as_object, text, text_or_whole
from flows.messages import Attachment, Contact, Content, Location, Text

Media = Literal["image", "audio", "video", "document", "sticker"]

ATTACHMENTS_MAX = 30  # what a phone lets a customer choose at once; a longer list is not from a phone
FILE_NAME_MAX = 120
_MEDIA: Mapping[str, Media] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "file": "document",
    "sticker": "sticker",
}
# What the button for one's own phone number comes back as: the number, as the customer has edited it.
_PHONE = re.compile(r"\+[\d ().-]{7,24}", re.ASCII)
_DIGITS = range(7, 16)  # of a number in E.164


def read(message: Json, mid: str) -> list[Content]:
    """All contents, in order; none for a kind we do not know. Words beside files become the first one's caption."""
    attached = _attached(message)
    words = text(message.get("text"))
    found = [content for number, one in enumerate(attached) if (content := _one(one, mid, number)) is not None]
    files = [content for content in found if isinstance(content, Attachment)]
    if not files:
        links = [content for content in found if isinstance(content, Text)]
        return [Text(words)] if words else [content for content in found if content not in links[1:]]
    album = mid if len(files) > 1 else None
    return [
        _of_album(content, album, words if number == 0 else "") if isinstance(content, Attachment) else content
        for number, content in enumerate(found)
        if not (isinstance(content, Text) and words)
    ]


def kinds(message: Json) -> str:
    """The types of the attachments, for the record of a message that we cannot read."""
    return ",".join(dict.fromkeys(text_or_whole(one.get("type"))[:32] for one in _attached(message)))


def own_phone(payload: str, title: str) -> Contact | None:
    """The phone of a tap on the button that asks for it: then payload and title are the very same number.

    It is never proof: Messenger fills in what the profile says, and the customer may write another over it.
    """
    digits = re.sub(r"\D", "", payload, flags=re.ASCII)
    if not _PHONE.fullmatch(payload) or len(digits) not in _DIGITS:
        return None
    return Contact(f"+{digits}", own=False) if re.sub(r"\D", "", title, flags=re.ASCII) == digits else None


def _attached(message: Json) -> list[Json]:
    """The attachments. A sticker that is told twice, as itself and as a picture, is kept as itself."""
    given = as_list(message.get("attachments"))
    attached = [one for one in given if isinstance(one, dict)][:ATTACHMENTS_MAX]
    stickers = {_sticker_id(one) for one in attached if one.get("type") == "sticker"} - {""}
    return [one for one in attached if one.get("type") != "image" or _sticker_id(one) not in stickers]


def _one(attached: Json, mid: str, number: int) -> Content | None:
    kind, payload = attached.get("type"), as_object(attached.get("payload"))
    if kind == "location":
        return _location(attached, payload)
    if kind == "fallback":
        return _shared_link(attached, payload)
    media = _MEDIA.get(kind) if isinstance(kind, str) else None
    address = text(payload.get("url"))
    if media is None or not address:
        return None
    sticker = _sticker_id(attached)
    name = _file_name(address)
    return Attachment(
        media="sticker" if sticker else media,
        ref=sticker or f"{mid}:{number}",
        mime=_mime(name, media) if name else None,
        file_name=name if media == "document" else None,
        source=address,
    )


def _location(attached: Json, payload: Json) -> Content | None:
    place = as_object(payload.get("coordinates"))
    lat, lon = _number(place.get("lat")), _number(place.get("long"))
    return Location(lat, lon, text(attached.get("title"))) if lat is not None and lon is not None else None


def _shared_link(attached: Json, payload: Json) -> Content | None:
    """A link that the customer has shared comes as a preview of it: its title and its address are words."""
    parts = (attached.get("title") or payload.get("title"), attached.get("url") or payload.get("url"))
    words = "\n".join(dict.fromkeys(part for given in parts if (part := text(given))))
    return Text(words) if words else None


def _of_album(content: Attachment, album: str | None, caption: str) -> Attachment:
    return Attachment(
        content.media, content.ref, content.mime, content.size, caption, content.file_name, album, content.source
    )


def _sticker_id(attached: Json) -> str:
    return text_or_whole(as_object(attached.get("payload")).get("sticker_id")) or text_or_whole(
        attached.get("sticker_id")
    )


def _mime(name: str, media: Media) -> str | None:
    """By the name's ending; a voice message lies in a file that is called as a film's is."""
    guessed = mimetypes.guess_type(name)[0]
    if media == "audio" and guessed is not None:
        return f"audio/{guessed.partition('/')[2]}"
    return guessed


def _file_name(address: str) -> str | None:
    """The last part of the address, when it looks like a file's name."""
    try:
        name = PurePosixPath(unquote(urlsplit(address).path)).name
    except ValueError:
        return None
    return text(name)[-FILE_NAME_MAX:] if "." in name else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
