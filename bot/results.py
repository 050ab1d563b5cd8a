"""News for a conversation, written into the inbox inside the transaction that makes it true.

core_adapters calls ``announce`` where it moves an operation's state: both are committed or neither is. What a request
has led to, and not somebody's look later, goes on under that request.
"""

from bot.logs import current_request_id
from bot.recovery import CHANNEL
from bot.store.sealed import Sealed
from bot.store.statements import ANNOUNCE
from core_adapters.database import Connection
from flows.events import AccessChanged, BankEvent, OperationSettled
from flows.ports import Sealer

SOURCE = "core"


class Results:
    """The ``ResultSink`` of core_adapters."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealed = Sealed(sealer)

    async def announce(self, connection: Connection, event: OperationSettled | BankEvent | AccessChanged) -> None:
        """Put the event in front of its conversation; the same event id again changes nothing."""
        body = self._sealed.event(event, current_request_id())
        await connection.execute(ANNOUNCE, event.id, SOURCE, "", str(event.id), event.conversation, body)
        await connection.execute("select pg_notify($1, $2)", CHANNEL, str(event.conversation))
