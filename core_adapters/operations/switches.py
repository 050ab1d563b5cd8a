"""What staff have stopped: an action (`transfers.execute`), or everything at one core (`sandbox`, `billers`).

A switch is read inside the transaction that approves or claims an operation, so a stop holds in every process from
the moment it is committed: nothing is taken in, and what waits unsent stays unsent until it is allowed or expires.
What is SENDING goes to its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from core_adapters.database import Connection, Pool
from core_adapters.operations.store import Store

STOPPED = "select exists (select from money.switch where stopped and name in ($1, $2))"
ALL = "select * from money.switch order by name"
TURN = """
insert into money.switch (name, stopped, why, who, at) values ($1, $2, $3, $4, $5)
on conflict (name) do update set stopped = $2, why = $3, who = $4, at = $5 returning *
"""


class NothingOfThisName(LookupError):
    """There is no action and no core of this name. The text says which there are."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch, as somebody turned it last."""

    name: str
    stopped: bool
    why: str
    who: str
    at: datetime


async def is_stopped(connection: Connection | Pool, action: str, core: str) -> bool:
    """Whether the action or its core is stopped at this moment."""
    stopped: bool = await connection.fetchval(STOPPED, action, core)
    return stopped


@dataclass(frozen=True, slots=True)
class Switches:
    """Turns them. ``names`` are the actions and cores that there are."""

    store: Store
    names: frozenset[str]

    async def listed(self) -> Sequence[Switch]:
        """All that was ever turned."""
        return [_read(row) for row in await self.store.pool.fetch(ALL)]

    async def turn(self, name: str, stopped: bool, who: str, why: str) -> Switch:
        """Stop or allow, with a line in the audit. Raises NothingOfThisName."""
        if name not in self.names:
            raise NothingOfThisName(f"there is no '{name}'; there are {', '.join(sorted(self.names))}")
        now = self.store.clock()
        async with self.store.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(TURN, name, stopped, why, who, now)
            assert row is not None, "an upsert returns its row"
            done = "stopped" if stopped else "allowed"
            await self.store.audit.write(connection, now, f"staff {who}", done, name, why)
        return _read(row)


def _read(row: asyncpg.Record) -> Switch:
    return Switch(row["name"], row["stopped"], row["why"], row["who"], row["at"])
