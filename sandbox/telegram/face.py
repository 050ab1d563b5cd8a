"""Puts the phones together: people, the page, Telegram's two sides, and the couriers between them.

Mounted by the sandbox's composition list; paths are relative to `/sandbox`.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.routing import BaseRoute, Mount

from sandbox.phones import page
from sandbox.phones.api import PeopleApi
from sandbox.phones.database import open_database
from sandbox.phones.hub import Hub
from sandbox.phones.people import People
from sandbox.telegram.api import BotApi
from sandbox.telegram.delivery import Delivery
from sandbox.telegram.limits import RETRY_FIRST_S
from sandbox.telegram.phone_api import TelegramPhoneApi
from sandbox.telegram.platform import Clock, Platform


class Phones:
    """`routes` may be mounted at once; `running` spans the life of the event loop's work.

    `quiet` lets go of the streams and long polls, so that a server that waits for open answers can stop.
    """

    def __init__(
        self, path: Path, clock: Clock = time.time, paced: bool = True, retry_first_s: float = RETRY_FIRST_S
    ) -> None:
        self._database = open_database(path)
        self.people, self.hub = People(self._database), Hub()
        self.platform = Platform(self._database, self.people, self.hub, clock, paced)
        self._delivery = Delivery(self.platform, retry_first_s)
        self._bot_api = BotApi(self.platform, self._delivery)

    def routes(self) -> list[BaseRoute]:
        phones = [
            Mount("/telegram", routes=TelegramPhoneApi(self.platform).routes()),
            *PeopleApi(self.people, self.hub).routes(),
        ]
        return [
            Mount("/telegram", routes=self._bot_api.routes()),
            Mount("/phones", routes=phones),
            *page.routes(),
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver updates meanwhile; at the end the state is closed."""
        self._delivery.start()
        try:
            yield
        finally:
            self.quiet()
            await self._delivery.stop()
            self._database.close()

    def quiet(self) -> None:
        self.hub.close()
        self._bot_api.pollers.closed = True
        for bot in self.platform.bots.all():
            self.platform.arrival(bot.id).set()
