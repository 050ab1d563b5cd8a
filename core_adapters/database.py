"""The types of asyncpg as this room uses them: a pool, and one connection of it."""

from typing import TYPE_CHECKING, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

if TYPE_CHECKING:
    Pool: TypeAlias = asyncpg.Pool[asyncpg.Record]
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:  # the classes cannot be subscripted when the program runs
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection | PoolConnectionProxy
