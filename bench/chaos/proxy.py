"""The wires between the processes: a gate passes bytes on, tells who listens what passes, and finds a living backend.

The wire that misbehaves is `bench.money.wire`; a gate only looks.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bench.money.wire import CHUNK, Moment, unwatched

Watch = Callable[[Moment, bytes], Awaitable[None]]


@dataclass
class Gate:
    """Before one port or several that do the same: each connection goes to the next one that takes it."""

    ports: Sequence[int]
    watch: Watch = unwatched
    passed: int = 0
    _next: int = 0
    _open: set["asyncio.Task[None]"] = field(default_factory=set)

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[int]:
        """Listen on a port of the loopback."""
        server = await asyncio.start_server(self._accepted, "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            if (backend := await self._backend()) is not None:
                await self._carry(reader, writer, *backend)
        except (OSError, asyncio.CancelledError):
            pass  # either side may be killed at any moment
        finally:
            self._open.discard(task)
            writer.close()

    async def _backend(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self.ports:
            self._next += 1
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", self.ports[self._next % len(self.ports)])
        return None

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        back: asyncio.StreamReader,
        there: asyncio.StreamWriter,
    ) -> None:
        ways = [
            asyncio.create_task(self._pump("sent", reader, there)),
            asyncio.create_task(self._pump("answered", back, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.close()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, moment: Moment, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            self.passed += 1
            await self.watch(moment, chunk)
            writer.write(chunk)
            await writer.drain()
