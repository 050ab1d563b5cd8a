"""What was not understood is kept without the person in it, for staff to make examples of (`teller nlu review`).

A row is a day, a language and a sealed sentence: no chat, no customer, no hour. Keeping it never holds up a turn, and
what cannot be written is let go, for a sentence more or less teaches the same.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import structlog

from bot.metrics import UNHEARD
from bot.store import Link, StoreFailure
from flows.ports import Sealer
from nlu.anonymous import anonymous

A_DAY_MOST = 2_000  # of one process: who floods us does not fill the table
READ_MOST = 5_000  # as many as can be put together in a second or two
KEEP = "insert into bot.unheard(id, day, locale, sealed) values ($1, $2, $3, $4)"
READ = "select id, locale, sealed from bot.unheard order by day desc, id limit $1"
FORGET = "delete from bot.unheard where id = any($1::uuid[])"

log = structlog.get_logger("bot.unheard")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One that was kept."""

    id: UUID
    locale: str
    text: str


def place_of(id_: UUID) -> bytes:
    """What binds a sealed sentence to its row."""
    return b"bot.unheard.sealed:" + id_.bytes


class Unheard:
    """Satisfies ``bot.turn_ports.Unheard``; ``read`` and ``forget`` are for the review."""

    def __init__(self, link: Link, sealer: Sealer) -> None:
        self._link, self._sealer = link, sealer
        self._day, self._count = datetime.now(UTC).date(), 0
        self._writing: set[asyncio.Task[None]] = set()

    def take(self, text: str, locale: str) -> None:
        """Keep a sentence beside the turn."""
        kept = anonymous(text)
        today = datetime.now(UTC).date()
        if today != self._day:
            self._day, self._count = today, 0
        if not kept or self._count >= A_DAY_MOST:
            UNHEARD.labels("left").inc()
            return
        self._count += 1
        task = asyncio.create_task(self._keep(kept, locale))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def drain(self) -> None:
        """Wait until all is written."""
        await asyncio.gather(*self._writing)

    async def read(self) -> Sequence[Sentence]:
        """The latest kept sentences. Raises StoreDown, and what the sealer raises for a wrong key."""
        rows = await self._link.fetch(READ, READ_MOST)
        return [Sentence(row["id"], row["locale"], self._opened(row["id"], row["sealed"])) for row in rows]

    async def forget(self, ids: Sequence[UUID]) -> None:
        """These were looked at. Raises StoreDown."""
        await self._link.fetch(FORGET, list(ids))

    def _opened(self, id_: UUID, sealed: bytes) -> str:
        return self._sealer.open(sealed, place_of(id_)).decode()

    async def _keep(self, kept: str, locale: str) -> None:
        id_ = uuid4()
        try:
            await self._link.fetch(KEEP, id_, self._day, locale, self._sealer.seal(kept.encode(), place_of(id_)))
        except StoreFailure as error:
            UNHEARD.labels("lost").inc()
            log.warning("unheard_lost", error=type(error).__name__)
        else:
            UNHEARD.labels("kept").inc()
