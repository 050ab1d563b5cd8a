"""News of a core that something happened on a card: believed in nothing, and only made us ask what it was.

What the core calls the operation is kept for good, so that it is asked about and told once, however often and in
whatever order the news come. What is too old when it can be asked about at last is not told any more.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

import asyncpg
import structlog

from core_adapters.failures import Missing
from core_adapters.notices import notes
from core_adapters.notices.notes import GOOD_FOR, Note
from core_adapters.operations.decisions.enquiry import pause_s
from core_adapters.operations.store import LEASE, Store
from core_adapters.ports import CardOperation, Contacts, Newcomers, TellsOfCards

EVENT = "cards.operation"
USES = frozenset({"purchase", "cash", "out"})  # what a customer does with a card
AT_ONCE = 50
ASK_S_MAX = 20.0
_NOTES = UUID("4b0f8f5a-1d0c-4c39-9f53-5f0a3d1a6a02")  # a name space of our own for uuid5
log = structlog.get_logger()

HEAR = """
insert into money.card_event (core, operation, heard_at, due_at) values ($1, $2, $3, $3) on conflict do nothing
returning operation
"""
TAKE = """
update money.card_event set due_at = $3 where (core, operation) in (
    select core, operation from money.card_event where core = $1 and done_at is null and due_at <= $2
    order by due_at limit $4 for update skip locked)
returning operation, asked
"""
DONE = """
update money.card_event set done_at = $3, outcome = $4 where core = $1 and operation = $2 and done_at is null
returning operation
"""
AGAIN = """
update money.card_event set asked = asked + 1, due_at = $4,
    done_at = case when heard_at < $5 then $3::timestamptz end, outcome = case when heard_at < $5 then 'given up' end
where core = $1 and operation = $2 and done_at is null
"""


@dataclass(frozen=True, slots=True)
class Hearing:
    """The news of one core's cards."""

    core: str
    bank: TellsOfCards
    store: Store
    contacts: Contacts
    newcomers: Newcomers | None = None

    async def hear(self, operation: str) -> bool:
        """Keep that something is to be asked about; false when it was heard of before."""
        now = self.store.clock()
        return await self.store.pool.fetchval(HEAR, self.core, operation, now) is not None

    async def ask(self) -> None:
        """Ask about everything that is due."""
        while rows := await self._due():
            asking = [self._one(row["operation"], row["asked"]) for row in rows]
            for failure in await asyncio.gather(*asking, return_exceptions=True):
                if isinstance(failure, BaseException):
                    log.error("card_event_not_asked", error=type(failure).__name__)

    async def _due(self) -> list[asyncpg.Record]:
        now = self.store.clock()
        return await self.store.pool.fetch(TAKE, self.core, now, now + LEASE, AT_ONCE)

    async def _one(self, operation: str, asked: int) -> None:
        try:
            async with asyncio.timeout(ASK_S_MAX):
                found = await self.bank.card_operation(operation)
                customer_id = await self.contacts.customer_with(found.phone)
                await self._used(found, customer_id)
        except Missing:
            await self._end(operation, "unknown there")
        except Exception as failure:  # the bank, or who knows our customers: asked again, until nobody cares any more
            log.info("card_event_waits", failure=type(failure).__name__)
            await self._again(operation, asked)
        else:
            await self._keep(operation, found, customer_id)

    async def _used(self, found: CardOperation, customer_id: str | None) -> None:
        """Somebody may have been brought by a friend; who knows drops what they know already."""
        if self.newcomers is not None and customer_id is not None and found.kind in USES:
            await self.newcomers.used(customer_id, found.kind, found.amount, found.at)

    async def _keep(self, operation: str, found: CardOperation, customer_id: str | None) -> None:
        now = self.store.clock()
        if customer_id is None:
            await self._end(operation, "no customer of ours")
            return
        if now - found.at > GOOD_FOR["payments"]:
            await self._end(operation, "too late")
            return
        async with self.store.pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(DONE, self.core, operation, now, "kept") is not None:
                note = self._note(operation, found, customer_id)
                await notes.keep(connection, self.store.sealer, note, now, found.at)

    def _note(self, operation: str, found: CardOperation, customer_id: str) -> Note:
        outputs = {
            "amount": str(found.amount), "card_last4": found.last4, "balance": str(found.balance), "place": found.place,
        }  # fmt: skip
        return Note(
            uuid5(_NOTES, f"{self.core}:{operation}"), customer_id, "payments", EVENT, found.kind,
            {"operation": operation}, outputs, found.reference,
        )  # fmt: skip

    async def _again(self, operation: str, asked: int) -> None:
        now = self.store.clock()
        due_at = now + timedelta(seconds=pause_s(asked))
        await self.store.pool.execute(AGAIN, self.core, operation, now, due_at, now - GOOD_FOR["payments"])

    async def _end(self, operation: str, outcome: str) -> None:
        await self.store.pool.execute(DONE, self.core, operation, self.store.clock(), outcome)
