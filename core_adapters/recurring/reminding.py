"""Reminders: of a payment that goes tomorrow, and of one that the customer makes with their own hand."""

import asyncio
from datetime import date
from uuid import UUID

import structlog

from core_adapters.failures import BankFailure
from core_adapters.notices import notes
from core_adapters.notices.notes import Note
from core_adapters.operations.ids import event_id
from core_adapters.operations.store import Store
from core_adapters.ports import Answerer, Question
from core_adapters.recurring import records
from core_adapters.recurring.mandate import Following, advance
from core_adapters.recurring.records import Schedule
from flows.money import Money

EVENT = "recurring.reminder"
AT_ONCE = 200
ANSWER_S_MAX = 5.0  # how long a biller is asked for what is due; without an answer the reminder says so much less
log = structlog.get_logger()

# A payment that was due before anybody came to remind of it needs no reminder.
TAKE = """
update money.schedule s set remind_at = null from (
    select id, due_at from money.schedule where state = 'active' and remind_at <= $1 order by remind_at limit $2
    for update skip locked) due
where s.id = due.id returning s.*, due.due_at > $1 as in_time
"""
HELD = "select true from money.schedule where id = $1 and fence = $2 and state = 'active' for update"


async def before(store: Store) -> None:
    """Tell of the payments of tomorrow."""
    now = store.clock()
    async with store.pool.acquire() as connection, connection.transaction():
        for row in await connection.fetch(TAKE, now, AT_ONCE):
            schedule = records.read(row, store.sealer)
            if row["in_time"]:
                await notes.keep(connection, store.sealer, _note(schedule, schedule.next_on, "tomorrow"), now)


async def on_its_day(
    store: Store, billers: Answerer | None, schedule: Schedule, due_on: date, following: Following
) -> None:
    """Write the reminder of a date and let go of the schedule, in one transaction."""
    owed, now = await _owed(billers, schedule), store.clock()
    note = _note(schedule, due_on, "plain")
    if owed is not None:
        outputs = {**note.outputs, "amount": str(owed)}
        note = Note(
            note.id, note.customer_id, note.kind, EVENT, "due" if owed.minor else "nothing", note.match, outputs
        )
    async with store.pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(HELD, schedule.id, schedule.fence) is not None:
            await notes.keep(connection, store.sealer, note, now)
            await advance(connection, schedule.id, schedule.fence, following, now)


async def _owed(billers: Answerer | None, schedule: Schedule) -> Money | None:
    """What the biller says is due now; None where nobody can say."""
    if schedule.action != "bills.pay" or billers is None:
        return None
    try:
        async with asyncio.timeout(ANSWER_S_MAX):
            told = await billers.ask(Question("bills.lookup", schedule.customer_id, schedule.body.inputs))
            return Money.parse(str(told["due"]))
    except (BankFailure, TimeoutError) as failure:
        log.info("bill_not_looked_up", schedule=str(schedule.id), failure=type(failure).__name__)
        return None


def _note(schedule: Schedule, day: date, outcome: str) -> Note:
    note_id: UUID = event_id(schedule.id, f"{outcome if outcome == 'tomorrow' else 'day'} {day.isoformat()}")
    outputs = {"name": schedule.body.name, "amount": str(schedule.amount or ""), "card_last4": schedule.body.last4}
    match = {"recurring_id": str(schedule.id)}
    return Note(note_id, schedule.customer_id, "reminders", EVENT, outcome, match, outputs)
