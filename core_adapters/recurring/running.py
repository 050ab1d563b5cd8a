"""Acts on every schedule whose time has come: makes the payment of its date, or has the reminder written.

A schedule is taken for a lease under a new fence. A payment is an ordinary operation under the mandate (see `mandate`):
it and the date that it spends are one transaction, and its id follows from both, so that no crash, second worker or
clock makes another. Whoever dies in between leaves a lease that ends.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import structlog

from core_adapters.notices import notes
from core_adapters.operations.accepting import Accepting, Conflict, NotTaken, TryLater
from core_adapters.operations.ids import event_id
from core_adapters.operations.store import LEASE, Store
from core_adapters.ports import Answerer
from core_adapters.recurring import records, reminding
from core_adapters.recurring.calendar import PAY_AT, day_of, moment
from core_adapters.recurring.mandate import Following, Mandate, Withdrawn
from core_adapters.recurring.outcomes import missed_dates, said
from core_adapters.recurring.plan import Due, Missed, plan
from core_adapters.recurring.records import Schedule
from flows.confirming import snapshot_hash
from flows.effects import StartOperation

AT_ONCE = 20  # more would keep the customers who write from the connections they need
log = structlog.get_logger()

# Only a schedule whose own yes has been posted: one that is still in doubt has nobody's word yet.
TAKE = """
update money.schedule set fence = fence + 1, lease_until = $2 where id in (
    select s.id from money.schedule s join money.operation y on y.op_id = s.id
    where s.state = 'active' and s.due_at <= $1 and (s.lease_until is null or s.lease_until <= $1)
    and y.state = 'POSTED' order by s.due_at limit $3 for update of s skip locked)
returning *
"""
WAIT = """
update money.schedule set lease_until = null, due_at = $3, retry_of = $4, retry_on = $5
where id = $1 and fence = $2 and state = 'active' returning id
"""
PAUSE = "update money.schedule set state = 'paused', lease_until = null where id = $1 and state = 'active' returning id"


@dataclass(frozen=True, slots=True)
class Recurring:
    """The schedules of one bank. ``billers`` say what is due on a bill, where there are any."""

    store: Store
    accepting: Accepting
    billers: Answerer | None = None

    async def run(self) -> None:
        """Act on all that is due."""
        while taken := await self._batch():
            _say_failures(taken, await asyncio.gather(*map(self._act, taken), return_exceptions=True))

    async def remind(self) -> None:
        """Tell of the payments of tomorrow."""
        await reminding.before(self.store)

    async def _batch(self) -> list[Schedule]:
        now = self.store.clock()
        return readable(self.store, await self.store.pool.fetch(TAKE, now, now + LEASE, AT_ONCE))

    async def _act(self, schedule: Schedule) -> None:
        found = plan(schedule.standing, day_of(self.store.clock(), schedule.zone))
        if not isinstance(found, Due):
            await self._wait(schedule, found)
        elif schedule.does == "remind":
            await reminding.on_its_day(self.store, self.billers, schedule, found.due_on, _following(schedule, found))
        else:
            await self._pay(schedule, found)

    async def _wait(self, schedule: Schedule, missed: Missed | None) -> None:
        """The day has not come (a clock was set back), or that of a second try has gone by."""
        now, standing = self.store.clock(), schedule.standing
        retry_on = standing.retry_on if missed is None else None
        due_at = moment(min(standing.next_on, retry_on or standing.next_on), PAY_AT, schedule.zone)
        retry_of = standing.retry_of if retry_on else None
        async with self.store.pool.acquire() as connection, connection.transaction():
            waits = await connection.fetchval(WAIT, schedule.id, schedule.fence, due_at, retry_of, retry_on)
            if waits is not None and missed is not None:
                await notes.keep(connection, self.store.sealer, missed_dates(schedule, (missed.due_on,)), now)

    async def _pay(self, schedule: Schedule, due: Due) -> None:
        missed = missed_dates(schedule, due.skipped) if due.skipped else None
        mandate = Mandate(schedule.id, schedule.fence, due.due_on, due.attempt, _following(schedule, due), missed)
        try:
            await self.accepting.accept(_start(schedule, mandate.op_id), schedule.conversation, mandate)
        except Withdrawn:
            return  # stopped a moment ago, or taken by somebody else
        except TryLater as problem:
            log.warning("recurring_waits", schedule=str(schedule.id), reason=str(problem))
        except (Conflict, NotTaken) as problem:
            await self._give_up(schedule, mandate.op_id, type(problem).__name__)

    async def _give_up(self, schedule: Schedule, op_id: UUID, reason: str) -> None:
        """It can never be made as it stands: a person must look, and the customer must know."""
        log.error("recurring_not_made", schedule=str(schedule.id), reason=reason)
        now = self.store.clock()
        async with self.store.pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(PAUSE, schedule.id) is not None:
                note = said(schedule, event_id(op_id, "given up"), "paused")
                await notes.keep(connection, self.store.sealer, note, now)
                await self.store.audit.write(connection, now, "teller", "schedule paused", str(schedule.id), reason)


def readable(store: Store, rows: Sequence[asyncpg.Record]) -> list[Schedule]:
    """The schedules of rows; one that cannot be read (its key is gone) must not keep the others waiting."""
    schedules = []
    for row in rows:
        try:
            schedules.append(records.read(row, store.sealer))
        except Exception as error:
            log.error("schedule_not_readable", schedule=str(row["id"]), error=type(error).__name__)
    return schedules


def _following(schedule: Schedule, due: Due) -> Following:
    return Following.on(due.next_on, schedule.zone, pays=schedule.does == "pay")


def _start(schedule: Schedule, op_id: UUID) -> StartOperation:
    """The payment of one date: exactly what the mandate says, and nothing else."""
    inputs, cards = dict(schedule.body.inputs), dict(schedule.body.cards)
    mark = snapshot_hash(op_id, inputs, cards)
    return StartOperation(
        op_id, schedule.action, "core_adapters", inputs, cards, schedule.customer_id, "schedule", "", "", mark
    )


def _say_failures(taken: Sequence[Schedule], results: Sequence[object]) -> None:
    for schedule, result in zip(taken, results, strict=True):
        if isinstance(result, BaseException):
            log.error("schedule_not_run", schedule=str(schedule.id), error=type(result).__name__)
