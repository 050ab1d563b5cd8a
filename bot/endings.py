"""Tells a conversation that its chat was taken from its customer, so that what is open there ends at once."""

from datetime import datetime
from uuid import UUID, uuid5

from bot.results import Results
from bot.store import Connect
from channels.ids import conversation_id
from customer_api.seals import Chat
from flows.events import AccessChanged
from flows.ports import Sealer


class Endings:
    """Satisfies ``customer_api.ports.Endings``."""

    def __init__(self, connect: Connect, sealer: Sealer) -> None:
        self._connect, self._results = connect, Results(sealer)

    async def tell(self, binding_id: UUID, chat: Chat, at: datetime) -> None:
        """Put it in front of the conversation. Of one binding it is told once. Raises OSError when Postgres is away."""
        where = conversation_id(chat.channel, chat.account, chat.address)
        event = AccessChanged(uuid5(binding_id, "ended"), where, at, None, "guest")
        connection = await self._connect()
        try:
            async with connection.transaction():
                await self._results.announce(connection, event)
        finally:
            await connection.close()
