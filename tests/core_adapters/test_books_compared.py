"""A day of our books against the bank's statement: what matches, what one side alone has, what differs."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from core_adapters.failures import Unavailable
from core_adapters.operations.decisions.reconciliation import judge
from core_adapters.operations.ids import core_ref
from core_adapters.operations.reconciling import DayNotOver, NoStatement, Reconciling
from core_adapters.ports import Question

STAFF = {"Authorization": "Bearer staff"}
URL = "/api/v1/operations/reconciliations"
ROWS, PLANTED = 10_000, 200

OPERATIONS = """
insert into money.operation (op_id, conversation, customer_id, action, core, core_ref, state, amount_minor, currency,
    request, request_hash, exemption, created_at, updated_at, settled_at)
select id, id, 'anna', 'transfers.execute', 'bank', ref, 'POSTED', minor, 'UAH', '', '', 'test', $4, $4, $4
from unnest($1::uuid[], $2::text[], $3::bigint[]) as n (id, ref, minor)
"""
ENTRIES = """
insert into money.ledger_entry (op_id, account, currency, delta_minor, at)
select o.op_id, a.account, 'UAH', a.delta, $1 from money.operation o
cross join lateral (values ('account:a', -o.amount_minor), ('card:b', o.amount_minor)) as a (account, delta)
"""


class Statement:
    """A core's books as a table of days."""

    name = "bank"

    def __init__(self, days):
        self.days = days

    async def statement(self, day):
        return self.days.get(day, {})


async def yesterdays(room, count):
    """So many transfers posted yesterday; what each moved, by reference."""
    at = datetime.now(UTC).replace(hour=12) - timedelta(days=1)
    dice = random.Random(21)
    ids = [UUID(int=dice.getrandbits(128), version=4) for _ in range(count)]
    moved = {core_ref(one): {"UAH": dice.randint(100, 10_000_000)} for one in ids}
    minors = [sums["UAH"] for sums in moved.values()]
    async with room.pool.acquire() as connection, connection.transaction():
        await connection.execute(OPERATIONS, ids, list(moved), minors, at)
        await connection.execute(ENTRIES, at)
    return at.date(), moved, dice


def planted(moved, dice):
    """A statement of the same day with differences: what was left out, what was made up, what was changed."""
    theirs = {reference: dict(sums) for reference, sums in moved.items()}
    chosen = dice.sample(sorted(theirs), PLANTED * 3 // 4)
    missing, changed, foreign = chosen[:50], chosen[50:100], chosen[100:]
    for reference in missing:
        del theirs[reference]
    for reference in changed:
        theirs[reference]["UAH"] += dice.choice((-1, 1))
    for reference in foreign:
        theirs[reference] = {"EUR": theirs[reference]["UAH"]}
    made_up = [core_ref(UUID(int=dice.getrandbits(128), version=4)) for _ in range(50)]
    theirs |= {reference: {"UAH": 100} for reference in made_up}
    wanted = dict.fromkeys(missing, "ours-only") | dict.fromkeys(made_up, "theirs-only")
    return theirs, wanted | dict.fromkeys(changed + foreign, "differ")


async def test_two_hundred_differences_in_ten_thousand_rows_are_found_and_no_other(room):
    day, moved, dice = await yesterdays(room, ROWS)
    theirs, wanted = planted(moved, dice)
    assert len(wanted) == PLANTED
    reconciling = Reconciling(room.adapters.desk.store, Statement({day: theirs}))
    found = await reconciling.day(day, "staff olena")
    assert {one.reference: one.verdict for one in found.differences} == wanted
    assert found.counts == {"match": ROWS - 150, "ours-only": 50, "theirs-only": 50, "differ": 100}
    again = await reconciling.day(day, "staff olena")
    assert again == found
    kept = await room.pool.fetch("select verdict, count(*) as n from money.recon group by verdict")
    assert {row["verdict"]: row["n"] for row in kept} == found.counts


@pytest.mark.parametrize("days_apart", [-1, 0, 1])
async def test_an_answer_that_came_after_midnight_is_no_difference(room, days_apart):
    day, moved, _ = await yesterdays(room, 3)
    books = Statement({day + timedelta(days=days_apart): moved})
    found = await Reconciling(room.adapters.desk.store, books).day(day, "staff olena")
    assert found.differences == ()
    assert found.counts["match"] == (3 if days_apart == 0 else 0)


def test_what_the_core_booked_on_another_day_is_judged_with_that_day():
    ours = {"A": {"UAH": 5}, "B": {"UAH": 7}}
    alone = judge(ours, {}, {}, frozenset({"A"}))
    assert [(one.reference, one.verdict) for one in alone] == [("B", "ours-only")]
    late = judge({}, {"A": {"UAH": 5}}, {"A": {"UAH": 5}}, frozenset())
    assert [(one.reference, one.verdict) for one in late] == [("A", "match")]


async def test_the_banks_own_statement_matches_what_was_sent(room):
    for amount in ("50.00 UAH", "70.00 UAH"):
        await room.start(room.transfer(amount))
    await room.bank.fault("transfer", "refuse")
    await room.start(room.transfer("20.00 UAH"))
    room.clock.jump(days=1)
    today = datetime.now(UTC).date()
    answer = await room.api.post(URL, json={"day": today.isoformat()}, headers=STAFF)
    assert answer.status_code == 200, answer.text
    assert answer.json()["counts"] == {"match": 2, "ours-only": 0, "theirs-only": 0, "differ": 0}


async def test_a_payment_we_gave_up_that_the_bank_made_is_theirs_only(room):
    await room.bank.fault("transfer", "reset_after")
    start = room.transfer()
    await room.start(start)  # in doubt, and nobody has asked yet
    room.clock.jump(days=1)
    body = {"day": datetime.now(UTC).date().isoformat()}
    (one,) = (await room.api.post(URL, json=body, headers=STAFF)).json()["differences"]
    assert (one["reference"], one["verdict"], one["ours"]) == (core_ref(start.op_id), "theirs-only", None)
    await room.rounds(2)
    assert await room.state(start.op_id) == "POSTED"
    later = (await room.api.post(URL, json=body, headers=STAFF)).json()
    assert (later["differences"], later["counts"]["match"]) == ([], 1)


async def test_a_day_that_is_not_over_and_a_bank_without_a_statement_are_said(room):
    today = datetime.now(UTC).date()
    assert (await room.api.post(URL, json={"day": today.isoformat()}, headers=STAFF)).status_code == 422
    with pytest.raises(DayNotOver):
        await Reconciling(room.adapters.desk.store, Statement({})).day(today, "staff olena")
    await room.bank.fault("statement", "down", count=9)
    body = {"day": (today - timedelta(days=1)).isoformat()}
    answer = await room.api.post(URL, json=body, headers=STAFF)
    assert (answer.status_code, "gave no statement" in answer.json()["detail"]) == (503, True)
    assert (await room.api.post(URL, json=body, headers={"Authorization": "Bearer service"})).status_code == 403

    class Silent(Statement):
        async def statement(self, day):
            raise Unavailable("no way there")

    with pytest.raises(NoStatement):
        await Reconciling(room.adapters.desk.store, Silent({})).day(today - timedelta(days=1), "staff olena")
    assert await room.pool.fetchval("select count(*) from money.recon") == 0


async def test_a_gift_of_the_banks_own_is_no_difference(room):
    start = room.order("cards.apply", {"tariff": "digital"})
    await room.start(start)
    asked = Question("cards.list_active", "anna")
    while len((await room.adapters.questions.bank.ask(asked))["options"]) == 1:  # noqa: ASYNC110 -- over a socket
        await asyncio.sleep(0.05)
    room.clock.jump(days=1)
    body = {"day": datetime.now(UTC).date().isoformat()}
    assert (await room.api.post(URL, json=body, headers=STAFF)).json()["differences"] == []
