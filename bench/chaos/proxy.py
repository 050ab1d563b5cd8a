"""The wires between the processes: a gate passes bytes on, tells who listens what passes, and finds a living backend.

The wire that misbehaves is `bench.money.wire`; a gate only looks.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bench.money.wire import CHUNK, Listener, Moment


@dataclass
class Gate(Listener):
    """Before one port or several that do the same: each connection goes to the next one that takes it."""

    ports: Sequence[int]
    passed: int = 0
    _next: int = 0

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (backend := await self._backend()) is not None:
            await self._both_ways(reader, writer, *backend)

    async def _backend(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self.ports:
            self._next += 1
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", self.ports[self._next % len(self.ports)])
        return None

    async def _both_ways(
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
