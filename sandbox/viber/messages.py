"""What the server makes of a message before it takes it: the shape, the lengths, the version. Raises Refused."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sandbox.viber import keyboards
from sandbox.viber.answers import Refused, bad_data, missing, too_new
from sandbox.viber.limits import (
    CAPTION_MAX,
    CONTACT_NAME_MAX,
    CONTACT_PHONE_MAX,
    FILE_MAX_BYTES,
    FILE_NAME_MAX,
    PHONE_API_VERSION,
    RICH_MEDIA_FROM,
    SENDER_NAME_MAX,
    TEXT_MAX,
    TRACKING_DATA_MAX,
    URL_MAX,
    VIDEO_MAX_BYTES,
)

Message = dict[str, Any]
# What a message on the phone keeps of the request.
KEPT = ("type", "text", "media", "thumbnail", "size", "file_name", "location", "contact", "sticker_id", "rich_media")


def read(request: dict[str, Any]) -> Message:
    """The message in a request, or in the body of an answer to conversation_started."""
    version = request.get("min_api_version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise bad_data("min_api_version must be a whole number from 1 on")
    _check_around(request)
    kind = request.get("type")
    if kind is not None and (not isinstance(kind, str) or kind not in CHECKS):
        raise bad_data(f"type is not one of {', '.join(CHECKS)}")
    if kind is None and "keyboard" not in request:
        raise missing("type")
    if kind is not None:
        CHECKS[kind](request)
    if kind == "rich_media":
        if version < RICH_MEDIA_FROM:
            raise too_new(f"rich_media needs min_api_version {RICH_MEDIA_FROM}")
        keyboards.check(request["rich_media"], "rich_media", version)
    if request.get("keyboard") is not None:
        keyboards.check(request["keyboard"], "keyboard", version)
    if version > PHONE_API_VERSION:
        raise Refused(13, "apiVersionNotSupported")
    return {name: request[name] for name in KEPT if name in request}


def _check_around(request: dict[str, Any]) -> None:
    sender = request.get("sender")
    if not isinstance(sender, dict) or not isinstance(sender.get("name"), str) or not sender["name"]:
        raise missing("sender.name")
    if len(sender["name"]) > SENDER_NAME_MAX:
        raise bad_data(f"sender.name is longer than {SENDER_NAME_MAX}")
    _text(request, "tracking_data", TRACKING_DATA_MAX, needed=False)


def _text(thing: dict[str, Any], name: str, most: int, needed: bool = True, least: int = 1) -> None:
    value = thing.get(name)
    if value is None:
        if needed:
            raise missing(name)
        return
    if not isinstance(value, str) or (needed and len(value) < least):
        raise bad_data(f"{name} must be a text")
    if len(value) > most:
        raise bad_data(f"{name} is too long (length: {len(value)}, maximum allowed: {most})")


def _url(request: dict[str, Any], name: str = "media") -> None:
    """Viber wants https; here http will do, since the files come from this machine."""
    _text(request, name, URL_MAX)
    parts = urlsplit(request[name])
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise bad_data(f"{name} is not a valid url")


def _size(request: dict[str, Any], most: int) -> None:
    size = request.get("size")
    if size is None:
        raise missing("size")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= most:
        raise bad_data(f"size must be a whole number up to {most}")


def _check_text(request: dict[str, Any]) -> None:
    _text(request, "text", TEXT_MAX)


def _check_picture(request: dict[str, Any]) -> None:
    _url(request)
    _text(request, "text", CAPTION_MAX, least=0)


def _check_video(request: dict[str, Any]) -> None:
    _url(request)
    _size(request, VIDEO_MAX_BYTES)


def _check_file(request: dict[str, Any]) -> None:
    _url(request)
    _size(request, FILE_MAX_BYTES)
    _text(request, "file_name", FILE_NAME_MAX)


def _check_location(request: dict[str, Any]) -> None:
    place = request.get("location")
    if not isinstance(place, dict):
        raise missing("location")
    for name, most in (("lat", 90), ("lon", 180)):
        value = place.get(name)
        try:
            fits = abs(float(value)) <= most  # type: ignore[arg-type]  # a text with a number passes, as there
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise bad_data(f"location.{name} must be a number up to {most}")


def _check_contact(request: dict[str, Any]) -> None:
    contact = request.get("contact")
    if not isinstance(contact, dict):
        raise missing("contact")
    _text(contact, "name", CONTACT_NAME_MAX)
    _text(contact, "phone_number", CONTACT_PHONE_MAX)


def _check_sticker(request: dict[str, Any]) -> None:
    if not isinstance(request.get("sticker_id"), int):
        raise missing("sticker_id")


def _check_carousel(request: dict[str, Any]) -> None:
    if "rich_media" not in request:
        raise missing("rich_media")


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "text": _check_text,
    "picture": _check_picture,
    "video": _check_video,
    "file": _check_file,
    "location": _check_location,
    "contact": _check_contact,
    "url": _url,
    "sticker": _check_sticker,
    "rich_media": _check_carousel,
}
