"""Operations in Postgres: reading them, finding those that are due, and taking one before sending it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from core_adapters.database import Pool
from core_adapters.operations import records
from core_adapters.operations.audit import Audit
from core_adapters.operations.records import Operation
from core_adapters.operations.states import State
from core_adapters.ports import ResultSink
from flows.ports import Sealer

LEASE = timedelta(seconds=30)  # longer than any call to a core may take
DUE_AT_ONCE = 50
log = structlog.get_logger()

CLAIM = """
update money.operation set state = 'SENDING', fence = fence + 1, version = version + 1, sent_at = $2, updated_at = $2,
    lease_until = $3, due_at = $3
where op_id = $1 and state = $4 and version = coalesce($5, version)
    and (state <> 'APPROVED' or coalesce(expires_at > $2, true))
    and not exists (select from money.switch where stopped and name in (action, core)) returning *
"""
# Claimed for a moment, so that two processes do not ask the core about the same operation.
TAKE_DUE = """
update money.operation set due_at = $3 where op_id in (
    select op_id from money.operation where state = $1 and due_at <= $2
    order by due_at limit $4 for update skip locked)
returning *
"""


class NoSuchOperation(LookupError):
    """No operation has this id."""


@dataclass(frozen=True, slots=True)
class Store:
    """What every part of this folder works with. ``clock`` gives the time, aware, in UTC."""

    pool: Pool
    sealer: Sealer
    audit: Audit
    sink: ResultSink
    clock: Callable[[], datetime]

    async def get(self, op_id: UUID) -> Operation | None:
        """The operation with this id."""
        row = await self.pool.fetchrow("select * from money.operation where op_id = $1", op_id)
        return None if row is None else records.read(row, self.sealer)

    async def find(self, op_id: UUID) -> Operation:
        """The operation with this id. Raises NoSuchOperation."""
        operation = await self.get(op_id)
        if operation is None:
            raise NoSuchOperation("there is no such operation")
        return operation

    async def listed(self, state: State | None, limit: int) -> list[Operation]:
        """Newest first, of one state or of all."""
        rows = await self.pool.fetch(
            "select * from money.operation where $1::text is null or state = $1 order by created_at desc limit $2",
            state,
            limit,
        )
        return [records.read(row, self.sealer) for row in rows]

    async def take_due(self, state: State) -> list[Operation]:
        """Operations in a state whose time has come; each is ours for the length of a lease."""
        now = self.clock()
        rows = await self.pool.fetch(TAKE_DUE, state, now, now + LEASE, DUE_AT_ONCE)
        return self.readable(rows)

    def readable(self, rows: Sequence[asyncpg.Record]) -> list[Operation]:
        """The operations of rows; one that cannot be read (its key is gone) must not keep the others waiting."""
        operations = []
        for row in rows:
            try:
                operations.append(records.read(row, self.sealer))
            except Exception as error:
                log.error("operation_not_readable", op_id=str(row["op_id"]), error=type(error).__name__)
        return operations

    async def claim(self, op_id: UUID, state: State, version: int | None = None) -> Operation | None:
        """Make an APPROVED or UNKNOWN operation SENDING, under a new fence; committed when this returns.

        None when somebody else was faster, then it is theirs to send, when it has expired unsent, or when staff have
        stopped its action or its core.
        """
        now = self.clock()
        async with self.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(CLAIM, op_id, now, now + LEASE, state, version)
            if row is None:
                return None
            await connection.execute(
                "insert into money.attempt (op_id, n, sent_at) values ($1, $2, $3)", op_id, row["fence"], now
            )
            await self.audit.write(connection, now, "teller", "sending", str(op_id), f"attempt {row['fence']}")
            return records.read(row, self.sealer)

    async def look_again(self, operation: Operation, seconds: float, asked: bool) -> None:
        """Come back to an operation in doubt after so many seconds."""
        await self.pool.execute(
            "update money.operation set due_at = $2, enquiries = enquiries + $3"
            " where op_id = $1 and state = 'UNKNOWN' and version = $4",
            operation.op_id,
            self.clock() + timedelta(seconds=seconds),
            int(asked),
            operation.version,
        )
