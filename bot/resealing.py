"""Seals again what an older key sealed of money and of conversations, as customer_api.resealing does for people's data.

Row by row in the order of the tables' keys, while the service runs; it may be stopped at any moment and begun again.
Fingerprints stay as they are: they are how tokens, payees and limits know a card again. Files and broadcasts are left
out: they are forgotten after thirty days.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg

from bot import unheard
from bot.held.tables import HELD, Place
from bot.keyring import Keyring
from bot.store import Connect
from core_adapters.database import Connection
from core_adapters.vault import place_of
from customer_api.resealing import BATCH, Progress

TABLES: Mapping[str, Mapping[str, Place]] = {
    **{table: held.opens for table, held in HELD.items() if held.opens and not table.startswith("customers.")},
    "money.card_number": {"sealed": lambda row: place_of(row["token"])},
    "bot.unheard": {"sealed": lambda row: unheard.place_of(row["id"])},
}
KEY = """
select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
where i.indrelid = $1::text::regclass and i.indisprimary order by array_position(i.indkey::int2[], a.attnum)
"""


async def reseal(connect: Connect, ring: Keyring, batch: int = BATCH) -> AsyncIterator[Progress]:
    """Go through every table; tells of each batch when it is kept.

    Raises:
        bot.keyring.Unopened: for a value that no key of the ring opens; what was sealed again before it is kept.
    """
    connection = await connect()
    try:
        for table, opens in TABLES.items():
            key = [found["attname"] for found in await connection.fetch(KEY, table)]
            seen = resealed = 0
            last: asyncpg.Record | None = None
            while True:
                async with connection.transaction():
                    rows = await _next(connection, table, key, last, batch)
                    for row in rows:
                        resealed += await _again(connection, ring, table, key, row, opens)
                seen += len(rows)
                yield Progress(table, seen, resealed)
                if len(rows) < batch:
                    break
                last = rows[-1]
    finally:
        await connection.close()


async def _next(
    connection: Connection, table: str, key: list[str], last: asyncpg.Record | None, batch: int
) -> list[asyncpg.Record]:
    """The rows behind the last one, locked until they are kept."""
    names = ", ".join(key)
    after, values = "", []
    if last is not None:
        after = f"where ({names}) > ({', '.join(f'${n}' for n in range(1, len(key) + 1))})"
        values = [last[name] for name in key]
    statement = f"select * from {table} {after} order by {names} limit {batch} for update"  # noqa: S608 # nosec B608 # our names
    return await connection.fetch(statement, *values)


async def _again(
    connection: Connection, ring: Keyring, table: str, key: list[str], row: asyncpg.Record, opens: Mapping[str, Place]
) -> bool:
    """Seal the row's values again; whether one of them needed it. What was erased is empty and stays so."""
    old: dict[str, Any] = {name: row[name] for name in opens if row[name] and not ring.is_current(row[name])}
    if not old:
        return False
    values = [ring.reseal(bytes(sealed), opens[name](dict(row))) for name, sealed in old.items()]
    named = ", ".join(f"{name} = ${n}" for n, name in enumerate(old, 1))
    where = " and ".join(f"{name} = ${n}" for n, name in enumerate(key, len(old) + 1))
    statement = f"update {table} set {named} where {where}"  # noqa: S608 # nosec B608 # our names
    await connection.execute(statement, *values, *(row[name] for name in key))
    return True
