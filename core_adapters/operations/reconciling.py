"""Compares a day of our ledger with the core's statement, and keeps what it found in `money.recon`.

Doing it again for the same day replaces what was found before, so that a day may be looked at as often as one likes.
Nothing is mended here: a difference is an alert, and people look.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import asyncpg
import structlog

from core_adapters.failures import BankFailure
from core_adapters.operations.decisions.reconciliation import JUDGEMENTS, Judged, Judgement, judge
from core_adapters.operations.statements import Stating, Sums
from core_adapters.operations.store import Store

log = structlog.get_logger()
DAY = timedelta(days=1)

MOVED = """
select o.core_ref, e.currency, sum(e.delta_minor)::bigint as minor
from money.ledger_entry e join money.operation o using (op_id)
where e.delta_minor > 0 and {which} group by 1, 2
"""
OF_DAY = MOVED.format(which="e.at >= $1 and e.at < $2")
UNDER = MOVED.format(which="o.core_ref = any($1::text[])")
LOCK = "select pg_advisory_xact_lock(hashtextextended('money.recon:' || $1, 0))"
FORGET = "delete from money.recon where day = $1 and core = $2"
KEEP = """
insert into money.recon (day, core, reference, verdict, ours, theirs, at)
select $1, $2, reference, verdict, ours::jsonb, theirs::jsonb, $3
from unnest($4::text[], $5::text[], $6::text[], $7::text[]) as n (reference, verdict, ours, theirs)
"""


class NoStatement(Exception):
    """The core gave no statement; nothing was compared."""


class DayNotOver(ValueError):
    """A day is compared when it is over."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a day's comparison found: all verdicts by number, and whatever does not match."""

    day: date
    core: str
    counts: Mapping[Judgement, int]
    differences: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Reconciling:
    """Reconciles one core."""

    store: Store
    books: Stating

    async def day(self, day: date, actor: str) -> Found:
        """Compare a UTC day.

        Raises:
            DayNotOver: for today and later.
            NoStatement: when the core does not give one; what was found before stands.
        """
        if day >= self.store.clock().date():
            raise DayNotOver(f"{day} is not over; a day is compared when it is")
        theirs = await self._statement(day)
        near = frozenset[str]().union(*[await self._statement(other) for other in (day - DAY, day + DAY)])
        begin = datetime.combine(day, time(), UTC)
        ours = _sums(await self.store.pool.fetch(OF_DAY, begin, begin + DAY))
        booked = _sums(await self.store.pool.fetch(UNDER, list(theirs)))
        judged = judge(ours, theirs, booked, near)
        await self._keep(day, judged, actor)
        return self._said(day, judged)

    async def _statement(self, day: date) -> Mapping[str, Sums]:
        try:
            return await self.books.statement(day)
        except BankFailure as failure:
            raise NoStatement(f"'{self.books.name}' gave no statement of {day}: {type(failure).__name__}") from failure

    async def _keep(self, day: date, judged: list[Judged], actor: str) -> None:
        now, core = self.store.clock(), self.books.name
        async with self.store.pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"{core}:{day}")
            await connection.execute(FORGET, day, core)
            await connection.execute(
                KEEP, day, core, now, [one.reference for one in judged], [one.verdict for one in judged],
                [_json(one.ours) for one in judged], [_json(one.theirs) for one in judged],
            )  # fmt: skip
            details = ", ".join(f"{count} {verdict}" for verdict, count in _counts(judged).items())
            await self.store.audit.write(connection, now, actor, "reconciled", f"{core} {day}", details)

    def _said(self, day: date, judged: list[Judged]) -> Found:
        counts = _counts(judged)
        for verdict in JUDGEMENTS[1:]:
            if counts[verdict]:
                log.error("books_differ", core=self.books.name, kind=verdict, count=counts[verdict])
        return Found(day, self.books.name, counts, tuple(one for one in judged if one.verdict != "match"))


def _counts(judged: list[Judged]) -> dict[Judgement, int]:
    counted = Counter(one.verdict for one in judged)
    return {verdict: counted[verdict] for verdict in JUDGEMENTS}


def _json(sums: Sums | None) -> str | None:
    return None if sums is None else json.dumps(dict(sums))


def _sums(rows: Iterable[asyncpg.Record]) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        sums[row["core_ref"]][row["currency"]] = row["minor"]
    return dict(sums)
