"""The funnel that staff read: it adds up by channel, partner and day, holds nobody, and is for reading only."""

import asyncpg
import pytest

from bench.newcomers import CHANNELS, STAGES, drawn, expected, simulate, sums

COUNT = 48
# What a column of the views may be called: no id, no name, nothing that leads to a person.
ALLOWED = frozenset({
    "day", "channel", "partner", "came_by", "programme", "currency", *STAGES, "joined", "waiting", "used", "too_late",
    "refused", "rewards_paid", "rewards_due", "rewards_over_limit", "rewards_refused", "paid_minor", "due_minor",
    *(f"{stage}_at" for stage in STAGES),
})  # fmt: skip


async def test_newcomers_over_four_messengers_add_up(database: str) -> None:
    people = drawn(COUNT)
    said = await simulate(database, people)
    assert said == expected(people)
    total = [sum(one.stages > stage for one in people) for stage in range(len(STAGES))]
    for column in range(4):
        assert [sum(numbers) for numbers in zip(*sums(said, column).values(), strict=True)] == total
    assert total[0] == COUNT
    assert total == sorted(total, reverse=True)
    assert total[-1] > 0
    assert {*sums(said, 1)} == {*CHANNELS}
    assert {*sums(said, 3)} == {"direct", "friend", "partner"}


async def test_whoever_was_a_customer_before_is_no_newcomer_and_counts_nowhere(world, database: str) -> None:
    anna = await world.customer()
    elsewhere = world.somebody(phone=anna.phone)
    await elsewhere.comes_by("")
    await elsewhere.joins()
    assert await rows(database, "select sum(reached)::int as n from insight.onboarding_funnel") == [{"n": 1}]


async def test_referrals_are_counted_with_what_was_paid(world, database: str) -> None:
    anna = await world.customer()
    friends = [await world.friend_of(anna) for _ in range(4)]
    for friend in friends[:3]:
        await friend.pays()
    await world.pay_all()
    (sums,) = await rows(
        database,
        "select sum(joined)::int as joined, sum(used)::int as used, sum(waiting)::int as waiting,"
        " sum(rewards_paid)::int as paid, sum(rewards_over_limit)::int as over, sum(paid_minor)::int as minor"
        " from insight.referral_funnel",
    )
    assert sums == {"joined": 4, "used": 3, "waiting": 1, "paid": 5, "over": 1, "minor": 400_00}


async def test_an_analyst_reads_the_views_and_nothing_else(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("set role teller_insight")
        for view in ("journey", "onboarding_funnel", "referral_funnel"):
            await connection.fetch(f"select * from insight.{view}")
        for forbidden in (
            "select * from customers.journey", "select * from customers.customer", "select * from money.operation",
            "delete from customers.touch", "create table insight.mine (n int)",
        ):  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
    finally:
        await connection.close()


async def test_the_views_hold_counts_and_times_and_nobody(database: str) -> None:
    found = await rows(
        database, "select column_name, data_type from information_schema.columns where table_schema = 'insight'"
    )
    assert {row["column_name"] for row in found} <= ALLOWED
    assert not {row["data_type"] for row in found} & {"uuid", "bytea", "jsonb"}


async def rows(database: str, query: str) -> list[dict[str, object]]:
    connection = await asyncpg.connect(database)
    try:
        return [dict(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()
