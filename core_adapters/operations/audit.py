"""The audit of money: who did what to which operation, each row with a MAC of its own.

A row's MAC covers what it says. The sealer links rows in the order in which it finds them, ``link = MAC(previous link |
seq | mac)``, so that no turn waits for a chain; that order is kept as ``place``, for a row may be seen after one with a
higher number. `check` reports a changed row, a removed one, and how many are not linked yet.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from core_adapters.database import Connection, Pool

LINKED_AT_ONCE = 1000
START = "start"
SEALER_LOCK = 0x7E11A0D  # one sealer at a time in a database

INSERT = "insert into money.audit (at, actor, action, object, details, mac) values ($1, $2, $3, $4, $5, $6)"
UNLINKED = "select seq, mac from money.audit where link is null order by seq limit $1"
LAST = "select place, link from money.audit where place is not null order by place desc limit 1"
ALL = "select * from money.audit order by place nulls last, seq"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one row."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of `check`. ``unlinked`` rows are the newest, not yet in the chain."""

    rows: int
    unlinked: int
    findings: tuple[Finding, ...]


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
            last = await connection.fetchrow(LAST) if rows else None
            place, previous = (last["place"], last["link"]) if last else (0, START)
            links = []
            for number, row in enumerate(rows, place + 1):
                previous = self._link(previous, row["seq"], row["mac"])
                links.append((previous, number, row["seq"]))
            await connection.executemany("update money.audit set link = $1, place = $2 where seq = $3", links)
            return len(links)

    async def check(self, pool: Pool) -> Checked:
        """Read the whole audit and say what does not hold."""
        findings: list[Finding] = []
        previous, unlinked, count = START, 0, 0
        async with pool.acquire() as connection, connection.transaction():
            async for row in connection.cursor(ALL):
                count += 1
                says = (row["at"], row["actor"], row["action"], row["object"], row["details"])
                if not hmac.compare_digest(self._row_mac(*says), row["mac"]):
                    findings.append(Finding(row["seq"], "the row was changed"))
                if row["link"] is None:
                    unlinked += 1
                    continue
                if not hmac.compare_digest(self._link(previous, row["seq"], row["mac"]), row["link"]):
                    findings.append(Finding(row["seq"], "a row before this one was removed, added or moved"))
                previous = row["link"]
        return Checked(count, unlinked, tuple(findings))

    def _row_mac(self, at: datetime, actor: str, action: str, subject: str, details: str) -> str:
        parts = (at.isoformat(), actor, action, subject, details)
        return self._mac("".join(f"{len(part)}:{part}" for part in parts))

    def _link(self, previous: str, seq: int, mac: str) -> str:
        return self._mac(f"{previous}|{seq}|{mac}")

    def _mac(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), sha256).hex()
