"""Where the bank's pages lie: sealed, found by the hash of their address, taken once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from core_adapters.database import Connection
from core_adapters.operations.store import Store
from core_adapters.pages.address import place_of, token_of
from core_adapters.pages.document import Document
from core_adapters.pages.kinds import Kind, Opens
from core_adapters.ports import Order

# A used or closed page still says what became of it for so long, then it is as if it had never been.
CLEAN = "delete from money.page where due_at < $1::timestamptz - interval '1 day'"
OPEN = """
insert into money.page (place, op_id, kind, body, opened_at, due_at) values ($1, $2, $3, $4, $5, $6)
on conflict (op_id) do nothing
"""
PAGE = """
select p.*, o.customer_id, o.conversation from money.page p join money.operation o on o.op_id = p.op_id
where p.place = $1
"""
IS_OPEN = "select true from money.page where op_id = $1"
TAKE = """
update money.page set taken_at = $2, set_by = $3 where place = $1 and taken_at is null and due_at > $2 returning op_id
"""
TRY = """
update money.page set tries = tries + 1
where place = $1 and taken_at is null and due_at > $2 and tries < 10 returning tries
"""
State = Literal["open", "used", "expired"]


@dataclass(frozen=True, slots=True)
class Inside:
    """What lies sealed: the language, what the page is about in words and at the bank, and what it shows.

    ``for_op`` and ``snapshot`` are what a password on it would approve.
    """

    locale: str
    about: str = ""
    subject: str = ""
    document: Document | None = None
    for_op: UUID | None = None
    snapshot: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of one customer, opened by one operation."""

    place: bytes
    op_id: UUID
    kind: Kind
    customer_id: str
    conversation: UUID
    due_at: datetime
    taken_at: datetime | None
    set_by: UUID | None
    inside: Inside

    def state(self, now: datetime) -> State:
        """Whether it may still be used."""
        return "used" if self.taken_at is not None else "expired" if self.due_at <= now else "open"


INSIDE: TypeAdapter[Inside] = TypeAdapter(Inside)


@dataclass(frozen=True, slots=True)
class PageStore:
    """The table of pages, over the store of operations."""

    store: Store

    async def open(self, order: Order, opens: Opens, inside: Inside) -> None:
        """Make the page of an operation; the same one again changes nothing."""
        now = self.store.clock()
        place = place_of(self.token(order.op_id))
        body = self.store.sealer.seal(INSIDE.dump_json(inside), _aad(place))
        await self.store.pool.execute(CLEAN, now)
        await self.store.pool.execute(OPEN, place, order.op_id, opens.kind, body, now, now + opens.life)

    async def is_open(self, op_id: UUID) -> bool:
        """Whether an operation has a page."""
        return bool(await self.store.pool.fetchval(IS_OPEN, op_id))

    async def find(self, place: bytes, connection: Connection | None = None, *, lock: bool = False) -> Page | None:
        """The page that lies there; None for an address that we never gave out or have forgotten."""
        query = f"{PAGE} for update of p" if lock else PAGE
        row = await (connection or self.store.pool).fetchrow(query, place)
        return None if row is None else self._read(row)

    async def take(self, connection: Connection, page: Page, now: datetime, set_by: UUID | None = None) -> bool:
        """Spend a page, inside the caller's transaction; false when somebody was faster or its time is over."""
        return await connection.fetchval(TAKE, page.place, now, set_by) is not None

    async def count_try(self, page: Page) -> bool:
        """Count a try on a page that stays; false when there are no more."""
        return await self.store.pool.fetchval(TRY, page.place, self.store.clock()) is not None

    def token(self, op_id: UUID) -> str:
        return token_of(op_id, self.store.sealer)

    def _read(self, row: asyncpg.Record) -> Page:
        place = bytes(row["place"])
        inside = INSIDE.validate_json(self.store.sealer.open(bytes(row["body"]), _aad(place)))
        return Page(
            place, row["op_id"], cast("Kind", row["kind"]), row["customer_id"], row["conversation"], row["due_at"],
            row["taken_at"], row["set_by"], inside,
        )  # fmt: skip


def _aad(place: bytes) -> bytes:
    return b"money.page|body|" + place
