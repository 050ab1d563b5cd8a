"""A date is paid once, whatever crashes, jumps or runs beside it; and the database holds the laws by itself."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
from schedules import at, booked, go_to, paid_regularly, payments, row, told

from core_adapters.operations.accepting import Accepting
from core_adapters.recurring.mandate import Mandate


class Killed(BaseException):
    """The process is gone at this line."""


async def worked(room):
    """One round, and whatever it has sent is over."""
    await room.adapters.worker.round()
    await room.adapters.desk.settled()


@pytest.mark.parametrize("place", ["before the transaction", "inside it", "after it"])
async def test_killed_between_taking_a_date_and_its_payment_it_is_paid_once(room, monkeypatch, place):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    at(room, first)
    accept, spend = Accepting.accept, Mandate.spend

    async def dies(self, *given):
        if place == "after it":
            await accept(self, *given)
        raise Killed

    async def dies_inside(self, *given):
        await spend(self, *given)
        raise Killed

    with monkeypatch.context() as broken:
        if place == "inside it":
            broken.setattr(Mandate, "spend", dies_inside)
        else:
            broken.setattr(Accepting, "accept", dies)
        await room.adapters.worker.round()
    assert len(await payments(room, schedule)) == (1 if place == "after it" else 0)

    await worked(room)  # within the lease nobody else touches it
    room.clock.jump(seconds=31)
    for _ in range(3):
        await worked(room)
        room.clock.jump(seconds=5)
    assert await payments(room, schedule) == [(first, 1, "POSTED")]
    assert await booked(room, schedule) == 1
    assert await told(room) == ["ok"]


async def test_two_workers_at_once_pay_a_date_once(room):
    schedules = [await paid_regularly(room) for _ in range(3)]
    other = room.build(f"{room.bank.url}/bank/v1")
    at(room, (await row(room, schedules[0]))["next_on"])
    try:
        for _ in range(4):
            await asyncio.gather(room.adapters.worker.round(), other.worker.round())
            room.clock.jump(seconds=4)
    finally:
        await other.stop()
    for schedule in schedules:
        assert [state for _, _, state in await payments(room, schedule)] == ["POSTED"]
        assert await booked(room, schedule) == 1


async def test_a_worker_whose_lease_has_ended_pays_nothing_any_more(room, monkeypatch):
    schedule = await paid_regularly(room)
    at(room, (await row(room, schedule))["next_on"])
    accept, waits, goes_on = Accepting.accept, asyncio.Event(), asyncio.Event()

    async def slow(self, *given):
        if len(given) == 3 and not waits.is_set():
            waits.set()
            await goes_on.wait()
        return await accept(self, *given)

    monkeypatch.setattr(Accepting, "accept", slow)
    sleeper = asyncio.create_task(room.adapters.worker.round())
    await waits.wait()
    room.clock.jump(seconds=31)
    await room.adapters.worker.round()
    goes_on.set()
    await sleeper
    await worked(room)
    assert len(await payments(room, schedule)) == 1


async def test_a_clock_that_jumps_ahead_and_back_pays_no_date_twice(room):
    schedule = await paid_regularly(room, every="week")
    first = (await row(room, schedule))["next_on"]
    for days in (0, 7, -3, 7, 0, 8, 14):
        await go_to(room, first + timedelta(days=days))
    assert [(day - first).days for day, _, _ in await payments(room, schedule)] == [0, 7, 14]
    assert await booked(room, schedule) == 3


async def test_after_an_outage_the_newest_date_is_paid_and_the_others_are_told(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    await go_to(room, first + timedelta(days=100))
    ((day, attempt, state),) = await payments(room, schedule)
    assert first + timedelta(days=70) < day <= first + timedelta(days=100)
    assert (attempt, state) == (1, "POSTED")
    assert sorted(await told(room)) == ["missed", "ok"]
    assert await booked(room, schedule) == 1


async def test_one_that_was_stopped_while_it_was_being_taken_pays_nothing(room, monkeypatch):
    schedule = await paid_regularly(room)
    at(room, (await row(room, schedule))["next_on"])
    lock = Mandate.lock

    async def stopped_first(self, connection):
        await room.pool.execute("update money.schedule set state = 'stopped' where id = $1", schedule.id)
        return await lock(self, connection)

    monkeypatch.setattr(Mandate, "lock", stopped_first)
    await worked(room)
    assert await payments(room, schedule) == []


async def test_nothing_is_paid_under_a_yes_that_is_in_doubt(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    # The triggers forbid it, so the yes is replaced as a whole: a schedule whose order has not come to its end.
    async with room.pool.acquire() as connection, connection.transaction():
        await connection.execute("alter table money.operation disable trigger user")
        await connection.execute("update money.operation set state = 'UNKNOWN' where op_id = $1", schedule.id)
        await connection.execute("alter table money.operation enable trigger user")
    at(room, first)
    for job in room.adapters.worker.more:
        await job()
    assert await payments(room, schedule) == []


async def test_a_thousand_dates_at_once_are_a_thousand_payments(room):
    schedule = await paid_regularly(room, "1.00 UAH")
    copies = [uuid4() for _ in range(999)]
    for table, key in (("operation", "op_id"), ("schedule", "id")):
        columns = [one["column_name"] for one in await room.pool.fetch(
            "select column_name from information_schema.columns where table_schema = 'money' and table_name = $1"
            " order by ordinal_position", table)]  # fmt: skip
        await _copied(room, table, key, columns, schedule.id, copies)
    first = (await row(room, schedule))["next_on"]
    at(room, first)
    await asyncio.gather(*(job() for job in room.adapters.worker.more))
    made = await room.pool.fetch("select schedule_id, op_id from money.schedule_date")
    assert len(made) == 1000
    assert {one["op_id"] for one in made} == {uuid5(one["schedule_id"], f"{first}:1") for one in made}
    assert await room.pool.fetchval("select count(*) from money.schedule where due_at <= $1", room.clock()) == 0


async def _copied(room, table, key, columns, original, copies):
    """The same row under other ids; its sealed part is sealed for each anew."""
    sealer = room.adapters.desk.store.sealer
    sealed = {"operation": "request", "schedule": "body"}[table]
    place = f"money.{table}|{sealed}|"
    body = await room.pool.fetchval(f"select {sealed} from money.{table} where {key} = $1", original)
    clear = sealer.open(bytes(body), f"{place}{original}".encode())
    values = {key: "$1", sealed: "$2", "core_ref": "$3"}
    listed = ", ".join(values.get(name, name) for name in columns)
    used = "$1::uuid, $2::bytea" + (", $3::text" if table == "operation" else "")
    statement = (
        f"insert into money.{table} ({', '.join(columns)}) select {listed} from money.{table}, "
        f"(select {used}) as given where {key} = '{original}'"
    )
    for number, copy in enumerate(copies):
        rest = [f"{number:026d}".translate(str.maketrans("0189", "ABCD"))] if table == "operation" else []
        await room.pool.execute(statement, copy, sealer.seal(clear, f"{place}{copy}".encode()), *rest)


LAWS = {
    "another amount": "amount_minor = amount_minor + 1",
    "another payer": "payer_ref = 'crd_other'",
    "another customer": "customer_id = 'vira'",
    "another action": "action = 'bills.pay'",
    "no rule": "exemption = 'low value'",
}


@pytest.mark.parametrize("changed", LAWS)
async def test_the_database_takes_no_payment_that_its_mandate_does_not_say(room, changed):
    schedule = await paid_regularly(room)
    await go_to(room, (await row(room, schedule))["next_on"])
    await room.pool.execute("create table copied (like money.operation including all)")
    await room.pool.execute("insert into copied select * from money.operation where mandate = $1", schedule.id)
    await room.pool.execute(
        f"update copied set op_id = $1, core_ref = repeat('A', 26), state = 'APPROVED', {LAWS[changed]}", uuid4()
    )
    with pytest.raises(asyncpg.CheckViolationError):
        await room.pool.execute("insert into money.operation select * from copied")


async def test_the_database_takes_no_second_payment_of_a_date_while_the_first_may_have_moved_money(room):
    schedule = await paid_regularly(room)
    first = (await row(room, schedule))["next_on"]
    await go_to(room, first)
    await room.pool.execute("create table copied (like money.operation including all)")
    await room.pool.execute("insert into copied select * from money.operation where mandate = $1", schedule.id)
    second = UUID(int=7)
    await room.pool.execute("update copied set op_id = $1, core_ref = repeat('A', 26), state = 'APPROVED'", second)
    await room.pool.execute("insert into money.operation select * from copied")
    for attempt in (1, 2):
        with pytest.raises((asyncpg.CheckViolationError, asyncpg.UniqueViolationError)):
            await room.pool.execute(
                "insert into money.schedule_date values ($1, $2, $3, $4, now())", schedule.id, first, attempt, second
            )


CHANGES = {
    "its amount": "amount_minor = 1",
    "its payer": "payer_ref = 'crd_other'",
    "its rhythm": "every = 'week'",
    "a date gone by": "next_on = next_on - 40",
    "its end": "state = 'active'",
}


@pytest.mark.parametrize("changed", CHANGES)
async def test_what_a_schedule_is_about_never_changes_and_a_stopped_one_stays_so(room, changed):
    schedule = await paid_regularly(room)
    await room.pool.execute("update money.schedule set state = 'stopped' where id = $1", schedule.id)
    with pytest.raises(asyncpg.CheckViolationError):
        await room.pool.execute(f"update money.schedule set {CHANGES[changed]} where id = $1", schedule.id)
    with pytest.raises(asyncpg.CheckViolationError):
        await room.pool.execute("delete from money.schedule where id = $1", schedule.id)
