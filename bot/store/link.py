"""One dedicated connection to Postgres, made again when it is lost, and what its failures mean.

StoreFailure
├── BadRow      the data of some row is refused (poison): never try the same row again
└── StoreDown   the database or the way to it is gone, nothing is known to be committed: try again
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

Connect: TypeAlias = "Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]]"

# A statement of the turn takes milliseconds; one that takes this long is a network that has gone silent.
STATEMENT_S_MAX = 10.0

# Every statement here finds its rows by key. A plan made while the tables were small would read them whole, and a
# prepared statement keeps its plan. It is made once: planning costs as much as the statement itself.
BY_KEY = """
set enable_seqscan = off; set enable_bitmapscan = off; set enable_material = off;
set enable_hashjoin = off; set enable_mergejoin = off; set plan_cache_mode = force_generic_plan"""

# Refusals that some row's data causes, from the server and from asyncpg's own encoder. Whatever is not listed
# counts as the connection's fault: asyncpg raises its own InternalClientError for a lost connection, too.
_BAD_ROW = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.exceptions.ProgramLimitExceededError,
    ValueError,
    TypeError,
    OverflowError,
)


class StoreFailure(Exception):
    """A statement of the turn failed."""


class BadRow(StoreFailure):
    """Postgres or the encoder refuses the data of a row. The text never quotes the data."""


class StoreDown(StoreFailure):
    """The database cannot be reached, or the connection broke under a statement."""


class Link:
    """Runs statements one after the other on a connection of its own, prepared once a connection.

    A pool would clean the connection after each use, which costs a fifth of the turn's database time.
    """

    def __init__(self, connect: Connect, planner: str = BY_KEY) -> None:
        """``planner`` is what is set on every connection before it is used."""
        self._connect = connect
        self._planner = planner
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._prepared: dict[str, PreparedStatement[asyncpg.Record]] = {}
        self._one_at_a_time = asyncio.Lock()

    async def fetch(self, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """All rows of the statement, committed on return.

        Raises:
            BadRow: some row's data was refused, nothing is written.
            StoreDown: the database is away; what happened to the statement is not known.
        """
        async with self._one_at_a_time:
            return await self._fetched(statement, arguments)

    async def _fetched(self, statement: str, arguments: tuple[object, ...]) -> Sequence[asyncpg.Record]:
        try:
            prepared = await self._ready(statement)
            return await prepared.fetch(*arguments, timeout=STATEMENT_S_MAX)
        except asyncio.CancelledError:
            self._drop()
            raise
        except Exception as error:
            if isinstance(error, _BAD_ROW) and self._alive():
                raise BadRow(type(error).__name__) from None
            self._drop()
            raise StoreDown(type(error).__name__) from error

    async def close(self) -> None:
        """Give the connection back, politely when it still answers."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            try:
                await connection.close(timeout=1)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                connection.terminate()

    async def _ready(self, statement: str) -> "PreparedStatement[asyncpg.Record]":
        if not self._alive():
            self._drop()
            self._connection = await self._connect()
            await self._connection.execute(self._planner)
        prepared = self._prepared.get(statement)
        if prepared is None:
            assert self._connection is not None
            prepared = self._prepared[statement] = await self._connection.prepare(statement)
        return prepared

    def _alive(self) -> bool:
        return self._connection is not None and not self._connection.is_closed()

    def _drop(self) -> None:
        self._prepared.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
