"""Pictures and documents that went through the platform, by file_id."""

import io
import secrets
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, UnidentifiedImageError

from sandbox.phones.forms import Upload
from sandbox.telegram.failures import bad_request
from sandbox.telegram.limits import PHOTO_MAX_BYTES, PHOTO_RATIO_MAX, PHOTO_SIDES_SUM_MAX

SCHEMA = """
create table if not exists telegram_file (
    id text primary key, bot integer not null, name text not null, mime text not null,
    width integer not null, height integer not null, data blob not null) without rowid
"""
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}


@dataclass(frozen=True, slots=True)
class File:
    """`width` and `height` are 0 for what is not a picture."""

    id: str
    bot: int
    name: str
    mime: str
    width: int
    height: int
    data: bytes = field(repr=False)

    @property
    def path(self) -> str:
        return f"{'photos' if self.width else 'documents'}/{self.id}/{self.name}"

    def as_photo(self) -> list[dict[str, Any]]:
        """The sizes of a photo, smallest first as the platform lists them; both are the same file here."""
        small = min(1.0, 320 / max(self.width, self.height))
        sizes = [(round(self.width * small) or 1, round(self.height * small) or 1), (self.width, self.height)]
        return [self._thing() | {"width": width, "height": height} for width, height in sizes]

    def as_document(self) -> dict[str, Any]:
        return self._thing() | {"file_name": self.name, "mime_type": self.mime}

    def _thing(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": self.id[-16:], "file_size": len(self.data)}


class Files:
    """Keeps files."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def find(self, file_id: str) -> File | None:
        row = self._database.execute("select * from telegram_file where id = ?", (file_id,)).fetchone()
        return File(**dict(row)) if row else None

    def add_photo(self, bot: int, upload: Upload) -> File:
        """Raises Refused for what is no picture or has sides that the platform does not take."""
        if len(upload.data) > PHOTO_MAX_BYTES:
            raise bad_request("too big for a photo")
        kind, width, height = _measure(upload.data)
        if width + height > PHOTO_SIDES_SUM_MAX or max(width, height) > PHOTO_RATIO_MAX * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        name = f"file_{secrets.token_hex(3)}.{SUFFIXES[kind]}"
        return self._add(File(_new_id("AgACAgIAAxkD"), bot, name, f"image/{kind.lower()}", width, height, upload.data))

    def add_document(self, bot: int, upload: Upload) -> File:
        if not upload.data:
            raise bad_request("file must be non-empty")
        return self._add(File(_new_id("BQACAgIAAxkD"), bot, upload.name, upload.mime, 0, 0, upload.data))

    def _add(self, file: File) -> File:
        self._database.execute(
            "insert into telegram_file values (?, ?, ?, ?, ?, ?, ?)",
            (file.id, file.bot, file.name, file.mime, file.width, file.height, file.data),
        )
        return file


def _new_id(kind: str) -> str:
    return kind + secrets.token_urlsafe(30)


def _measure(data: bytes) -> tuple[str, int, int]:
    try:
        with Image.open(io.BytesIO(data), formats=tuple(SUFFIXES)) as image:
            return str(image.format), image.width, image.height
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
