"""Reads a picture that was chosen on a page: in memory alone, no larger than is taken, and what it says it is."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from bot.bodies import TooLong, body_of
from bot.media.kinds import Refused, checked

PHOTO_BYTES_MAX = 10_000_000
AROUND_BYTES_MAX = 10_000  # what a form writes around one file


class _InMemory(MultiPartParser):
    """A document of a person must not lie on a disk in clear, were it only for a moment."""

    spool_max_size = PHOTO_BYTES_MAX + AROUND_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture and its true type; with a ``fault`` it is not taken."""

    data: bytes = field(default=b"", repr=False)
    mime: str = ""
    fault: str = ""


async def chosen(request: Request) -> Photo:
    """The picture in the form's field."""
    try:
        data, said = await _upload(request)
    except TooLong:
        return Photo(fault="photo_large")
    except (MultiPartException, KeyError, ValueError):
        return Photo(fault="photo_none")
    if not data:
        return Photo(fault="photo_none")
    if len(data) > PHOTO_BYTES_MAX:
        return Photo(fault="photo_large")
    try:
        mime = await asyncio.to_thread(checked, data, said)
    except Refused:
        return Photo(fault="photo_kind")
    return Photo(data, mime) if mime.startswith("image/") else Photo(fault="photo_kind")


async def _upload(request: Request) -> tuple[bytes, str | None]:
    """The file's bytes and what it is said to be; no bytes when none was chosen."""
    body = await body_of(request, PHOTO_BYTES_MAX + AROUND_BYTES_MAX)

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body
        yield b""

    form = await _InMemory(request.headers, whole(), max_files=1, max_fields=4).parse()
    try:
        value = form.get("value")
        return (await value.read(), value.content_type) if isinstance(value, UploadFile) else (b"", None)
    finally:
        await form.close()
