"""Ends what was approved and never sent: VOID, its limit free again, and the customer told.

A sender takes nothing that has expired, so the two cannot meet; the move is guarded by the version all the same.
"""

from core_adapters.operations.decisions.reply import Verdict
from core_adapters.operations.moving import move
from core_adapters.operations.states import State
from core_adapters.operations.store import DUE_AT_ONCE, LEASE, Store

EXPIRED = Verdict(State.VOID, "unavailable")
# Claimed for a lease, so that several processes do not work on the same rows.
TAKE = """
update money.operation set due_at = $2, lease_until = $2 where op_id in (
    select op_id from money.operation where state = 'APPROVED' and expires_at <= $1
    and (lease_until is null or lease_until <= $1)
    order by expires_at limit $3 for update skip locked)
returning *
"""


async def expire(store: Store) -> int:
    """Void all that was approved and has expired unsent; how many."""
    now = store.clock()
    rows = await store.pool.fetch(TAKE, now, now + LEASE, DUE_AT_ONCE)
    moved = [await move(store, operation, EXPIRED, note="expired unsent") for operation in store.readable(rows)]
    return sum(operation is not None for operation in moved)
