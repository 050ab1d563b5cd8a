"""A shutter before the database, so that a test can take it away from a running installation."""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit


class Shutter:
    """A relay before the database: while it is shut, nobody gets through and who was connected is cut off."""

    def __init__(self, dsn: str) -> None:
        parts = urlsplit(dsn)
        asked = parse_qs(parts.query)
        folder = asked.get("host", [""])[0]
        self._unix = f"{folder}/.s.PGSQL.{asked.get('port', ['5432'])[0]}" if folder.startswith("/") else ""
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 5432
        self._who = parts.netloc.rpartition("@")[0]
        self._database = parts.path
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def dsn(self) -> str:
        return f"postgresql://{self._who}@127.0.0.1:{self.port}{self._database}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._through, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = (
                asyncio.open_unix_connection(self._unix)
                if self._unix
                else asyncio.open_connection(self._host, self._port)
            )
            back, forth = await there
        except OSError:
            writer.close()
            return
        self._open |= {writer, forth}
        await asyncio.gather(_pump(reader, forth), _pump(back, writer))
        self._open -= {writer, forth}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
