"""What a database that answers tells of this installation: the clock, the keys, what waits, and the money on hold."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg

from bot.finding import Finding
from bot.keyring import Keyring
from bot.settings import Settings
from bot.store.statements import OUTBOX_LAG, PENDING

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CONNECT_S = 10.0
CLOCKS_APART_S_MAX = 5.0  # tokens and signatures allow thirty; past that everybody is refused
WAITS_S_MAX = 120.0  # as the alerts have it
UNKNOWN_S_MAX = 900.0
LEASE_S = 30.0
SEALED = """
select 'card numbers', substring(sealed from 1 for 4) from (select sealed from money.card_number limit 1000) as c
union select 'conversations', substring(state from 1 for 4) from (select state from bot.conversation limit 1000) as s
union select 'messages', substring(body from 1 for 4) from (select body from bot.outbox limit 1000) as o"""
MONEY = """
select count(*) filter (where state = 'HOLD'),
    count(*) filter (where state = 'UNKNOWN' and updated_at < now() - $1::float8 * interval '1 s')
from money.operation where state in ('HOLD', 'UNKNOWN')"""


def inside(settings: Settings) -> Iterator[Finding]:
    """Nothing where the database does not answer or its schema is another: that is told already."""
    from bot.migrations import is_current
    from bot.postgres import database_of

    try:
        dsn = database_of(settings)
        if asyncio.run(is_current(dsn)):
            yield from asyncio.run(_looked(settings, dsn))
    except Exception:  # whatever it is, the look at the database has said it
        return


async def _looked(settings: Settings, dsn: str) -> list[Finding]:
    connection = await asyncpg.connect(dsn, timeout=CONNECT_S)
    try:
        return [
            await clock(connection),
            await keys(settings, connection),
            await waiting(connection),
            await money(connection),
        ]
    finally:
        await connection.close()


async def clock(connection: Connection) -> Finding:
    """This machine's clock beside the database's, which all processes share."""
    began = time.monotonic()
    theirs = await connection.fetchval("select clock_timestamp()")
    apart_s = abs((datetime.now(UTC) - theirs).total_seconds()) - (time.monotonic() - began)
    if apart_s <= CLOCKS_APART_S_MAX:
        return Finding("clock", "the same as the database's")
    said = f"{apart_s:.0f} s from the database's: tokens and signed webhooks will be refused"
    return Finding("clock", said, "Set both machines' clocks by the network: timedatectl set-ntp true (or chronyd).")


async def keys(settings: Settings, connection: Connection) -> Finding:
    """Whether what is sealed can be opened with the keys that are listed."""
    ring = Keyring([key.get_secret_value() for key in settings.vault.keys])
    closed = sorted({what for what, key in await connection.fetch(SEALED) if not ring.knows(bytes(key))})
    if not closed:
        return Finding("vault keys", "open what is stored")
    said = f"{', '.join(closed)} are sealed by a key that is not in TELLER_VAULT__KEYS"
    mend = "Put the key that was taken out back at the list's end; then teller customers reseal."
    return Finding("vault keys", said, mend)


async def waiting(connection: Connection) -> Finding:
    """Whether messages come in and go out."""
    (inbox,), (outbox,) = await connection.fetch(PENDING), await connection.fetch(OUTBOX_LAG, LEASE_S)
    late = [
        f"{row[0]} {what}, the oldest for {row[1]:.0f} s"
        for row, what in ((inbox, "without an answer"), (outbox, "not sent"))
        if row[1] > WAITS_S_MAX
    ]
    if not late:
        return Finding("messages", f"{inbox[0]} without an answer, {outbox[0]} not sent, none for long")
    mend = "Is a worker running? Is a messenger stopped (teller channels list)? See MessagesWait in docs/operations.md."
    return Finding("messages", "; ".join(late), mend)


async def money(connection: Connection) -> Finding:
    """Whether payments wait for people."""
    ((held, unknown),) = await connection.fetch(MONEY, UNKNOWN_S_MAX)
    if held:
        mend = "Two people an operation: teller operations list --state HOLD. See Money in docs/operations.md."
        return Finding("payments", f"{held} on HOLD, {unknown} unknown for long", mend)
    if unknown:
        mend = "Ask the bank's people whether the core is up. See OperationsUnknown in docs/operations.md."
        return Finding("payments", f"{unknown} unknown for longer than {UNKNOWN_S_MAX / 60:.0f} minutes", mend)
    return Finding("payments", "none on HOLD, none unknown for long")
