"""The audit of money: who did what to which operation, each row with a MAC of its own.

A row's MAC covers what it says. The sealer links rows in the order in which it finds them, ``link = MAC(previous link |
seq | mac)``, so that no turn waits for a chain; that order is kept as ``place``, for a row may be seen after one with a
higher number. The newest row that is linked is named by a head of its own, see `audit_head`. `check` reports a changed
row, a removed one, and how many are not linked yet.
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import structlog
from asyncpg import Record
from prometheus_client import Counter

from core_adapters.database import Connection, Pool
from core_adapters.operations.audit_head import START, TORN, Head, Standing, move

LINKED_AT_ONCE = 1000
SEALER_LOCK = 0x7E11A0D  # one sealer at a time in a database

INSERT = "insert into money.audit (at, actor, action, object, details, mac) values ($1, $2, $3, $4, $5, $6)"
UNLINKED = "select seq, mac from money.audit where link is null order by seq limit $1"
ALL = "select * from money.audit order by place nulls last, seq"

GONE = "the head that was kept elsewhere names this row, and it is not in its place any more"
TORN_LINKS = Counter("teller_audit_torn_total", "Times that the newest rows of the audit were not there any more.")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one row."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `check`. ``unlinked`` rows are the newest, not yet in the chain, which ends with ``head``."""

    rows: int
    unlinked: int
    findings: tuple[Finding, ...]
    head: Head | None = None


class Audit:
    """Writes, links and checks the audit."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    async def write(
        self, connection: Connection, at: datetime, actor: str, action: str, subject: str, details: str = ""
    ) -> None:
        """Add one row, inside the caller's transaction."""
        mac = self._row_mac(at, actor, action, subject, details)
        await connection.execute(INSERT, at, actor, action, subject, details, mac)

    async def link(self, pool: Pool) -> int:
        """Link what is not linked yet, in order; how many rows that were."""
        async with pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", SEALER_LOCK):
                return 0
            rows = await connection.fetch(UNLINKED, LINKED_AT_ONCE)
            standing = await Standing.read(connection)
            end = standing.end(self._is_sound(standing.head))
            if rows:
                await self._append(connection, end, rows)
            elif standing.head is None and end.place:  # linked by a version that kept no head
                log.warning("audit_head_begun", place=end.place, seq=end.seq)
                await move(connection, self._sealed(end))
            return len(rows)

    async def _append(self, connection: Connection, end: Head, rows: Sequence[Record]) -> None:
        """Link the rows behind the end, and move the head to the last of them."""
        if end.link == TORN:  # so that what is missing shows for ever, and not only until the next row
            TORN_LINKS.inc()
            log.error("audit_torn", place=end.place, seq=rows[0]["seq"])
        previous, links = end.link, []
        for place, row in enumerate(rows, end.place + 1):
            previous = self._link(previous, row["seq"], row["mac"])
            links.append((previous, place, row["seq"]))
        await connection.executemany("update money.audit set link = $1, place = $2 where seq = $3", links)
        link, place, seq = links[-1]
        await move(connection, self._sealed(Head(place, seq, link, end.since)))

    async def head(self, connection: Connection) -> Head | None:
        """The head, where one is kept and holds."""
        standing = await Standing.read(connection)
        is_held = standing.problem(self._is_sound(standing.head)) is None
        return standing.head if is_held else None

    async def check(self, pool: Pool, kept: Head | None = None) -> Checked:
        """Read the whole audit and say what does not hold. ``kept`` is a head that was kept elsewhere."""
        findings: list[Finding] = []
        previous, unlinked, count, is_there = START, 0, 0, kept is None
        async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            standing = await Standing.read(connection)
            async for row in connection.cursor(ALL):
                count += 1
                if row["link"] is None:
                    unlinked += 1
                findings += self._found(row, previous)
                is_there = is_there or (kept is not None and kept.is_of(row["place"], row["seq"], row["link"]))
                previous = row["link"] or previous
        problem = standing.problem(self._is_sound(standing.head))
        findings += [Finding(*problem)] if problem else []
        findings += [Finding(kept.seq, GONE)] if kept is not None and not is_there else []
        return Checked(count, unlinked, tuple(findings), standing.head)

    def _found(self, row: Record, previous: str) -> Iterator[Finding]:
        """What is wrong with a row by itself, and with its place behind the previous one."""
        says = (row["at"], row["actor"], row["action"], row["object"], row["details"])
        if not hmac.compare_digest(self._row_mac(*says), row["mac"]):
            yield Finding(row["seq"], "the row was changed")
        link = row["link"]
        if link is not None and not hmac.compare_digest(self._link(previous, row["seq"], row["mac"]), link):
            yield Finding(row["seq"], "a row before this one was removed, added or moved")

    def _sealed(self, head: Head) -> Head:
        return replace(head, mac=self._mac(head.says))

    def _is_sound(self, head: Head | None) -> bool:
        return head is not None and hmac.compare_digest(self._mac(head.says), head.mac)

    def _row_mac(self, at: datetime, actor: str, action: str, subject: str, details: str) -> str:
        parts = (at.isoformat(), actor, action, subject, details)
        return self._mac("".join(f"{len(part)}:{part}" for part in parts))

    def _link(self, previous: str, seq: int, mac: str) -> str:
        return self._mac(f"{previous}|{seq}|{mac}")

    def _mac(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), sha256).hex()
