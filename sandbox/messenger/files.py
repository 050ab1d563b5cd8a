"""Pictures and files that went through the platform: each has an address of its own, open to whoever knows it.

The real platform hands out signed addresses of its content network; here the secret is the id in the address.
"""

import secrets
import sqlite3
from dataclasses import dataclass, field

from sandbox.phones.files import measure

SCHEMA = """
create table if not exists messenger_file (
    id text primary key, page integer not null, kind text not null, name text not null, mime text not null,
    width integer not null, height integer not null, at real not null, data blob not null) without rowid
"""


@dataclass(frozen=True, slots=True)
class File:
    """`kind` is image, audio, video, file or sticker; without a picture `width` and `height` are 0; `at` in seconds."""

    id: str
    page: int
    kind: str
    name: str
    mime: str
    width: int
    height: int
    at: float
    data: bytes = field(repr=False)


class Files:
    """Keeps files."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def find(self, file_id: str) -> File | None:
        row = self._database.execute("select * from messenger_file where id = ?", (file_id,)).fetchone()
        return File(**dict(row)) if row else None

    def add(self, page: int, kind: str, name: str, mime: str, at: float, data: bytes) -> File:
        """An image is known by its bytes, whatever `mime` says of it; what is sent as a file stays one."""
        found, width, height = measure(data) if kind in ("image", "sticker") else ("", 0, 0)
        # Digits, as the platform's attachment ids are.
        file_id = str(secrets.randbelow(9 * 10**17) + 10**17)
        file = File(file_id, page, kind, name, found or mime, width, height, at, data)
        self._database.execute(
            "insert into messenger_file values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (file_id, page, kind, name, file.mime, width, height, at, data),
        )
        return file
