"""Messenger's two sides put together: the one that bots call and the one that people hold."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.routing import BaseRoute, Mount

from sandbox.graph.limits import RETRY_FIRST_S
from sandbox.messenger.api import PageApi
from sandbox.messenger.phone_api import MessengerPhoneApi
from sandbox.messenger.platform import FACE, Clock, Platform
from sandbox.phones.hub import Hub
from sandbox.phones.people import People


class Messenger:
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
        self.platform = Platform(database, people, hub, clock, paced, retry_first_s)

    def api_routes(self) -> list[BaseRoute]:
        return [Mount(f"/{FACE}", routes=PageApi(self.platform).routes())]

    def phone_routes(self) -> list[BaseRoute]:
        return [Mount(f"/{FACE}", routes=MessengerPhoneApi(self.platform).routes())]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver news meanwhile."""
        async with self.platform.graph.running():
            yield

    def quiet(self) -> None:
        """Nothing of this face holds an answer open."""
