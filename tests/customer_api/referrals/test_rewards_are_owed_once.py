"""What the first use of a newcomer's card brings: two rewards, once, within the limits, told when they are paid."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from friend_world import REFERRALS, World
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine


async def test_both_are_owed_what_was_promised_when_the_friend_first_pays(world: World) -> None:
    anna = await world.customer()
    ben, cleo = await world.friend_of(anna), await world.friend_of(anna, "recommend")
    assert await world.take() == []
    await ben.pays()
    await cleo.pays()
    assert await anna.rewards() == [("recommender", "100.00 UAH", "due"), ("recommender", "50.00 UAH", "due")]
    assert await ben.rewards() == [("newcomer", "100.00 UAH", "due")]
    assert await cleo.rewards() == [("newcomer", "40.00 UAH", "due")]


async def test_a_second_use_and_news_told_again_owe_nothing_more(world: World) -> None:
    ben = await world.friend_of(await world.customer())
    for _ in range(3):
        await ben.pays(at=world.clock())
    assert len(await world.take()) == 2


async def test_two_first_uses_at_once_are_one(world: World) -> None:
    ben = await world.friend_of(await world.customer())
    await asyncio.gather(*(ben.pays(f"{100 + n}.00 UAH") for n in range(8)))
    assert len(await world.take()) == 2


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("purchase", "19.99 UAH"), ("cash", "500.00 UAH"), ("out", "500.00 UAH"), ("purchase", "50.00 EUR")],
)
async def test_what_is_no_use_in_the_banks_sense_owes_nothing_and_the_next_one_may(
    world: World, kind: str, amount: str
) -> None:
    ben = await world.friend_of(await world.customer())
    await ben.pays(amount, kind)
    assert await world.take() == []
    await ben.pays("20.00 UAH")
    assert len(await world.take()) == 2


async def test_a_card_that_is_used_too_late_owes_nothing(world: World) -> None:
    ben = await world.friend_of(await world.customer())
    world.clock.pass_by(days=91)
    await ben.pays()
    await ben.pays()
    assert [one["state"] for one in await world.listed()] == ["too_late"]
    assert await world.take() == []


async def test_who_came_by_nobodys_link_owes_nobody(world: World) -> None:
    dan = await world.customer()
    await dan.pays()
    assert await world.take() == []


async def test_above_a_months_friends_the_newcomer_alone_is_rewarded_until_the_next_month(world: World) -> None:
    anna = await world.customer()
    friends = [await world.friend_of(anna) for _ in range(4)]
    for friend in friends[:3]:
        await friend.pays()
    assert [state for _, _, state in await anna.rewards()] == ["due", "due", "over_limit"]
    assert await friends[2].rewards() == [("newcomer", "100.00 UAH", "due")]
    world.clock.now = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    await friends[3].pays()
    assert [state for _, _, state in await anna.rewards()] == ["due", "due", "due", "over_limit"]


async def test_above_a_persons_friends_no_month_helps(world: World) -> None:
    anna = await world.customer()
    for _ in range(4):
        await (await world.friend_of(anna)).pays()
        world.clock.pass_by(days=31)
    assert sorted(state for _, _, state in await anna.rewards()) == ["due", "due", "due", "over_limit"]


async def test_friends_who_pay_at_the_same_moment_do_not_break_the_limit(world: World) -> None:
    anna = await world.customer()
    friends = [await world.friend_of(anna) for _ in range(5)]
    await asyncio.gather(*(friend.pays() for friend in friends))
    assert [state for _, _, state in await anna.rewards()].count("due") == 2


async def test_a_recommender_who_was_erased_gets_nothing_and_the_friend_does(world: World, engine: AsyncEngine) -> None:
    anna = await world.customer()
    ben = await world.friend_of(anna)
    async with engine.begin() as connection:
        await connection.execute(
            text("delete from customers.identifier where customer_id = :id"), {"id": anna.customer_id}
        )
    await ben.pays()
    assert await anna.rewards() == [("recommender", "50.00 UAH", "refused")]
    assert await ben.rewards() == [("newcomer", "100.00 UAH", "due")]


async def test_a_reward_is_handed_out_again_until_its_outcome_is_told_and_then_never(world: World) -> None:
    ben = await world.friend_of(await world.customer())
    await ben.pays()
    taken = await world.take()
    assert await world.take() == []
    world.clock.pass_by(seconds=6)
    assert {one["reward_id"] for one in await world.take()} == {one["reward_id"] for one in taken}
    for one in taken:
        await world.settle(one["reward_id"])
    world.clock.pass_by(days=1)
    assert await world.take() == []


async def test_two_who_take_at_once_are_never_given_the_same(world: World) -> None:
    for _ in range(4):
        await (await world.friend_of(await world.customer())).pays()
    both = await asyncio.gather(world.take(), world.take())
    given = [one["reward_id"] for taken in both for one in taken]
    assert len(given) == len(set(given)) == 8


async def test_the_first_outcome_of_a_reward_stays(world: World, engine: AsyncEngine) -> None:
    ben = await world.friend_of(await world.customer())
    await ben.pays()
    reward = (await world.take())[0]["reward_id"]
    assert (await world.settle(reward))["state"] == "paid"
    assert (await world.settle(reward, "refused", reason="no_card"))["state"] == "paid"
    with pytest.raises(DBAPIError, match="what was decided stays"):
        async with engine.begin() as connection:
            await connection.execute(text("update customers.reward set amount_minor = 1 where state = 'paid'"))


async def test_nobody_settles_a_reward_that_is_not_there(world: World, api: httpx.AsyncClient) -> None:
    answer = await api.put(f"{REFERRALS}/rewards/{uuid4()}", json={"state": "paid"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_staff_look_and_cannot_tell_of_uses(world: World, caller) -> None:
    ben = await world.friend_of(await world.customer())
    staff = caller("staff")
    (found,) = (await staff.get(REFERRALS)).json()
    assert (await staff.get(f"{REFERRALS}/{found['referral_id']}")).json() == found
    assert (await staff.get(f"{REFERRALS}/{uuid4()}")).status_code == 404
    told = {"customer_id": ben.customer_id, "kind": "purchase", "amount": "50.00 UAH", "at": world.clock().isoformat()}
    for role, status in (("staff", 403), ("partner", 403), ("", 401)):
        assert (await caller(role).post(f"{REFERRALS}/uses", json=told)).status_code == status
        assert (await caller(role).post(f"{REFERRALS}/rewards/take")).status_code == status
    assert (await caller("partner").get(REFERRALS)).status_code == 403
