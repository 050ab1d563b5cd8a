"""Compares each day with the bank's books by itself, once, soon after the day is over (UTC).

A day is a row of `money.recon_day` until it is done, so that any number of processes share the work and an outage is
caught up. A bank that gives no statement is asked again later; a statement is a question, and asking twice is harmless.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from core_adapters.operations.decisions.enquiry import pause_s
from core_adapters.operations.reconciling import DAY, NoStatement, Reconciling

LATE_ENTRIES = timedelta(hours=1)  # so long after midnight a core may still be booking the day
CAUGHT_UP = 7  # days; what an outage left behind longer ago is for people: `teller operations reconcile --day`
LOOK_EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=10)  # longer than a statement takes to read
ACTOR = "teller"
log = structlog.get_logger()

# The first day is the one before this installation's first look; from then on none is left out.
BEGIN = """
insert into money.recon_day (core, day, due_at)
select $1, d::date, $3 from generate_series(
    greatest($2::date - $4::int, coalesce((select max(day) + 1 from money.recon_day where core = $1), $2::date)),
    $2::date, interval '1 day') as d
on conflict do nothing
"""
TAKE = """
update money.recon_day set due_at = $3, tries = tries + 1 where (core, day) in (
    select core, day from money.recon_day where core = $1 and done_at is null and due_at <= $2
    order by day for update skip locked)
returning day, tries
"""
DONE = "update money.recon_day set done_at = $3 where core = $1 and day = $2"
AGAIN = "update money.recon_day set due_at = $3 where core = $1 and day = $2"


@dataclass(slots=True)
class Daily:
    """The reconciler as a worker's job."""

    reconciling: Reconciling
    _next_look: datetime | None = field(default=None)

    async def compare(self) -> None:
        """Compare every day that is due."""
        store, core = self.reconciling.store, self.reconciling.books.name
        now = store.clock()
        if self._next_look is not None and now < self._next_look:
            return
        self._next_look = now + LOOK_EVERY
        over = (now - LATE_ENTRIES).date() - DAY
        await store.pool.execute(BEGIN, core, over, now, CAUGHT_UP - 1)
        for row in sorted(await store.pool.fetch(TAKE, core, now, now + LEASE), key=lambda row: row["day"]):
            try:
                await self.reconciling.day(row["day"], ACTOR)
            except NoStatement as failure:
                log.warning("books_not_compared", core=core, failure=str(failure))
                again = store.clock() + timedelta(seconds=pause_s(row["tries"]))
                await store.pool.execute(AGAIN, core, row["day"], again)
            else:
                await store.pool.execute(DONE, core, row["day"], store.clock())
