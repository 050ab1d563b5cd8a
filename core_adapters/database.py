"""The types of asyncpg as this room uses them, a pool and one connection of it, and how a connection is given back."""

from typing import TYPE_CHECKING, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:  # the classes cannot be subscripted when the program runs
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection | PoolConnectionProxy


async def leave_as_found(_connection: Connection) -> None:
    """What a pool of ours does with a connection that is given back, in place of a round trip that resets it: nothing.

    Nothing in this room sets anything for a session: locks and settings end with their transaction. One that is still
    open, its owner having been cancelled, the driver itself has undone before it asks here.
    """
