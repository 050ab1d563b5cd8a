"""Ends what a posted operation was followed by, once, with the news of it, inside the caller's transaction."""

from datetime import datetime

from core_adapters.database import Connection
from core_adapters.operations import announcing
from core_adapters.operations.records import Operation
from core_adapters.operations.store import Store
from core_adapters.ports import Progress

DONE = "update money.awaited set done_at = $2, outcome = $3 where op_id = $1 and done_at is null returning op_id"


async def conclude(
    store: Store, connection: Connection, operation: Operation, progress: Progress, at: datetime
) -> bool:
    """False when it had ended before; then nothing is told again."""
    if await connection.fetchval(DONE, operation.op_id, at, progress.outcome) is None:
        return False
    news = announcing.happened(operation, progress, at)
    await store.audit.write(connection, at, "teller", news.name, str(operation.op_id), progress.outcome)
    await store.sink.announce(connection, news)
    return True
