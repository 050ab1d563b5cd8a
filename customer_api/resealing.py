"""Seals again what an older key sealed, so that it can be taken out of the ring: row by row, while the service runs.

It may be stopped at any moment and begun again: what has the current key is left alone. The fingerprints that people
are found by follow in the same transaction. Codes are not touched, for they are forgotten after a day.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api.partners.tables import PartnerDelivery, PartnerSecret
from customer_api.seals import Chat, Place, Seals
from customer_api.tables import Binding, Customer, Document, Identifier
from flows.ports import Sealer

BATCH = 200
FIRST = UUID(int=0)


class Ring(Sealer, Protocol):
    """A sealer that knows which of its keys is the current one."""

    def is_current(self, sealed: bytes) -> bool:
        """Whether a value needs no new seal."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one table is: rows looked at, and those that have got a new seal."""

    table: str
    seen: int
    resealed: int


@dataclass(frozen=True, slots=True)
class Column:
    """One sealed column. ``follows`` sets what is derived from the opened values."""

    table: Any
    name: str
    place: Place
    follows: Callable[[Seals, Any, Mapping[str, str]], None] | None = None


def _identifier(seals: Seals, row: Any, values: Mapping[str, str]) -> None:
    row.fingerprint = seals.mark(values["text"], row.kind)


def _binding(seals: Seals, row: Any, values: Mapping[str, str]) -> None:
    row.chat = seals.mark(Chat(row.channel, row.account, values["text"]).text, "chat")


COLUMNS = (
    Column(Customer, "name", "customer.name"),
    Column(Identifier, "sealed", "identifier.sealed", _identifier),
    Column(Binding, "address", "binding.address", _binding),
    Column(Document, "sealed", "document.sealed"),
    Column(PartnerSecret, "sealed", "partner_secret.sealed"),
    Column(PartnerDelivery, "sealed", "partner_delivery.sealed"),
)


async def reseal(sessions: async_sessionmaker[AsyncSession], ring: Ring, batch: int = BATCH) -> AsyncIterator[Progress]:
    """Go through every column; tells of each batch when it is kept."""
    seals = Seals(ring)
    for column in COLUMNS:
        seen = resealed = 0
        last: UUID | None = FIRST
        while last is not None:
            async with sessions.begin() as session:
                rows = await _next(session, column, last, batch)
                resealed += sum(_again(seals, ring, column, row) for row in rows)
                seen += len(rows)
                last = rows[-1].id if rows else None
            yield Progress(column.table.__tablename__, seen, resealed)


async def _next(session: AsyncSession, column: Column, after: UUID, most: int) -> list[Any]:
    table = column.table
    found = await session.scalars(
        select(table).where(table.id > after).order_by(table.id).limit(most).with_for_update()
    )
    return list(found)


def _again(seals: Seals, ring: Ring, column: Column, row: Any) -> bool:
    sealed = getattr(row, column.name)
    if ring.is_current(sealed):
        return False
    values = seals.open(sealed, column.place, row.id)
    setattr(row, column.name, seals.seal(values, column.place, row.id))
    if column.follows is not None:
        column.follows(seals, row, values)
    return True
