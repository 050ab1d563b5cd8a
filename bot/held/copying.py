"""A copy of all that is held of a person, as a file behind a link that ends by itself."""

import json
from uuid import UUID

from bot.held import reading
from bot.media import MediaStore
from bot.media.lending import PATH
from bot.store import Connect
from flows.ports import Sealer

KEPT_S = 3600.0  # long enough to save it; after that the chat makes a new one
PURPOSE = "held.copy"
NOBODY = "there is no such customer"


class Copies:
    """Satisfies ``customer_api.ports.Copies``. ``url`` is our address as people reach it."""

    def __init__(self, connect: Connect, sealer: Sealer, media: MediaStore, url: str) -> None:
        self._connect, self._sealer, self._media, self._url = connect, sealer, media, url.rstrip("/")

    async def of(self, customer_id: UUID) -> bytes:
        """JSON: schema and table to the person's rows."""
        connection = await self._connect()
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                who = await reading.whose(connection, self._sealer, customer_id)
                found = await reading.everything(connection, self._sealer, who)
        finally:
            await connection.close()
        return json.dumps(found, ensure_ascii=False, indent=2).encode()

    async def keep(self, customer_id: UUID, op_id: UUID) -> None:
        """Put a copy behind the link of an operation."""
        await self._media.keep(
            await self.of(customer_id), "application/json", "my-data.json", KEPT_S, self._token(op_id)
        )

    def link(self, op_id: UUID) -> str:
        """The link of an operation's copy. Only who has the key can work it out, so it lies in no table."""
        return f"{self._url}{PATH}/{self._token(op_id)}.json"

    def _token(self, op_id: UUID) -> str:
        return self._sealer.fingerprint(str(op_id), PURPOSE)
