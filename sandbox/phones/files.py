"""Pictures and documents on phones, for every messenger that does not keep its own, and how they are served."""

import io
import mimetypes
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image, UnidentifiedImageError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.phones.forms import UNKNOWN_MIME, Upload, length_of, read_file
from sandbox.phones.wire import Problem

SCHEMA = """
create table if not exists phone_file (
    id text primary key, name text not null, mime text not null,
    width integer not null, height integer not null, data blob not null) without rowid
"""
# The largest that any of the messengers takes, with room for the rest of the form.
FORM_MAX_BYTES = 101 * 1024 * 1024
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=31536000, immutable",
}


@dataclass(frozen=True, slots=True)
class File:
    """`width` and `height` are 0 for what is not a picture."""

    id: str
    name: str
    mime: str
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attached:
    """What the page sends: `kind` is photo or document, the name of its field in the form."""

    kind: str
    file: Upload
    caption: str = ""


class Files:
    """Keeps files by an id that nobody guesses."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def find(self, file_id: str) -> File | None:
        row = self._database.execute("select * from phone_file where id = ?", (file_id,)).fetchone()
        return File(**dict(row)) if row else None

    def add(self, name: str, mime: str, data: bytes) -> File:
        """A picture is known by its bytes, whatever `mime` says of it."""
        found, width, height = measure(data)
        file = File(secrets.token_urlsafe(24), name, found or _guess(name, mime), width, height, data)
        self._database.execute(
            "insert into phone_file values (?, ?, ?, ?, ?, ?)",
            (file.id, file.name, file.mime, file.width, file.height, file.data),
        )
        return file


def measure(data: bytes) -> tuple[str, int, int]:
    """The kind of a picture and its sides in pixels; ("", 0, 0) for anything else."""
    try:
        with Image.open(io.BytesIO(data), formats=tuple(PICTURES)) as image:
            return PICTURES[str(image.format)], image.width, image.height
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return "", 0, 0


def answer(name: str, mime: str, data: bytes) -> Response:
    """A picture is shown in place, anything else is saved: a document must not run in our page."""
    if mime in PICTURES.values():
        return Response(data, media_type=mime, headers=HEADERS)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    named = HEADERS | {"Content-Disposition": f'attachment; filename="{plain}"'}
    return Response(data, media_type=UNKNOWN_MIME, headers=named)


class Kept(Protocol):
    """A file of some platform's own keeping."""

    @property
    def name(self) -> str: ...

    @property
    def mime(self) -> str: ...

    @property
    def data(self) -> bytes: ...


def file_route(find: Callable[[str], Kept | None]) -> Route:
    """GET /files/{file}, for the page."""

    async def serve(request: Request) -> Response:
        file = find(request.path_params["file"])
        if file is None:
            raise Problem(404, "there is no such file")
        return answer(file.name, file.mime, file.data)

    return Route("/files/{file}", serve)


async def read_attached(request: Request) -> Attached:
    """Raises Problem for a form without a file named photo or document, or one that is too big."""
    if length_of(request) > FORM_MAX_BYTES:
        raise Problem(413, "the file is bigger than any messenger takes")
    async with request.form() as form:
        caption = str(form.get("caption") or "").strip()
        for kind in ("photo", "document"):
            file = form.get(kind)
            if isinstance(file, UploadFile):
                return Attached(kind, await read_file(file), caption)
    raise Problem(400, "a multipart message has a file named photo or document")


def _guess(name: str, mime: str) -> str:
    return mimetypes.guess_type(name)[0] or mime
