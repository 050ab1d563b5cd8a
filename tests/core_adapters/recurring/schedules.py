"""Schedules of Anna's, made as she makes them, and what becomes of their dates."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from core_adapters.ports import Question
from core_adapters.recurring.calendar import day_of, next_after
from flows import formats
from flows.confirming import snapshot_hash
from flows.effects import StartOperation

CHAT = UUID("00000000-0000-7000-8000-00000000a11a")


@dataclass
class Paid:
    """One schedule: the id of the yes, and the payment that it repeats."""

    id: UUID
    payment: UUID


def today_of(room):
    """The bank's date."""
    return day_of(room.clock(), "Europe/Kyiv")


def at(room, day, hour=7):
    """Set the clock to a day, at an hour of UTC that is after nine in Kyiv."""
    room.clock.ahead = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC) - datetime.now(UTC)


async def past_payment(room, amount="50.00 UAH"):
    """A transfer that Anna has made today; its op_id."""
    start = room.transfer(amount)
    assert await room.start(start) == "APPROVED"
    assert await room.state(start.op_id) == "POSTED"
    return start.op_id


def order(room, action, inputs, op_id=None, **more):
    """What Anna has said yes to."""
    op_id = op_id or uuid4()
    mark = more.get("mark") or snapshot_hash(op_id, inputs, {})
    customer = more.get("customer_id", "anna")
    return StartOperation(op_id, action, "core_adapters", inputs, {}, customer, "telegram", "run", "step", mark)


def wishes(room, payment, amount="50.00 UAH", every="month", first=None, anchor=None):
    """The inputs of `recurring.create`, with the first date as the quote would say it."""
    today = today_of(room)
    first = first or formats.day(next_after(anchor or today, every, today), "en")
    return {"from": room.payer, "payment": str(payment), "amount": amount, "every": every, "first": first}


async def paid_regularly(room, amount="50.00 UAH", every="month", payer=None):
    """A schedule that stands, its first date a week or a month from today."""
    room.people.chats["anna"] = CHAT
    payment = await past_payment(room)
    inputs = wishes(room, payment, amount, every) | ({"from": payer} if payer else {})
    made = order(room, "recurring.create", inputs)
    await room.start(made)
    assert await room.state(made.op_id) == "POSTED"
    return Paid(made.op_id, payment)


async def ask(room, verb, locale="en", **inputs):
    return await room.adapters.questions.answer(Question(verb, "anna", inputs, {}, locale))


async def row(room, schedule):
    return await room.pool.fetchrow("select * from money.schedule where id = $1", schedule.id)


async def payments(room, schedule):
    """The operations of a schedule, in the order of their dates: (date, attempt, state)."""
    rows = await room.pool.fetch(
        "select d.due_on, d.attempt, o.state from money.schedule_date d join money.operation o using (op_id)"
        " where d.schedule_id = $1 order by d.due_on, d.attempt",
        schedule.id,
    )
    return [tuple(row) for row in rows]


async def booked(room, schedule):
    """How many of its payments the bank has posted."""
    references = await room.pool.fetch("select core_ref from money.operation where mandate = $1", schedule.id)
    return sum([len(await room.bank.postings(one["core_ref"])) for one in references])


async def told(room, name="recurring.paid"):
    """What Anna hears unasked, in order."""
    return [event.outcome for event in await room.news() if event.kind == "bank" and event.name == name]


async def go_to(room, day, rounds=3):
    """Jump to a day, and let the background work."""
    at(room, day)
    for _ in range(rounds):
        await room.adapters.worker.round()
        room.clock.jump(seconds=4)
