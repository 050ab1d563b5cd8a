"""A wire that misbehaves: a TCP proxy before any server, which does to each connection what it is told.

The fate is drawn when a connection brings its first byte, so that one that is kept alive meets it too.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

Manner = Literal["through", "delay", "cut before", "cut after", "swallow", "half-close", "drip"]
MANNERS: tuple[Manner, ...] = ("through", "delay", "cut before", "cut after", "swallow", "half-close", "drip")
Moment = Literal["sent", "answered"]  # a request is about to be passed on; an answer is
Watch = Callable[[Moment, bytes], Awaitable[None]]
CHUNK = 65_536
DRIP = 7  # bytes at a time
PATIENCE_S = 0.2  # after a request's last byte, until it counts as whole


async def unwatched(_moment: Moment, _first: bytes) -> None:
    """Nobody listens."""


@dataclass(kw_only=True)
class Listener:
    """A server before another one. ``_carry`` says what becomes of a connection."""

    watch: Watch = unwatched
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
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # either side may go away at any moment; that is what this is for
        finally:
            self._open.discard(task)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


@dataclass
class Wire(Listener):
    """``delay``: everything late. ``cut before``: closed before the server hears a byte. ``cut after``: the server has
    the request, and the line goes dead. ``swallow``: the server answers, the answer is dropped and the line stays open.
    ``half-close``: the answer comes without its second half. ``drip``: a few bytes at a time.
    """

    host: str
    port: int
    manner: Callable[[], Manner]
    delay_s: float = 0.1
    met: list[Manner] = field(default_factory=list)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = None, None
        try:
            while request := await _whole(reader):
                manner = self.manner()
                self.met.append(manner)
                if manner == "delay":
                    await asyncio.sleep(self.delay_s)
                if manner == "cut before":
                    return
                if there is None or back is None:
                    back, there = await asyncio.open_connection(self.host, self.port)
                await self.watch("sent", request)
                there.write(request)
                await there.drain()
                if not await self._answer(manner, back, writer):
                    return
        finally:
            if there is not None:
                there.close()

    async def _answer(self, manner: Manner, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Bring the answer, as the manner has it; false when the line is dead then."""
        if manner == "cut after":
            await asyncio.sleep(PATIENCE_S)  # the server works on it meanwhile
            return False
        answer = await _whole(back)
        await self.watch("answered", answer)
        if manner == "swallow":
            await asyncio.sleep(3600)
        if manner == "half-close":
            writer.write(answer[: len(answer) // 2])
            await writer.drain()
            return False
        for start in range(0, len(answer), DRIP if manner == "drip" else CHUNK):
            writer.write(answer[start : start + (DRIP if manner == "drip" else CHUNK)])
            await writer.drain()
            if manner == "drip":
                await asyncio.sleep(0.001)
        return bool(answer)


async def _whole(reader: asyncio.StreamReader) -> bytes:
    """One HTTP message with its body by its length; empty at the end of the line, also of one cut in its middle."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return head + await reader.readexactly(int(line.partition(b":")[2]))
    except asyncio.IncompleteReadError:
        return b""
    return head
