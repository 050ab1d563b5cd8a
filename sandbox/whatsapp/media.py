"""Pictures, documents and sounds that went through the platform, by media id."""

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass, field

from sandbox.phones.files import measure
from sandbox.phones.forms import Upload
from sandbox.whatsapp.failures import bad_param, refused
from sandbox.whatsapp.limits import MEDIA_KEPT_S, MEDIA_URL_S, UPLOAD_KINDS

SCHEMA = """
create table if not exists whatsapp_media (
    id text primary key, number text not null, mime text not null, name text not null, sha256 text not null,
    width integer not null, height integer not null, until real not null, deleted integer not null default 0,
    data blob not null) without rowid
"""


@dataclass(frozen=True, slots=True)
class Media:
    """`until` (seconds) is when calls no longer find it; on the phones it stays. Sides are 0 for no picture."""

    id: str
    number: str
    mime: str
    name: str
    sha256: str
    width: int
    height: int
    until: float
    deleted: bool
    data: bytes = field(repr=False)


class Medias:
    """Keeps media, and signs the addresses they are fetched from."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database, self._key = database, secrets.token_bytes(32)
        database.execute(SCHEMA)

    def find(self, media_id: str) -> Media | None:
        """Whatever its age: for the phones."""
        row = self._database.execute("select * from whatsapp_media where id = ?", (media_id,)).fetchone()
        return Media(**dict(row) | {"deleted": bool(row["deleted"])}) if row else None

    def current(self, media_id: str, now: float) -> Media | None:
        """For calls."""
        found = self.find(media_id)
        return found if found and not found.deleted and found.until > now else None

    def add(self, number: str, upload: Upload, until: float) -> Media:
        _, width, height = measure(upload.data)
        media = Media(
            _new_id(), number, upload.mime, upload.name, hashlib.sha256(upload.data).hexdigest(),
            width, height, until, False, upload.data,
        )  # fmt: skip
        self._database.execute(
            "insert into whatsapp_media values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
            (media.id, number, media.mime, media.name, media.sha256, width, height, until, media.data),
        )
        return media

    def delete(self, media_id: str) -> None:
        self._database.execute("update whatsapp_media set deleted = 1 where id = ?", (media_id,))

    def seal(self, media_id: str, ext: int) -> str:
        """The hash in an address that holds until `ext` (seconds)."""
        return hmac.new(self._key, f"{media_id}:{ext}".encode(), hashlib.sha256).hexdigest()[:32]

    def address(self, media: Media, now: float) -> str:
        """The query of the address."""
        ext = int(now) + MEDIA_URL_S
        return f"mid={media.id}&ext={ext}&hash={self.seal(media.id, ext)}"


def read_upload(upload: Upload | None, kind: str, now: float) -> tuple[Upload, float]:
    """What a business may upload, and how long it is kept. Raises GraphRefused 100 or 131053."""
    if upload is None:
        raise refused(100, "Param file is required: send it as a file of a multipart form")
    mime = (kind or upload.mime).partition(";")[0].strip().lower()
    if mime not in UPLOAD_KINDS:
        known = ", ".join(UPLOAD_KINDS)
        raise bad_param("file", f"must be a file with one of the following types: {known}. Received file of '{mime}'.")
    if not upload.data:
        raise bad_param("file", "must not be empty")
    if len(upload.data) > UPLOAD_KINDS[mime]:
        raise refused(131053, f"File size {len(upload.data)} is over the {UPLOAD_KINDS[mime]} bytes of {mime}")
    if mime.startswith("image/") and measure(upload.data)[0] != mime:
        raise refused(131053, f"The file is not a picture of type {mime}")
    return Upload(upload.name, mime, upload.data), now + MEDIA_KEPT_S


def _new_id() -> str:
    return str(10**15 + secrets.randbelow(9 * 10**15))
