"""A yes that was given once for many payments, and the one date that it is used for now.

Within the transaction that approves a payment the schedule is locked and looked at: it must still be on, and in our
hands. Its date is spent in the same transaction. So a payment is made with its date or not at all, and a schedule that
was stopped before makes none.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from core_adapters.database import Connection
from core_adapters.notices import notes
from core_adapters.notices.notes import Note
from core_adapters.recurring.calendar import PAY_AT, REMIND_AT, moment
from flows.ports import Sealer

LOCK = """
select money.mandate_rule(s.id) from money.schedule s join money.operation y on y.op_id = s.id
where s.id = $1 and s.fence = $2 and s.state = 'active' and y.state = 'POSTED' for update of s
"""
SPEND = "insert into money.schedule_date (schedule_id, due_on, attempt, op_id, at) values ($1, $2, $3, $4, $5)"
# The reminder of a date is set once, when the date becomes the next one.
ADVANCE = """
update money.schedule set next_on = coalesce($3, next_on), due_at = coalesce($4, due_at),
    remind_at = case when $3 > next_on then $5 when $3::date is null then null else remind_at end,
    state = case when $3::date is null then 'over' else state end, retry_of = null, retry_on = null,
    lease_until = null, updated_at = $6
where id = $1 and fence = $2 and state = 'active'
"""


class Withdrawn(Exception):
    """The schedule was stopped, or somebody else works on it. Nothing was done."""


@dataclass(frozen=True, slots=True)
class Following:
    """Where a schedule stands once its date is spent; without a ``next_on`` it is over."""

    next_on: date | None
    due_at: datetime | None = None
    remind_at: datetime | None = None

    @classmethod
    def on(cls, next_on: date | None, zone: str, pays: bool) -> "Following":
        """The next date by the bank's clock; of a payment the customer is reminded on the day before."""
        if next_on is None:
            return cls(None)
        day_before = moment(next_on - timedelta(days=1), REMIND_AT, zone) if pays else None
        return cls(next_on, moment(next_on, PAY_AT, zone), day_before)


@dataclass(frozen=True, slots=True)
class Mandate:
    """One date of one schedule, held under a fence. ``missed`` tells of the dates before it that nobody acted on."""

    schedule: UUID
    fence: int
    due_on: date
    attempt: int
    following: Following
    missed: Note | None = None

    @property
    def op_id(self) -> UUID:
        """The operation of this date: the same in every process, after every crash and whatever the clock says."""
        return uuid5(self.schedule, f"{self.due_on.isoformat()}:{self.attempt}")

    async def lock(self, connection: Connection) -> str:
        """Hold the schedule until the transaction ends; the rule that exempts its payments from a code of their own.

        Raises:
            Withdrawn: it is not ours to use, or not any more.
        """
        rule: str | None = await connection.fetchval(LOCK, self.schedule, self.fence)
        if rule is None:
            raise Withdrawn("the schedule is not on, or not ours")
        return rule

    async def spend(self, connection: Connection, sealer: Sealer, now: datetime) -> None:
        """This date is over, and the schedule waits for the following one."""
        if self.missed is not None:
            await notes.keep(connection, sealer, self.missed, now)
        await connection.execute(SPEND, self.schedule, self.due_on, self.attempt, self.op_id, now)
        await advance(connection, self.schedule, self.fence, self.following, now)


async def advance(connection: Connection, schedule: UUID, fence: int, following: Following, now: datetime) -> None:
    """Let go of a schedule until its following date, inside the caller's transaction."""
    await connection.execute(ADVANCE, schedule, fence, following.next_on, following.due_at, following.remind_at, now)
