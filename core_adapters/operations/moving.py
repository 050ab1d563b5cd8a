"""Moves an operation to its next state, with all that belongs to the move, in one transaction.

The guard is the state, the fence and the version that the caller saw: a reply that comes after somebody else took the
operation over changes nothing. The news leaves through the sink inside the same transaction (law L6).
"""

import json
from datetime import timedelta
from uuid import UUID

from core_adapters import rewarding
from core_adapters.database import Connection
from core_adapters.operations import announcing, ledger, legs, payees, records, traits, undoing
from core_adapters.operations.decisions.reply import Verdict
from core_adapters.operations.records import Operation
from core_adapters.operations.states import FINAL, NOTHING_MOVED, State
from core_adapters.operations.store import Store
from core_adapters.ports import Posted
from core_adapters.recurring import outcomes

FIRST_LOOK = timedelta(seconds=1)  # after a posting: ask for the card or the payment, in case no event comes

MOVE = """
update money.operation set state = $5, version = version + 1, updated_at = $6, due_at = $7, lease_until = null,
    error = $8, core_id = coalesce($9, core_id), fee_minor = coalesce($10, fee_minor),
    outputs = coalesce($11::jsonb, outputs), details = coalesce($12::jsonb, details), settled_at = $13,
    sealed_outputs = coalesce($14, sealed_outputs)
where op_id = $1 and state = $2 and fence = $3 and version = $4 returning *
"""
ATTEMPT = (
    "update money.attempt set ended_at = $3, outcome = $4, code = $5 where op_id = $1 and n = $2 and ended_at is null"
)
RELEASE = "update money.limit_hold set released_at = $2 where op_id = $1 and released_at is null"
WATCH = "insert into money.awaited (op_id, event, due_at, until) values ($1, $2, $3, $4)"


async def move(
    store: Store, seen: Operation, verdict: Verdict, posted: Posted | None = None, actor: str = "teller", note: str = ""
) -> Operation | None:
    """The operation in its new state, committed; None when it had moved on meanwhile and nothing was done."""
    async with store.pool.acquire() as connection, connection.transaction():
        return await move_within(store, connection, seen, verdict, posted, actor, note)


async def move_within(
    store: Store, connection: Connection, seen: Operation, verdict: Verdict, posted: Posted | None = None,
    actor: str = "teller", note: str = "",
) -> Operation | None:  # fmt: skip
    """The same inside the caller's transaction."""
    moved = await _update(store, connection, seen, verdict, posted)
    if moved is None:
        return None
    await _follow(store, connection, seen, moved)
    details = " ".join(part for part in (moved.error or "", note) if part)
    await store.audit.write(connection, moved.updated_at, actor, moved.state.value.lower(), str(moved.op_id), details)
    if moved.state is not State.UNKNOWN or moved.fence == 1:
        await tell(store, connection, moved)
    return moved


async def tell(store: Store, connection: Connection, moved: Operation) -> None:
    """Say what an operation has come to, inside the caller's transaction.

    A reversal is the bank's own doing: the catalogue has no words for it, and whoever began it tells the customer.
    What a schedule has paid is told as that, and what the bank gives as news.
    """
    if moved.mandate is not None:
        await outcomes.follow(store, connection, moved)
    elif traits.of(moved.action).given:
        await rewarding.follow(store, connection, moved)
    elif moved.is_told and (news := announcing.settled(moved, moved.updated_at)) is not None:
        await store.sink.announce(connection, news)


async def _update(
    store: Store, connection: Connection, seen: Operation, verdict: Verdict, posted: Posted | None
) -> Operation | None:
    now = store.clock()
    row = await connection.fetchrow(
        MOVE,
        *(seen.op_id, seen.state, seen.fence, seen.version, verdict.state, now),
        now if verdict.state is State.UNKNOWN else None,
        verdict.error,
        posted.core_id if posted else None,
        posted.fee.minor if posted and posted.fee else None,
        json.dumps(dict(posted.outputs)) if posted else None,
        json.dumps(dict(posted.details)) if posted else None,
        now if verdict.state in FINAL else None,
        records.sealed_outputs(posted.sealed, seen.op_id, store.sealer) if posted else None,
    )
    return None if row is None else records.read(row, store.sealer)


async def _follow(store: Store, connection: Connection, seen: Operation, moved: Operation) -> None:
    now = moved.updated_at
    if seen.state is State.SENDING:
        await end_attempt(connection, moved.op_id, moved.fence, store, moved.state.value, moved.error)
    if moved.state in NOTHING_MOVED:
        await connection.execute(RELEASE, moved.op_id, now)
    if moved.reverses is not None:
        await undoing.follow(store, connection, moved)
    elif moved.state is State.POSTED:
        await ledger.book(connection, moved, ledger.entries(moved), now)
        await payees.keep(connection, store.sealer, moved)
    if moved.leg_of is not None:
        await legs.follow(store, connection, moved)
    follow = traits.of(moved.action).follow
    if moved.state is State.POSTED and follow is not None:
        await connection.execute(WATCH, moved.op_id, follow.event, now + FIRST_LOOK, now + timedelta(days=follow.days))


async def end_attempt(
    connection: Connection, op_id: UUID, n: int, store: Store, outcome: str, code: str | None
) -> None:
    """Note how one attempt ended."""
    await connection.execute(ATTEMPT, op_id, n, store.clock(), outcome, code)
