"""A process's way to the database: asyncpg's pool in shape, with a pause before and behind whatever it says.

The statements, the locks and the laws are Postgres's own. Where a transaction commits, the pauses have a name made of
the functions that opened it, so that a crash can be asked for at just that place.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from bench.simulation.turns import OWNER, Host, Turns

MONEY = "core_adapters.operations."
ELSEWHERE = "core_adapters."
WRITES = ("insert", "update", "delete", "with")


class Connections:
    """Real connections, used again and again: to make one costs more than a whole operation."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._free: list[asyncpg.Connection[Any]] = []
        self._made: list[asyncpg.Connection[Any]] = []

    async def take(self) -> "asyncpg.Connection[Any]":
        if self._free:
            return self._free.pop()
        self._made.append(await asyncpg.connect(self._dsn))
        return self._made[-1]

    def give(self, connection: "asyncpg.Connection[Any]") -> None:
        self._free.append(connection)

    async def close(self) -> None:
        for connection in self._made:
            await connection.close()


class Door:
    """One process's pool."""

    def __init__(self, turns: Turns, host: Host, connections: Connections) -> None:
        self._turns, self._host, self._connections = turns, host, connections
        self._open: list[asyncpg.Connection[Any]] = []

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["Way"]:
        async with self._one() as raw:
            yield Way(self._turns, self._host, raw)

    async def fetchrow(self, sql: str, *values: object) -> Any:
        return await self._alone(sql, lambda raw: raw.fetchrow(sql, *values))

    async def fetchval(self, sql: str, *values: object) -> Any:
        return await self._alone(sql, lambda raw: raw.fetchval(sql, *values))

    async def fetch(self, sql: str, *values: object) -> Any:
        return await self._alone(sql, lambda raw: raw.fetch(sql, *values))

    async def execute(self, sql: str, *values: object) -> Any:
        return await self._alone(sql, lambda raw: raw.execute(sql, *values))

    async def die(self) -> None:
        """What Postgres does for a process that is gone: its transactions are undone."""
        for raw in self._open:
            if raw.is_in_transaction():
                await raw.execute("rollback")
            self._connections.give(raw)
        self._open.clear()

    @asynccontextmanager
    async def _one(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        raw = await self._turns.statement(0, self._connections.take())
        self._open.append(raw)
        try:
            yield raw
        finally:
            if raw in self._open:
                self._open.remove(raw)
                self._connections.give(raw)

    async def _alone(self, sql: str, run: Callable[["asyncpg.Connection[Any]"], Awaitable[Any]]) -> Any:
        """A statement that is a transaction of its own."""
        name, writes = called_from(), sql.strip().startswith(WRITES)
        async with self._one() as raw:
            await self._turns.pause(f"before {name}" if writes else name)
            result = await self._turns.statement(raw.get_server_pid(), run(raw))
        if writes:
            self._turns.committed(name)
            await self._turns.pause(f"after {name}")
        return result


class Way:
    """One connection of a process."""

    def __init__(self, turns: Turns, host: Host, raw: "asyncpg.Connection[Any]") -> None:
        self._turns, self._host, self._raw = turns, host, raw

    async def fetchrow(self, sql: str, *values: object) -> Any:
        return await self._said(lambda: self._raw.fetchrow(sql, *values))

    async def fetchval(self, sql: str, *values: object) -> Any:
        return await self._said(lambda: self._raw.fetchval(sql, *values))

    async def fetch(self, sql: str, *values: object) -> Any:
        return await self._said(lambda: self._raw.fetch(sql, *values))

    async def execute(self, sql: str, *values: object) -> Any:
        return await self._said(lambda: self._raw.execute(sql, *values))

    async def executemany(self, sql: str, rows: list[tuple[object, ...]]) -> None:
        await self._said(lambda: self._raw.executemany(sql, rows))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        name, owner = called_from(), OWNER.get()
        await self._run(self._raw.execute("begin"))
        owner.transactions += 1
        try:
            yield
            await self._turns.pause(f"before {name}")
            await self._run(self._raw.execute("commit"))
            self._turns.committed(name)
        except BaseException:
            if not self._host.dead and self._raw.is_in_transaction():
                await self._run(self._raw.execute("rollback"))
            raise
        finally:
            owner.transactions -= 1
        await self._turns.pause(f"after {name}")

    async def _said(self, run: Callable[[], Awaitable[Any]]) -> Any:
        await self._turns.pause("a statement")
        return await self._run(run())

    async def _run(self, running: Awaitable[Any]) -> Any:
        return await self._turns.statement(self._raw.get_server_pid(), running)


def called_from() -> str:
    """The two innermost functions of the money path that are at work: ``sending.send > moving.move``."""
    frame, names = sys._getframe(2), list[str]()
    while frame is not None and len(names) < 2:
        module, function = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if module.startswith(ELSEWHERE) and not function.startswith("<"):
            names.append(f"{module.removeprefix(MONEY).removeprefix(ELSEWHERE)}.{function}")
        frame = frame.f_back  # type: ignore[assignment]
    return " > ".join(reversed(names))
