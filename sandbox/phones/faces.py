"""Puts the phones together: people, the page, and the faces of the messengers side by side on one database.

A face is a folder beside this one that imitates one messenger. What it offers:

    Face(database, people, hub, clock=time.time, paced=True)
    api_routes()    what bots call, mounted by name under /sandbox: [Mount("/viber", …)]
    phone_routes()  what the page calls, under /sandbox/phones: [Mount("/viber", …)]
    running()       spans the life of the event loop's work: couriers, receipts
    quiet()         lets go of open answers, so that a server that waits for them can stop
Events that a face tells the hub carry its name as `channel`.
"""

import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

from starlette.routing import BaseRoute, Mount

from sandbox import house
from sandbox.phones import page
from sandbox.phones.api import PeopleApi
from sandbox.phones.database import open_database
from sandbox.phones.hub import Hub
from sandbox.phones.people import People

Clock = Callable[[], float]


class Face(Protocol):
    """One messenger: the side that bots call, and the side that people hold."""

    def api_routes(self) -> Sequence[BaseRoute]: ...

    def phone_routes(self) -> Sequence[BaseRoute]: ...

    def running(self) -> AbstractAsyncContextManager[None]: ...

    def quiet(self) -> None: ...


class FaceMaker(Protocol):
    """Makes a face; `paced` false lifts the limits of speed, for load tests. A messenger's class is one."""

    def __call__(
        self, database: sqlite3.Connection, people: People, hub: Hub, clock: Clock = ..., paced: bool = ...
    ) -> Face: ...


class Phones:
    """`routes` may be mounted at once; `running` spans the life of the event loop's work."""

    def __init__(self, path: Path, makers: Sequence[FaceMaker], clock: Clock = time.time, paced: bool = True) -> None:
        self._database = open_database(path)
        self.people, self.hub = People(self._database), Hub()
        self.faces = [make(self._database, self.people, self.hub, clock, paced) for make in makers]

    def routes(self) -> list[BaseRoute]:
        """The phones' own paths stand before those of the people, which are wider."""
        phones = [route for face in self.faces for route in face.phone_routes()]
        return [
            *(route for face in self.faces for route in face.api_routes()),
            Mount("/phones", routes=[*phones, *PeopleApi(self.people, self.hub).routes()]),
            *page.routes(house.of(self._database)),
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Carry messages meanwhile; at the end the state is closed."""
        async with AsyncExitStack() as stack:
            stack.callback(self._database.close)
            for face in self.faces:
                await stack.enter_async_context(face.running())
            stack.callback(self.hub.close)
            yield

    def quiet(self) -> None:
        self.hub.close()
        for face in self.faces:
            face.quiet()
