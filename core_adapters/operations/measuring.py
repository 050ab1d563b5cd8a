"""What Prometheus sees of the money: what is not at its end, for how long, whether a day's books differ, and how long
the audit is. Which row is the newest of the audit is logged every hour, too, for a log is kept elsewhere.

It is counted in the database, so each process that sends tells the same: of several figures the greatest is the one.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge

from core_adapters.operations.states import State
from core_adapters.operations.store import Store

MEASURE_EVERY = timedelta(seconds=15)  # as often as Prometheus looks
TOLD_EVERY = timedelta(hours=1)
UNDER_WAY = (State.APPROVED, State.SENDING, State.UNKNOWN, State.HOLD, State.REVERSING)
DAYS_LOOKED_AT = 7  # a difference that is older was seen, or will be found by who reads the audit

OPERATIONS = Gauge("teller_operations", "Operations that are not at their end, by state.", ["state"])
OLDEST = Gauge("teller_operations_oldest_seconds", "For how long the oldest of them has been in its state.", ["state"])
BOOKS_DIFFER = Gauge("teller_books_differ", "Entries of the last days that only we, or only the bank, have booked.")
AUDIT_HEAD = Gauge("teller_audit_head", "Rows in the chain of the audit; it only grows.")
log = structlog.get_logger()

STANDING = """
select state, count(*), extract(epoch from $2 - min(updated_at))::float8
from money.operation where state = any($1) group by state
"""
DIFFER = "select count(*) from money.recon where verdict <> 'match' and day >= $1"


@dataclass(slots=True)
class Measuring:
    """The counting as a worker's job."""

    store: Store
    _next: datetime | None = field(default=None)
    _told: datetime | None = field(default=None)

    async def measure(self) -> None:
        """Count, when it is time to."""
        now = self.store.clock()
        if self._next is not None and now < self._next:
            return
        self._next = now + MEASURE_EVERY
        standing = {row[0]: row for row in await self.store.pool.fetch(STANDING, UNDER_WAY, now)}
        for state in UNDER_WAY:
            _, count, seconds = standing.get(state.value, (state.value, 0, 0.0))
            OPERATIONS.labels(state.value).set(count)
            OLDEST.labels(state.value).set(max(0.0, seconds))
        since = now.date() - timedelta(days=DAYS_LOOKED_AT)
        BOOKS_DIFFER.set(await self.store.pool.fetchval(DIFFER, since))
        await self._tell_head(now)

    async def _tell_head(self, now: datetime) -> None:
        async with self.store.pool.acquire() as connection:
            head = await self.store.audit.head(connection)
        if head is None:
            return
        AUDIT_HEAD.set(head.place)
        if self._told is None or now - self._told >= TOLD_EVERY:
            self._told = now
            log.info("audit_head", **head.told())
