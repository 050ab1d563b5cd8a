"""Done rows of the inbox and the outbox are deleted after their time, a few thousand at once.

The inbox must know a duplicate for as long as any platform sends the same again: WhatsApp goes on for seven days.
The outbox is what staff and services ask after: MessageAPI answers for thirty days, and news of a message finds it.
What partners were told goes after ninety days, however it has ended; what customers were told unasked, after thirty:
the message itself stands in the outbox for as long. Sentences that nobody understood go after ninety days, unless
staff have looked at them before.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog

from bot.metrics import alert
from bot.store import Connect

INBOX_KEPT_DAYS = 8
OUTBOX_KEPT_DAYS = 30
DELIVERIES_KEPT_DAYS = 90  # how long a partner may ask for a webhook again
NOTICES_KEPT_DAYS = 30
UNHEARD_KEPT_DAYS = 90  # a quarter to look at what was not understood
BATCH = 2_000  # a statement of some milliseconds, between which turns go on
PAUSE_S = 0.1  # between batches: deleting is never urgent
SWEEP_S = 3600.0
_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

# Both tables grow at their end and have a BRIN index on their time, so that only their beginning is read.
INBOX = """
delete from bot.inbox where (channel, account, dedupe) = any(array(
    select (channel, account, dedupe) from bot.inbox
    where received_at < now() - $1::int * interval '1 day' and status = 'done' limit $2 for update skip locked))"""
OUTBOX = """
delete from bot.outbox where id = any(array(
    select id from bot.outbox where created_at < now() - $1::int * interval '1 day'
    and ended_at < now() - $1::int * interval '1 day' limit $2 for update skip locked))"""
# What MessageAPI remembers goes after the messages themselves: a key holds for as long as its message is there.
MESSAGES = """
with gone as (
    select m.id from bot.message m where m.created_at < now() - $1::int * interval '1 day'
    and not exists (select from bot.outbox o where o.id = m.id) limit $2 for update skip locked),
changes as (delete from bot.change c using gone where c.message = gone.id)
delete from bot.message m using gone where m.id = gone.id"""
BROADCASTS = """
with gone as (
    select b.id from bot.broadcast b where b.created_at < now() - $1::int * interval '1 day'
    and not exists (select from bot.message m where m.broadcast = b.id)
    and not exists (select from bot.recipient r where r.broadcast = b.id and r.status = 'waiting')
    limit $2 for update skip locked),
recipients as (delete from bot.recipient r using gone where r.broadcast = gone.id)
delete from bot.broadcast b using gone where b.id = gone.id"""
ASKED = """
delete from bot.asked where (owner, kind, key) = any(array(
    select (a.owner, a.kind, a.key) from bot.asked a where a.asked_at < now() - $1::int * interval '1 day'
    and not exists (select from bot.message m where m.id = a.target)
    and not exists (select from bot.broadcast b where b.id = a.target) limit $2 for update skip locked))"""
UNHEARD = """
delete from bot.unheard where id = any(array(
    select id from bot.unheard where day < current_date - $1::int limit $2 for update skip locked))"""
TABLES = (
    (INBOX, INBOX_KEPT_DAYS),
    (UNHEARD, UNHEARD_KEPT_DAYS),
    *((statement, OUTBOX_KEPT_DAYS) for statement in (OUTBOX, MESSAGES, BROADCASTS, ASKED)),
)
# What CustomerAPI's process sweeps. What a partner has told us stays for good: it is what no replay gets past.
DELIVERIES = """
delete from customers.partner_delivery where id = any(array(
    select id from customers.partner_delivery where state <> 'waiting'
    and coalesce(ended_at, created_at) < now() - $1::int * interval '1 day' limit $2 for update skip locked))"""
OF_PARTNERS = ((DELIVERIES, DELIVERIES_KEPT_DAYS),)
# What the money path's process sweeps. News of a card is known again by money.card_event, which stays.
NOTICES = """
delete from money.notice where id = any(array(
    select id from money.notice where done_at < now() - $1::int * interval '1 day' limit $2 for update skip locked))"""
OF_MONEY = ((NOTICES, NOTICES_KEPT_DAYS),)

log = structlog.get_logger("bot.retention")


class Retention:
    """The sweeper. ``run`` in any number of processes: they do not get in each other's way."""

    def __init__(
        self, connect: Connect, sweep_s: float = SWEEP_S, batch: int = BATCH, tables: Sequence[tuple[str, int]] = TABLES
    ) -> None:
        self._connect, self._sweep_s, self._batch, self._tables = connect, sweep_s, batch, tables

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.once()
            except _LOST as error:
                log.warning("store_unreachable", reason=type(error).__name__)
            except Exception as error:
                alert("retention_failed", type(error).__name__)
            await asyncio.sleep(self._sweep_s)

    async def once(self) -> int:
        """Delete all whose time has passed; how many there were."""
        # A connection of its own: those of the turn may look at rows by their key only, which here would be slow.
        connection = await self._connect()
        try:
            gone = 0
            for statement, days in self._tables:
                while deleted := await self._deleted(connection, statement, days):
                    gone += deleted
                    await asyncio.sleep(PAUSE_S)
            return gone
        finally:
            await connection.close()

    async def _deleted(self, connection: "asyncpg.Connection[asyncpg.Record]", statement: str, days: int) -> int:
        answer = await connection.execute(statement, days, self._batch)
        return int(answer.rpartition(" ")[2])


@asynccontextmanager
async def sweeping(connect: Connect, tables: Sequence[tuple[str, int]]) -> AsyncIterator[None]:
    """Sweep meanwhile."""
    task = asyncio.create_task(Retention(connect, tables=tables).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
