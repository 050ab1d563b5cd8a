"""The outbox: marking what has left, taking up what was left behind, leases, rows from outside a turn."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from bot.store.batcher import Batcher
from bot.store.link import Link
from bot.store.rows import Mark, OutboxRow, Standing
from bot.store.sealed import Sealed
from bot.store.statements import (
    CLAIM_OUTBOX,
    DEFER,
    ENQUEUE,
    MARK_OUTBOX,
    OUTBOX_LAG,
    RENEW_OUTBOX,
    STANDING,
    STILL_AHEAD,
    UNANSWERED,
    UNREACHABLE,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A row taken up, and the unsent rows of its chat that must leave first. ``row`` is None if unreadable."""

    id: UUID
    row: OutboxRow | None
    ahead: frozenset[UUID]


class OutboxStore:
    """Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link, marks: Link, sealed: Sealed, lease_s: float) -> None:
        """``marks`` is a connection of its own, because every message sent is marked over it."""
        self._link = link
        self._marks_link = marks
        self._sealed = sealed
        self._lease_s = lease_s
        self._marks: Batcher[Mark, bool] = Batcher(self._mark, key=lambda mark: mark.id)
        self._standings: Batcher[OutboxRow, Standing] = Batcher(self._stand)

    def mark(self, mark: Mark) -> "asyncio.Future[bool]":
        """Record how a row ended; false when it already had an end. A future: nobody has to wait for it."""
        return self._marks.submit(mark)

    async def enqueue(self, rows: Sequence[OutboxRow], not_before: datetime | None = None) -> None:
        """Put rows that no turn has written; any process takes them up. The same id again changes nothing."""
        due = not_before or datetime.now(UTC)
        await self._link.fetch(
            ENQUEUE,
            [row.id for row in rows],
            [row.conversation for row in rows],
            [row.seq for row in rows],
            [row.effect.kind for row in rows],
            [self._sealed.outbox(row) for row in rows],
            [row.to.channel for row in rows],
            [row.to.account for row in rows],
            [due for _ in rows],
        )

    async def claim(self, most: int = 100) -> Sequence[Taken]:
        """Take rows that nobody holds, each chat's in order."""
        rows = await self._link.fetch(CLAIM_OUTBOX, most, self._lease_s)
        return [self._taken(*row) for row in sorted(rows, key=lambda row: (row["conversation"], row["seq"]))]

    async def renew(self, ids: Sequence[UUID], lease_s: float | None = None) -> None:
        """Go on holding these, never shorter than before."""
        await self._link.fetch(RENEW_OUTBOX, ids, self._lease_s if lease_s is None else lease_s)

    async def still_ahead(self, ids: frozenset[UUID]) -> frozenset[UUID]:
        """Which of these have not left yet."""
        return frozenset(row[0] for row in await self._link.fetch(STILL_AHEAD, list(ids)))

    async def standing(self, row: OutboxRow) -> Standing:
        """How the row's chat stands now."""
        return await self._standings.submit(row)

    async def unanswered(self, conversation: UUID, most: int) -> datetime | None:
        """When one more may leave if ``most`` an hour may while the customer is silent; None for now."""
        rows = await self._link.fetch(UNANSWERED, conversation, most)
        until: datetime | None = rows[-1][0] if len(rows) == most else None
        return until

    async def defer(self, id_: UUID, until: datetime, reason: Literal["pace", "answer"]) -> None:
        """Note that a row may not leave before then, whoever takes it up; for an ``answer``, unless one comes."""
        await self._link.fetch(DEFER, id_, until, reason)

    async def unreachable(self, conversation: UUID, reason: str) -> None:
        """Note that the customer cannot be written to; their next message takes the note away."""
        await self._link.fetch(UNREACHABLE, conversation, reason)

    async def lag(self) -> tuple[int, float]:
        """How many rows wait to leave, and for how many seconds the oldest has."""
        rows = await self._link.fetch(OUTBOX_LAG, self._lease_s)
        return int(rows[0][0]), float(rows[0][1])

    async def close(self) -> None:
        """Let the marks under way be written."""
        await self._standings.close()
        await self._marks.close()

    async def _mark(self, marks: Sequence[Mark]) -> Sequence[bool]:
        rows = await self._marks_link.fetch(
            MARK_OUTBOX,
            [mark.id for mark in marks],
            [mark.status for mark in marks],
            ["\n".join(mark.provider_ids) for mark in marks],
            ["\n".join(mark.degradations) for mark in marks],
            [None if mark.error is None else mark.error.replace("\0", "") for mark in marks],
            [mark.sent_at for mark in marks],
        )
        marked = {row[0] for row in rows}
        return [mark.id in marked for mark in marks]

    async def _stand(self, rows: Sequence[OutboxRow]) -> Sequence[Standing]:
        found = await self._link.fetch(STANDING, [row.id for row in rows], [row.conversation for row in rows])
        return [Standing(*row) for row in found]

    def _taken(
        self,
        id_: UUID,
        conversation: UUID,
        seq: int,
        body: bytes,
        attempts: int,
        deferred_until: datetime | None,
        ahead: list[UUID],
    ) -> Taken:
        try:
            to, effect = self._sealed.open_outbox(id_, body)
        except Exception:  # one unreadable row must not stop the others; the caller marks it failed and tells staff
            return Taken(id_, None, frozenset(ahead))
        row = OutboxRow(id_, conversation, seq, to, effect, attempts, deferred_until=deferred_until)
        return Taken(id_, row, frozenset(ahead))
