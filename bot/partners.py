"""Meeting the bank's partners: their webhooks in, ours out, and in sandbox mode the sandbox's own partner to meet."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from starlette.routing import Route

from bot import webhooks
from bot.settings import Settings
from customer_api.partners import sending
from customer_api.partners.addresses import Addresses
from customer_api.partners.door import Door
from customer_api.partners.sending import Sender
from customer_api.seals import Seals
from flows.ports import Sealer


class Meeting:
    """What stands beside CustomerAPI in its process. ``addresses`` are the rules of where we send."""

    def __init__(self, engine: AsyncEngine, sealer: Sealer, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._seals = Seals(sealer)
        self._clock = clock
        self.addresses = Addresses(settings.partners.sandbox_url)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Route]:
        """Send inside; the route is where partners send to us."""
        async with sending.client() as client:
            sender = Sender(self._sessions, self._seals, self.addresses, client, self._clock)
            task = asyncio.create_task(sender.run())
            try:
                yield webhooks.partner_route(Door(self._sessions, self._seals, self._clock))
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
