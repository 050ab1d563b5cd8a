"""Where files lie: encrypted, under ids that nobody guesses, until their time is over."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from uuid import UUID, uuid4

import asyncpg

from bot.store import Link
from flows.messages import Attachment
from flows.ports import Sealer

KEPT_S = 30 * 24 * 3600  # a document for a flow or a colleague; after that the bank's own archive has it
TRIES_MAX = 5
HEADER_BYTES = 4
KEEP = """
insert into bot.media (id, status, link, mime, size, body, expires_at)
values ($1, 'kept', $2, $3, $4, $5, now() + $6::float8 * interval '1 s')"""
NOTE = """
insert into bot.media (id, status, channel, conversation, body, expires_at)
values ($1, 'wanted', $2, $3, $4, now() + $5::float8 * interval '1 s') on conflict (id) do nothing"""
# A file that is being fetched belongs to whoever took it until its lease is over; each try makes the pause longer.
CLAIM = """
update bot.media m set tries = m.tries + 1, due = now() + interval '30 s' * (m.tries + 1)
from (select id from bot.media where status = 'wanted' and due <= now() and expires_at > now()
      order by due limit $1 for update skip locked) free
where m.id = free.id returning m.id, m.channel, m.body, m.tries"""
FETCHED = "update bot.media set status = 'kept', mime = $2, size = $3, body = $4 where id = $1 and status = 'wanted'"
REFUSED = "update bot.media set status = 'refused', body = '', reason = $2 where id = $1 and status = 'wanted'"
FIND = "select id, body from bot.media where id = $1 and status = 'kept' and expires_at > now()"
LENT = "select id, body from bot.media where link = $1 and status = 'kept' and expires_at > now()"
SWEEP = "delete from bot.media where id in (select id from bot.media where expires_at <= now() limit 500)"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it was kept."""

    data: bytes
    mime: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a customer has sent and nobody has fetched yet. ``tries`` counts this one."""

    id: UUID
    channel: str
    attachment: Attachment
    tries: int


class MediaStore:
    """Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link, sealer: Sealer) -> None:
        self._link, self._sealer = link, sealer

    async def keep(self, data: bytes, mime: str, file_name: str = "", ttl_s: float = KEPT_S, token: str = "") -> UUID:
        """Keep a file and give its id. With a ``token`` it can be lent under it."""
        id_ = uuid4()
        link = sha256(token.encode()).digest() if token else None
        body = self._sealed(id_, Stored(data, mime, file_name))
        await self._link.fetch(KEEP, id_, link, mime, len(data), body, ttl_s)
        return id_

    async def find(self, id_: UUID) -> Stored | None:
        """A file by its id; None when there is none, or its time is over."""
        return self._opened(await self._link.fetch(FIND, id_))

    async def lent(self, token: str) -> Stored | None:
        """A file by the token of its link."""
        return self._opened(await self._link.fetch(LENT, sha256(token.encode()).digest()))

    async def note(self, id_: UUID, channel: str, conversation: UUID, attachment: Attachment) -> None:
        """Remember to fetch what a customer has sent; the same one again changes nothing."""
        body = self._sealer.seal(json.dumps(asdict(attachment)).encode(), b"bot.media.wanted:" + id_.bytes)
        await self._link.fetch(NOTE, id_, channel, conversation, body, KEPT_S)

    async def claim(self, most: int) -> Sequence[Wanted]:
        """Take up what is to be fetched now; no other process gets it before a while."""
        return [
            Wanted(row["id"], row["channel"], self._attachment(row["id"], row["body"]), row["tries"])
            for row in await self._link.fetch(CLAIM, most)
        ]

    async def fetched(self, id_: UUID, file: Stored) -> None:
        """It is here."""
        await self._link.fetch(FETCHED, id_, file.mime, len(file.data), self._sealed(id_, file))

    async def refused(self, id_: UUID, reason: str) -> None:
        """It will not be kept; nothing of it is."""
        await self._link.fetch(REFUSED, id_, reason)

    async def sweep(self) -> None:
        """Delete what is over."""
        await self._link.fetch(SWEEP)

    def _attachment(self, id_: UUID, body: bytes) -> Attachment:
        return Attachment(**json.loads(self._sealer.open(body, b"bot.media.wanted:" + id_.bytes)))

    def _sealed(self, id_: UUID, file: Stored) -> bytes:
        header = json.dumps({"mime": file.mime, "file_name": file.file_name}).encode()
        plain = len(header).to_bytes(HEADER_BYTES) + header + file.data
        return self._sealer.seal(plain, b"bot.media.body:" + id_.bytes)

    def _opened(self, rows: Sequence[asyncpg.Record]) -> Stored | None:
        for row in rows:
            id_, body = row["id"], row["body"]
            plain = self._sealer.open(body, b"bot.media.body:" + id_.bytes)
            end = HEADER_BYTES + int.from_bytes(plain[:HEADER_BYTES])
            header = json.loads(plain[HEADER_BYTES:end])
            return Stored(plain[end:], header["mime"], header["file_name"])
        return None
