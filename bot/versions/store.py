"""The two tables of versions. Both only grow; the database refuses everything else (migration 0005).

Who adds an event holds a lock until the transaction ends, so that numbers have no gaps and each MAC covers the event
before it. The notification makes every process look.
"""

import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeAlias

import asyncpg

from bot.store import Connect
from bot.versions.records import Deed, Event, Head, NotThere, Version
from bot.versions.standing import standing
from flows.versioning import Hashes

CHANNEL = "teller_flows"
LOCK = 0x7E11F10  # one writer at a time in a database; any number that nothing else uses
HEAD = "number, hash, logic_hash, texts_hash, author, reason, created_at"
EVENT = "seq, version, flow, what, hash, who, why, rule, ticked, at, mac"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class VersionStore:
    """``connect`` opens a connection of its own for each use: publishing is rare. ``key`` signs events."""

    def __init__(self, connect: Connect, key: bytes) -> None:
        self.connect = connect
        self._key = key

    async def seq(self) -> int:
        """The number of the last event."""
        async with self._connected() as connection:
            return await seq_of(connection)

    async def read(self) -> tuple[dict[int, Head], list[Event]]:
        """All versions without their files, and all events in their order."""
        async with self._connected() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            heads = await connection.fetch(f"select {HEAD} from bot.flow_version order by number")  # noqa: S608 # nosec B608 # our words
            events = await connection.fetch(f"select {EVENT} from bot.flow_event order by seq")  # noqa: S608 # nosec B608 # our own column names
        return {row["number"]: _head(row) for row in heads}, [_event(row) for row in events]

    async def version(self, number: int) -> Version:
        """One version with its files. Raises NotThere."""
        async with self._connected() as connection:
            row = await connection.fetchrow(f"select {HEAD}, files from bot.flow_version where number = $1", number)  # noqa: S608 # nosec B608 # our own column names
        if row is None:
            raise NotThere(f"There is no version {number}. See: teller flows versions")
        return Version(_head(row), json.loads(row["files"]))

    async def add(self, files: Mapping[str, str], hashes: Hashes, author: str, reason: str) -> int:
        """Keep a new version and say so; its number."""
        async with self._writing() as connection:
            return await self._add(connection, files, hashes, author, reason)

    async def publish_saved(self, files: Mapping[str, str], hashes: Hashes, author: str, reason: str) -> int | None:
        """Keep and publish what was saved in sandbox mode; None when exactly that is live already.

        Processes that watch the same folder publish it once.
        """
        async with self._writing() as connection:
            events = [_event(row) for row in await connection.fetch(f"select {EVENT} from bot.flow_event order by seq")]  # noqa: S608 # nosec B608 # our own column names
            heads = {r["number"]: _head(r) for r in await connection.fetch(f"select {HEAD} from bot.flow_version")}  # noqa: S608 # nosec B608 # our own column names
            live = standing(events, heads, sandbox=True).live
            if live is not None and heads[live].hash == hashes.whole:
                return None
            number = await self._add(connection, files, hashes, author, reason)
            await self._append(connection, Deed("published", author, reason, number, None, hashes.whole, "sandbox"))
            return number

    async def _add(
        self, connection: Connection, files: Mapping[str, str], hashes: Hashes, author: str, reason: str
    ) -> int:
        number = int(await connection.fetchval("select coalesce(max(number), 0) + 1 from bot.flow_version"))
        await connection.execute(
            "insert into bot.flow_version (number, hash, logic_hash, texts_hash, files, author, reason)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            number, hashes.whole, hashes.logic, hashes.texts, json.dumps(dict(files), ensure_ascii=False), author,
            reason,
        )  # fmt: skip
        await self._append(connection, Deed("drafted", author, reason, number, None, hashes.whole))
        return number

    async def append(self, deed: Deed, expected: int | None = None) -> bool:
        """Add an event; false, and nothing is added, when ``expected`` is no longer the last one's number."""
        async with self._writing() as connection:
            if expected is not None and await seq_of(connection) != expected:
                return False
            await self._append(connection, deed)
            return True

    def damage(self, events: Sequence[Event]) -> list[str]:
        """Every event that is not as it was written, or before which one is missing."""
        found, previous = list[str](), ""
        for number, event in enumerate(events, 1):
            if event.seq != number:
                return [*found, f"event {number} is missing"]
            if not hmac.compare_digest(event.mac, self._mac(previous, event.seq, event.deed, event.at)):
                found.append(f"event {event.seq} was changed, or the one before it")
            previous = event.mac
        return found

    async def _append(self, connection: Connection, deed: Deed) -> None:
        last = await connection.fetchrow("select seq, mac from bot.flow_event order by seq desc limit 1")
        seq, previous = (last["seq"] + 1, last["mac"]) if last is not None else (1, "")
        at = datetime.now(UTC)
        await connection.execute(
            f"insert into bot.flow_event ({EVENT}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",  # noqa: S608 # nosec B608 # our own column names
            seq, deed.version, deed.flow, deed.what, deed.hash, deed.who, deed.why, deed.rule,
            json.dumps(deed.ticked, ensure_ascii=False), at, self._mac(previous, seq, deed, at),
        )  # fmt: skip
        await connection.execute("select pg_notify($1, $2)", CHANNEL, str(seq))

    def _mac(self, previous: str, seq: int, deed: Deed, at: datetime) -> str:
        says = (
            previous, str(seq), str(deed.version), str(deed.flow), deed.what, deed.hash, deed.who, deed.why, deed.rule,
            json.dumps(deed.ticked), at.astimezone(UTC).isoformat(),
        )  # fmt: skip
        return hmac.digest(self._key, "".join(f"{len(part)}:{part}" for part in says).encode(), sha256).hex()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        connection = await self.connect()
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Connection]:
        async with self._connected() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
            yield connection


async def seq_of(connection: Connection) -> int:
    """The number of the last event."""
    return int(await connection.fetchval("select coalesce(max(seq), 0) from bot.flow_event"))


def _head(row: asyncpg.Record) -> Head:
    return Head(
        row["number"], row["hash"], row["logic_hash"], row["texts_hash"], row["author"], row["reason"],
        row["created_at"],
    )  # fmt: skip


def _event(row: asyncpg.Record) -> Event:
    deed = Deed(
        row["what"], row["who"], row["why"], row["version"], row["flow"], row["hash"], row["rule"],
        tuple(json.loads(row["ticked"])),
    )  # fmt: skip
    return Event(row["seq"], deed, row["at"], row["mac"])
