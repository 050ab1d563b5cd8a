"""Timers that have come due become events of the inbox, in one transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg

from bot.store.ids import uuid7
from bot.store.link import Connect, StoreDown
from bot.store.sealed import Sealed
from bot.store.statements import DUE_TIMERS, FIRE_TIMERS, NEXT_TIMER
from flows.events import TimerFired

_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class TimerStore:
    """Both methods raise StoreDown when the database is away."""

    def __init__(self, connect: Connect, sealed: Sealed) -> None:
        self._connect = connect
        self._sealed = sealed
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def fire(self, most: int = 200) -> int:
        """Move due timers into the inbox, for anybody to take up; how many there were."""
        try:
            connection = await self._ready()
            async with connection.transaction():
                due = await connection.fetch(DUE_TIMERS, most)
                if due:
                    await self._move(connection, due)
            return len(due)
        except _LOST as error:
            await self.close()
            raise StoreDown(type(error).__name__) from error

    async def next_due_s(self) -> float | None:
        """Seconds until the next timer of all conversations, None without one; may be negative."""
        try:
            seconds = await (await self._ready()).fetchval(NEXT_TIMER)
        except _LOST as error:
            await self.close()
            raise StoreDown(type(error).__name__) from error
        return None if seconds is None else float(seconds)

    async def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _move(self, connection: "asyncpg.Connection[asyncpg.Record]", due: Sequence[asyncpg.Record]) -> None:
        now = datetime.now(UTC)
        events = [TimerFired(uuid7(), row["conversation"], now, row["timer"]) for row in due]
        await connection.fetch(
            FIRE_TIMERS,
            [event.conversation for event in events],
            [event.timer for event in events],
            [event.id for event in events],
            [f"{row['conversation']}:{row['timer']}:{row['due'].isoformat()}" for row in due],
            [self._sealed.event(event) for event in events],
        )

    async def _ready(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection
