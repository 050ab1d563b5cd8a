"""What became of a payment of a schedule: told, and noted with the schedule, in the transaction that makes it so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from core_adapters.database import Connection
from core_adapters.notices import notes
from core_adapters.notices.notes import Note
from core_adapters.operations.ids import event_id
from core_adapters.operations.records import Operation
from core_adapters.operations.states import State
from core_adapters.operations.store import Store
from core_adapters.recurring import records
from core_adapters.recurring.calendar import PAY_AT, day_of, moment
from core_adapters.recurring.judging import Case, Judgement, judge
from core_adapters.recurring.records import Schedule

EVENT = "recurring.paid"
FIND = """
select s.*, d.due_on, d.attempt from money.schedule_date d join money.schedule s on s.id = d.schedule_id
where d.op_id = $1 for update of s
"""
NOTE = """
update money.schedule set refusals = $2, retry_of = $3, retry_on = $4, due_at = least(due_at, coalesce($5, due_at)),
    state = case when $6 and state = 'active' then 'paused' else state end, updated_at = $7
where id = $1
"""


async def follow(store: Store, connection: Connection, moved: Operation) -> None:
    """Say and note what a payment has come to. ``moved`` is an operation with a mandate, in its new state."""
    row = await connection.fetchrow(FIND, moved.op_id)
    assert row is not None, "a payment with a mandate has spent a date of it"
    schedule, now = records.read(row, store.sealer), moved.updated_at
    tomorrow = day_of(now, schedule.zone) + timedelta(days=1)
    case = Case(
        moved.state, moved.error, row["attempt"], schedule.state == "active", tomorrow < schedule.next_on,
        schedule.refusals,
    )  # fmt: skip
    found = judge(case)
    if found is None:
        return
    retry_of = row["due_on"] if found.retry else None
    await connection.execute(
        NOTE, schedule.id, found.refusals, retry_of, tomorrow if found.retry else None,
        moment(tomorrow, PAY_AT, schedule.zone) if found.retry else None, found.pause, now,
    )  # fmt: skip
    if found.pause:
        await store.audit.write(connection, now, "teller", "schedule paused", str(schedule.id), moved.error or "")
    await notes.keep(connection, store.sealer, _told(moved, schedule, found), now)


def said(schedule: Schedule, note_id: UUID, outcome: str) -> Note:
    """A note about a schedule; its amount and card, and what the customer calls it."""
    outputs = {"name": schedule.body.name, "amount": str(schedule.amount), "card_last4": schedule.body.last4}
    return Note(note_id, schedule.customer_id, "regular", EVENT, outcome, {"recurring_id": str(schedule.id)}, outputs)


def missed_dates(schedule: Schedule, dates: Sequence[date]) -> Note:
    """Nobody acted on these dates in time, and nobody will any more."""
    note_id = event_id(schedule.id, f"missed {dates[-1].isoformat()}")
    told = said(schedule, note_id, "missed")
    return replace(told, outputs={**told.outputs, "day": dates[-1].isoformat()})


def _told(moved: Operation, schedule: Schedule, found: Judgement) -> Note:
    """The same news of a payment is the same note; that it is in doubt is told once, at the first time."""
    return said(schedule, event_id(moved.op_id, "unknown" if moved.state is State.UNKNOWN else "result"), found.outcome)
