"""The versions of one process, put together: the desk, what is served, and in sandbox mode the watched folder."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.content import CONTENT, ContentBroken
from bot.settings import Settings
from bot.store import Connect
from bot.versions import api
from bot.versions.desk import Desk
from bot.versions.live import Live, NothingPublished
from bot.versions.store import VersionStore
from bot.versions.watcher import Watcher
from flows.loader import ContentError
from flows.model import Brand
from flows.ports import TokenVerifier

PAGE = "/sandbox/flows/problems"  # the page of phones asks here; it has no token

GO_BACK = "Go back with: teller flows rollback --as NAME --why TEXT, or start the release that it was published under."


class Versions:
    """``open`` before use, ``working`` around it. ``live`` is what the conversation runs under."""

    def __init__(self, settings: Settings, brand: Brand, connect: Connect) -> None:
        store = VersionStore(connect, settings.audit.key.get_secret_value().encode())
        self.live = Live(store, brand, sandbox=settings.is_sandbox)
        self._desk = Desk(store, brand, sandbox=settings.is_sandbox)
        folder = Path(settings.flows.folder) if settings.flows.folder else CONTENT
        self._watcher = Watcher(folder, store, self.live, brand, _say) if settings.is_sandbox else None

    async def open(self) -> None:
        """Have something to serve.

        Raises:
            NothingPublished: production, and nobody has published anything.
            bot.content.ContentBroken: sandbox mode, and the first version is wrong; or this release cannot read
                what is published.
        """
        if self._watcher is not None:
            await self._watcher.open()
        try:
            await self.live.open()
        except NothingPublished:
            if self._watcher is None:
                raise
            raise ContentBroken(f"The flows cannot be run:\n\n{self._watcher.problems()['trouble']}") from None
        except ContentError as error:
            raise ContentBroken(f"The published conversations cannot be run: {error}. {GO_BACK}") from None

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Hear of new versions inside."""
        tasks = [asyncio.create_task(self.live.run())]
        if self._watcher is not None:
            tasks.append(asyncio.create_task(self._watcher.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def app(self, verifier: TokenVerifier) -> FastAPI:
        """The API."""
        return api.build(self._desk, verifier, None if self._watcher is None else self._watcher.problems)

    def routes(self) -> list[Route]:
        """In sandbox mode: what is wrong with the folder, for the page of phones."""
        watcher = self._watcher
        if watcher is None:
            return []

        async def problems(_: Request) -> JSONResponse:
            return JSONResponse(watcher.problems())

        return [Route(PAGE, problems)]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
