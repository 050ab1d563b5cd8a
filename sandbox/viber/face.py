"""Viber's two sides put together, the one that accounts call and the one that people hold, and the couriers between."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.routing import BaseRoute, Mount

from sandbox.phones.hub import Hub
from sandbox.phones.people import People
from sandbox.viber.api import BotApi
from sandbox.viber.delivery import Delivery
from sandbox.viber.limits import RETRY_FIRST_S
from sandbox.viber.phone_api import ViberPhoneApi
from sandbox.viber.platform import Clock, Platform


class Viber:
    """A face: see sandbox/phones/faces.py."""

    def __init__(
        self,
        database: sqlite3.Connection,
        people: People,
        hub: Hub,
        clock: Clock = time.time,
        paced: bool = True,
        retry_first_s: float = RETRY_FIRST_S,
    ) -> None:
        self.platform = Platform(database, people, hub, clock, paced)
        self._delivery = Delivery(self.platform, retry_first_s)
        self._bot_api = BotApi(self.platform, self._delivery)

    def api_routes(self) -> list[BaseRoute]:
        return [Mount("/viber", routes=self._bot_api.routes())]

    def phone_routes(self) -> list[BaseRoute]:
        return [Mount("/viber", routes=ViberPhoneApi(self.platform).routes())]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver callbacks meanwhile."""
        self._delivery.start()
        try:
            yield
        finally:
            await self._delivery.stop()

    def quiet(self) -> None:
        """No answer of this face stays open."""
