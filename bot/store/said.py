"""Messages of ours read back by their id, for what a customer does with them later."""

from uuid import UUID

from bot.store.link import Link
from bot.store.sealed import Sealed
from flows.effects import Send
from flows.messages import OutboundMessage

ONE = "select id, body from bot.outbox where id = $1 and conversation = $2 and kind = 'send'"


class Said:
    """Raises StoreDown when the database is away."""

    def __init__(self, link: Link, sealed: Sealed) -> None:
        self._link, self._sealed = link, sealed

    async def message(self, id_: UUID, conversation: UUID) -> OutboundMessage | None:
        """The message as it was decided, before a channel fitted it; None for one that this chat never got."""
        for row in await self._link.fetch(ONE, id_, conversation):
            effect = self._sealed.open_outbox(row["id"], row["body"])[1]
            if isinstance(effect, Send):
                return effect.message
        return None
