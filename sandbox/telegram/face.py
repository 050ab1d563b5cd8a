"""Telegram's two sides put together, the one that bots call and the one that people hold, and the couriers between."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.routing import BaseRoute, Mount

from sandbox.phones.hub import Hub
from sandbox.phones.people import People
from sandbox.telegram.api import BotApi
from sandbox.telegram.delivery import Delivery
from sandbox.telegram.limits import RETRY_FIRST_S
from sandbox.telegram.phone_api import TelegramPhoneApi
from sandbox.telegram.platform import Clock, Platform


class Telegram:
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
        return [Mount("/telegram", routes=self._bot_api.routes())]

    def phone_routes(self) -> list[BaseRoute]:
        return [Mount("/telegram", routes=TelegramPhoneApi(self.platform).routes())]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver updates meanwhile."""
        self._delivery.start()
        try:
            yield
        finally:
            self.quiet()
            await self._delivery.stop()

    def quiet(self) -> None:
        self._bot_api.pollers.closed = True
        for bot in self.platform.bots.all():
            self.platform.arrival(bot.id).set()
