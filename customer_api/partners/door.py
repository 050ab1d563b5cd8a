"""The door for partners' webhooks: who comes too fast waits outside, who is not proved gets no further than the door.

What is looked at before the signature comes from memory: the registry is read at most once in ``FRESH_S``, whoever
calls and however often. An id is taken once for good, in the transaction that does what the event says.
"""

import asyncio
import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api import bindings
from customer_api.partners import events
from customer_api.partners.pace import Pace, Shared, TooFast
from customer_api.partners.signatures import NotSigned, proved_id
from customer_api.partners.tables import Partner, PartnerEvent, PartnerSecret
from customer_api.seals import Seals

BODY_BYTES_MAX = 1_000_000
FRESH_S = 2.0  # how long a rotation or a new partner may take to be seen by every process

log = structlog.get_logger("customer_api.partners")


class NoSuchPartner(LookupError):
    """There is no partner of this name who may send."""


class IdReused(Exception):
    """The id stands for another body. Nothing was done."""


@dataclass(slots=True)
class Door:
    """Takes what partners send."""

    sessions: async_sessionmaker[AsyncSession]
    seals: Seals
    clock: Callable[[], datetime]
    pace: Pace = field(default_factory=Pace)
    fresh_s: float = FRESH_S
    shared: Shared | None = None
    _known: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    _read_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def knows(self, partner: str) -> None:
        """Raises NoSuchPartner."""
        if self._is_old():
            async with self._reading:
                if self._is_old():
                    self._known, self._read_at = await self._read(), time.monotonic()
        if partner not in self._known:
            raise NoSuchPartner

    def _is_old(self) -> bool:
        return time.monotonic() - self._read_at >= self.fresh_s

    @contextmanager
    def entering(self, partner: str) -> Iterator[None]:
        """A call of a known partner, before its body is read. Raises pace.TooFast."""
        self.pace.enter(partner)
        try:
            yield
        finally:
            self.pace.leave(partner)

    async def take(self, partner: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Prove it, take it, do what it says; False when it was taken before.

        :raises NotSigned: nothing is stored.
        :raises TooFast: nothing is stored.
        :raises events.Unreadable:
        :raises events.Misshapen:
        :raises IdReused: the id stands for another body.
        """
        try:
            event_id = proved_id(self._known.get(partner, ()), headers, body, self.clock())
        except NotSigned as reason:
            log.warning("partner_event_refused", partner=partner, reason=str(reason))
            raise
        self.pace.take(partner)
        if self.shared is not None and (wait_s := await self.shared.wait_s(partner)) > 0:
            raise TooFast(wait_s)
        event = events.read(body)
        async with self.sessions.begin() as session:
            return await self._once(session, partner, event_id, event, body)

    async def _once(self, session: AsyncSession, partner: str, event_id: str, event: events.Event, body: bytes) -> bool:
        text = body.decode("utf-8", "replace")
        await bindings.lock(session, f"webhook {partner} {event_id}")
        first = await session.get(PartnerEvent, (partner, event_id))
        if first is not None:
            marks = self.seals.marks(text, "partner_event")
            if not any(hmac.compare_digest(mark, first.body) for mark in marks):
                raise IdReused
            return False
        now = self.clock()
        outcome = await events.take(session, partner, event, now)
        mark = self.seals.mark(text, "partner_event")
        named = {"type": event.type, "about": event.about, "outcome": outcome}
        session.add(PartnerEvent(partner=partner, id=event_id, body=mark, taken_at=now, **named))
        return True

    async def _read(self) -> dict[str, tuple[str, ...]]:
        async with self.sessions() as session:
            active = await session.scalars(select(Partner.id).where(Partner.state == "active"))
            known: dict[str, tuple[str, ...]] = dict.fromkeys(active, ())
            living = select(PartnerSecret).where(PartnerSecret.direction == "in", PartnerSecret.retired_at.is_(None))
            for row in await session.scalars(living.order_by(PartnerSecret.added_at, PartnerSecret.id)):
                if row.partner in known:
                    known[row.partner] += (self.seals.open(row.sealed, "partner_secret.sealed", row.id)["text"],)
        return known
