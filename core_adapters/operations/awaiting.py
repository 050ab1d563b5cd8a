"""Follows what a core does after it has taken an order: a card is made, somebody pays on a page.

An event of the core only makes us look at once; what is told to the conversation is what the core answers then.
"""

import asyncio
from datetime import timedelta

import structlog

from core_adapters.failures import BankFailure
from core_adapters.operations import legs
from core_adapters.operations.concluding import conclude
from core_adapters.operations.decisions.enquiry import pause_s
from core_adapters.operations.records import Operation
from core_adapters.operations.sending import CALL_S_MAX, Performers
from core_adapters.operations.store import DUE_AT_ONCE, LEASE, Store
from core_adapters.ports import Leg, Performer, Progress

log = structlog.get_logger()

TAKE = """
with due as (select op_id from money.awaited where done_at is null and due_at <= $1
             order by due_at limit $3 for update skip locked),
     taken as (update money.awaited a set due_at = $2 from due where a.op_id = due.op_id returning a.op_id, a.asked)
select o.*, taken.asked from money.operation o join taken on taken.op_id = o.op_id
"""
AGAIN = """
update money.awaited set asked = asked + 1, due_at = $3,
    done_at = case when until < $2 then $2::timestamptz end, outcome = case when until < $2 then 'given up' end
where op_id = $1 and done_at is null
"""


async def look(store: Store, performers: Performers) -> int:
    """Ask the cores about everything that is due; how many things have come to an end."""
    now = store.clock()
    rows = await store.pool.fetch(TAKE, now, now + LEASE, DUE_AT_ONCE)
    asked = {row["op_id"]: row["asked"] for row in rows}
    due = store.readable(rows)
    ended = await asyncio.gather(*(_one(store, performers, operation, asked[operation.op_id]) for operation in due))
    return sum(ended)


async def _one(store: Store, performers: Performers, operation: Operation, asked: int) -> bool:
    progress = await _progress(performers[operation.core], operation)
    now = store.clock()
    if isinstance(progress, Leg):
        await legs.begin(store, operation, progress.action)
    if not isinstance(progress, Progress):
        await store.pool.execute(AGAIN, operation.op_id, now, now + timedelta(seconds=pause_s(asked)))
        return False
    async with store.pool.acquire() as connection, connection.transaction():
        return await conclude(store, connection, operation, progress, now)


async def _progress(performer: Performer, operation: Operation) -> Progress | Leg | None:
    try:
        async with asyncio.timeout(CALL_S_MAX):
            return await performer.progress(operation.order)
    except BankFailure as failure:
        log.info("progress_not_known", op_id=str(operation.op_id), failure=type(failure).__name__)
    except Exception as error:
        log.error("progress_broke", op_id=str(operation.op_id), error=type(error).__name__)
    return None
