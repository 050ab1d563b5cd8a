"""The server that everything of one run shares, with a database for each lane."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.cpu import postmaster_of
from bot.migrations import upgrade
from bot.postgres import ensure_postgres, stop


@dataclass(frozen=True, slots=True)
class Server:
    """``dsn`` is that of the first database, which has no tables."""

    dsn: str
    postmaster: int
    version: str

    async def database(self, name: str) -> str:
        """A new one with Teller's tables; its address."""
        connection = await asyncpg.connect(self.dsn)
        await connection.execute(f"create database {name}")
        await connection.close()
        made = self.dsn.replace("/teller?", f"/{name}?")
        assert made != self.dsn, "the address of the embedded server names its database"
        await upgrade(made)
        return made


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="teller-bench-"))
    folder.chmod(0o711)  # as root the server runs as somebody else and must get through
    return folder


@asynccontextmanager
async def running() -> AsyncIterator[Server]:
    """An embedded server of our own in a folder that is gone afterwards."""
    folder = _folder()
    try:
        dsn = ensure_postgres(folder)
        connection = await asyncpg.connect(dsn)
        postmaster = postmaster_of(await connection.fetchval("select pg_backend_pid()"))
        version = await connection.fetchval("show server_version")
        await connection.close()
        yield Server(dsn, postmaster, version)
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
