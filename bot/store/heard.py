"""What customers did, read back from the inbox in the order in which it came."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from bot.store.link import Link
from bot.store.sealed import Sealed
from flows.messages import InboundEvent

# The planner chooses: by arrival for all, by the index of conversations for one.
PLANNER = "set plan_cache_mode = force_custom_plan"

# Which place an event has; one that we do not know has none.
PLACE = "select arrival from bot.inbox where id = $1"

EVENTS = """
select id, body, arrival from bot.inbox where arrival > $1 and channel = any($2::text[]) order by arrival limit $3"""

OF_CONVERSATION = """
select id, body, arrival from bot.inbox
where conversation = $4 and arrival > $1 and channel = any($2::text[]) order by arrival limit $3"""


class Heard:
    """Both methods raise StoreDown when the database is away. ``link`` plans by PLANNER."""

    def __init__(self, link: Link, sealed: Sealed) -> None:
        self._link, self._sealed = link, sealed

    async def place(self, event: UUID) -> int | None:
        """Where an event stands among all."""
        rows = await self._link.fetch(PLACE, event)
        return rows[0]["arrival"] if rows else None

    async def events(
        self, after: int, channels: Sequence[str], most: int, conversation: UUID | None = None
    ) -> list[InboundEvent]:
        """The events of these channels after a place, the oldest first; one that cannot be opened is left out."""
        found: list[InboundEvent] = []
        while len(found) < most:
            rows = await self._page(after, channels, most - len(found), conversation)
            for row in rows:
                event = self._opened(row["id"], row["body"])
                found += [] if event is None else [event]
                after = row["arrival"]
            if not rows:
                break
        return found

    async def _page(
        self, after: int, channels: Sequence[str], most: int, conversation: UUID | None
    ) -> Sequence[asyncpg.Record]:
        arguments = (after, list(channels), most)
        if conversation is None:
            return await self._link.fetch(EVENTS, *arguments)
        return await self._link.fetch(OF_CONVERSATION, *arguments, conversation)

    def _opened(self, id_: UUID, body: bytes) -> InboundEvent | None:
        try:
            event = self._sealed.open_event(id_, body)
        except Exception:  # one unreadable row must not hide the others; the turn has told staff of it
            return None
        return event if isinstance(event, InboundEvent) else None
