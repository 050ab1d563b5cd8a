"""The second leg of what was posted: money that a payer's bank has reserved is delivered by an operation of its own.

The first operation opened a page and is posted; the leg has an id, a reference, attempts, an audit and ledger entries
of its own, and is SENDING before its first byte like any other. One leg an operation, for good: its id is made from the
first one's, so two that begin it at once begin one. Its end is what the first was followed by.
"""

from uuid import uuid5

from core_adapters.database import Connection
from core_adapters.operations import concluding, records
from core_adapters.operations.ids import core_ref
from core_adapters.operations.records import Operation
from core_adapters.operations.states import FINAL, State
from core_adapters.operations.store import Store
from core_adapters.ports import Progress
from flows.effects import StartOperation

EXEMPTION = "nothing leaves the customer's accounts"
INSERT = """
insert into money.operation (op_id, leg_of, conversation, customer_id, action, core, core_ref, state, due_at,
    payer_ref, payee_token, amount_minor, currency, request, request_hash, exemption, created_at, updated_at)
select $1, op_id, conversation, customer_id, $2, core, $3, 'APPROVED', $4,
    payer_ref, payee_token, amount_minor, currency, $5, $6, $7, $4, $4
from money.operation where op_id = $8
on conflict (op_id) do nothing returning op_id
"""
FIRST = "select * from money.operation where op_id = $1"


async def begin(store: Store, first: Operation, action: str) -> bool:
    """Approve the leg of a posted operation, to be sent by a worker; false when it has begun before."""
    start, now = _start(first, action), store.clock()
    async with store.pool.acquire() as connection, connection.transaction():
        fresh = await connection.fetchval(
            INSERT, start.op_id, action, core_ref(start.op_id), now, records.sealed(start, store.sealer),
            records.request_hash(start), EXEMPTION, first.op_id,
        )  # fmt: skip
        if fresh is not None:
            details = f"leg of {first.op_id}"
            await store.audit.write(connection, now, "teller", "approved", str(start.op_id), details)
    return fresh is not None


async def follow(store: Store, connection: Connection, leg: Operation) -> None:
    """End what the first operation was followed by, inside the transaction that ends its leg."""
    if leg.state not in FINAL:
        return
    row = await connection.fetchrow(FIRST, leg.leg_of)
    assert row is not None, "a leg has a first operation, and rows are never deleted"
    outcome = "ok" if leg.state is State.POSTED else "declined"
    first = records.read(row, store.sealer)
    await concluding.conclude(store, connection, first, Progress(outcome), leg.updated_at)


def _start(first: Operation, action: str) -> StartOperation:
    """The first one's inputs, and the reference under which its money is reserved."""
    request = first.request
    return StartOperation(
        uuid5(first.op_id, action), action, "core_adapters", {**request.inputs, "of": first.core_ref}, {},
        first.customer_id, request.channel, "", "", None,
    )  # fmt: skip
