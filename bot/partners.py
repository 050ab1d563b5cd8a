"""Meeting the bank's partners: their webhooks in, ours out, and in sandbox mode the sandbox's own partner to meet."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Protocol

import yaml
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from starlette.routing import Route

from bot.partner_webhooks import partner_route
from bot.retention import OF_PARTNERS, sweeping
from bot.settings import Settings
from bot.store import Connect
from customer_api.partners import sending
from customer_api.partners.addresses import Addresses
from customer_api.partners.door import Door
from customer_api.partners.meeting import Introduction, meet
from customer_api.partners.pace import Rates, Shared
from customer_api.partners.sending import Sender
from customer_api.seals import Seals
from flows.ports import Sealer

PARTNER = "partner"  # what a partner's bucket is called beside those of the messengers


class Places(Protocol):
    """Buckets that several processes share; ``bot.pace_redis.RedisPace``."""

    async def wait_s(self, channel: str, account: str) -> float: ...


@dataclass(frozen=True, slots=True)
class Together:
    """How fast a partner may call all processes together. While Redis is down it stands in nobody's way."""

    places: Places

    async def wait_s(self, partner: str) -> float:
        return await self.places.wait_s(PARTNER, partner)


class Meeting:
    """What stands beside CustomerAPI in its process. ``addresses`` are the rules of where we send."""

    def __init__(
        self, engine: AsyncEngine, connect: Connect, sealer: Sealer, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._connect = connect
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._seals = Seals(sealer)
        self._clock = clock
        self._settings = settings
        self.addresses = Addresses(settings.partners.sandbox_url)

    @asynccontextmanager
    async def _shared(self) -> AsyncIterator[Shared | None]:
        """The pace of all processes together, where they share a Redis."""
        url = self._settings.redis_url.get_secret_value()
        if not url:
            yield None
            return
        from bot.pace_redis import RedisPace  # here, for its import takes time, and a laptop has no Redis

        places = RedisPace.at(url, {PARTNER: Rates().taken_a_second})
        try:
            yield Together(places)
        finally:
            await places.close()

    async def _meet_the_sandboxs(self) -> None:
        """The sandbox's own partner is there from the start, with its offers, where the bank's folder has some."""
        own, place = self._settings.partners, files("core_adapters.internal") / self._settings.bank / "offers.yml"
        if not (self._settings.is_sandbox and place.is_file()):
            return
        who = Introduction.of(yaml.safe_load(place.read_text()), own.sandbox_url, own.sandbox_secret.get_secret_value())
        async with self._sessions.begin() as session:
            await meet(session, self._seals, self.addresses, who, self._clock())

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Route]:
        """Send inside; the route is where partners send to us."""
        await self._meet_the_sandboxs()
        async with sending.client() as client, self._shared() as shared, sweeping(self._connect, OF_PARTNERS):
            sender = Sender(self._sessions, self._seals, self.addresses, client, self._clock)
            task = asyncio.create_task(sender.run())
            try:
                yield partner_route(Door(self._sessions, self._seals, self._clock, shared=shared))
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
