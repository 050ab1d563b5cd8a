"""The inbox beyond the hot path: taking up what was left behind, leases, parking."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import asyncpg

from bot.store.link import Link
from bot.store.rows import Accepted
from bot.store.sealed import Sealed
from bot.store.statements import CLAIM_INBOX, END_INBOX, FAIL_INBOX, PENDING, RENEW_INBOX, TAKE_INBOX
from flows.events import Event


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row taken up. ``event`` is None when its body cannot be opened. ``request`` is the one that it came with."""

    id: UUID
    conversation: UUID
    event: Event | None
    attempts: int
    request: str | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A row that another process names."""

    conversation: UUID
    inbox: UUID


class Inbox:
    """Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link, sealed: Sealed, lease_s: float) -> None:
        self._link = link
        self._sealed = sealed
        self._lease_s = lease_s

    async def claim(self, most: int = 100) -> Sequence[Claimed]:
        """Take rows that nobody holds, in order of arrival."""
        return self._claimed(await self._link.fetch(CLAIM_INBOX, most, self._lease_s))

    async def take(self, handed: Sequence[Handed], again: bool) -> Sequence[tuple[Claimed, Accepted]]:
        """Take these, in order of arrival; not those that are done. ``again``: whoever had them has not ended them."""
        ids, conversations = [one.inbox for one in handed], [one.conversation for one in handed]
        rows = await self._link.fetch(TAKE_INBOX, ids, conversations, self._lease_s, int(again))
        rows = sorted(rows, key=lambda row: row["arrival"])
        return list(zip(self._claimed(rows), map(self._accepted, rows), strict=True))

    def _accepted(self, row: asyncpg.Record) -> Accepted:
        state = row["state"]
        opened = None if state is None else self._sealed.open_state(row["conversation"], state)
        return Accepted(True, opened, row["version"] or 0, row["ahead"])

    def _claimed(self, rows: Sequence[asyncpg.Record]) -> Sequence[Claimed]:
        return [self._opened(row) for row in sorted(rows, key=lambda row: row["arrival"])]

    async def renew(self, ids: Sequence[UUID]) -> None:
        """Go on holding these."""
        await self._link.fetch(RENEW_INBOX, ids, self._lease_s)

    async def release(self, ids: Sequence[UUID]) -> None:
        """Hold these no longer: whoever looks first takes them."""
        if ids:
            await self._link.fetch(RENEW_INBOX, ids, 0.0)

    async def end(self, ids: Sequence[UUID], status: Literal["done", "parked"]) -> None:
        """These need no turn (any more)."""
        await self._link.fetch(END_INBOX, ids, status)

    async def failed(self, id_: UUID) -> int:
        """Count a failure; how many there are now."""
        rows = await self._link.fetch(FAIL_INBOX, id_)
        return int(rows[0]["attempts"]) if rows else 0

    async def pending(self) -> tuple[int, float]:
        """How many rows wait, and for how many seconds the oldest has."""
        rows = await self._link.fetch(PENDING)
        return int(rows[0][0]), float(rows[0][1])

    def _opened(self, row: asyncpg.Record) -> Claimed:
        event, request = None, None
        with suppress(Exception):  # whatever the reason, the row must not stop the others; it is parked by the caller
            event, request = self._sealed.open_request(row["id"], row["body"])
        return Claimed(row["id"], row["conversation"], event, row["attempts"], request)
