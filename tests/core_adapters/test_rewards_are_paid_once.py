"""Rewards through the money path: one payment each whatever happens, told when it has come, refused where it cannot."""

import asyncio
from uuid import uuid4

import pytest
from owing import Friends

from core_adapters.operations.ids import core_ref
from core_adapters.ports import Person, Reward
from core_adapters.rewarding import ACTION, EVENT, LOOK_EVERY, Rewarding, op_id_of
from core_adapters.unasked import by_itself
from flows.money import Money


@pytest.fixture
def friends() -> Friends:
    return Friends()


def owe(friends: Friends, customer_id: str = "anna", role: str = "recommender", amount: str = "100.00 UAH") -> Reward:
    friends.owed.append(Reward(uuid4(), uuid4(), customer_id, role, Money.parse(amount)))
    return friends.owed[-1]


def paying(room, friends: Friends) -> Rewarding:
    return Rewarding(room.adapters.desk.store, "sandbox", friends)


async def rounds(room, friends: Friends, count: int = 3) -> None:
    """Time goes by, and every background job has its turn."""
    for _ in range(count):
        await paying(room, friends).pay()
        await room.rounds(1)


async def paid(room, reward: Reward) -> list[int]:
    """What the bank has given under the reward's reference."""
    found = await room.bank.postings(core_ref(op_id_of(reward.id)), "reward")
    return [one["amount_minor"] for one in found]


async def told(room):
    return [event for event in await room.news() if event.kind == "bank" and event.name == EVENT]


async def test_a_reward_comes_once_and_is_told_in_the_newest_chat(room, friends):
    room.people.chats["anna"] = uuid4()
    reward = owe(friends)
    await rounds(room, friends)
    assert await paid(room, reward) == [100_00]
    assert friends.ended == [(reward.id, None)]
    (event,) = await told(room)
    assert (event.conversation, event.outcome) == (room.people.chats["anna"], "ok")
    assert event.match == {"referral_id": str(reward.referral_id)}
    assert event.outputs["amount"] == "100.00 UAH"
    assert len(str(event.outputs["card_last4"])) == 4


async def test_the_newcomer_is_told_of_the_welcome(room, friends):
    room.people.chats["anna"] = uuid4()
    owe(friends, role="newcomer")
    await rounds(room, friends)
    assert [event.outcome for event in await told(room)] == ["welcome"]


async def test_a_reward_that_is_handed_out_again_and_to_two_at_once_is_paid_once(room, friends):
    reward = owe(friends)
    await asyncio.gather(*(paying(room, friends).pay() for _ in range(4)))
    for _ in range(2):
        await rounds(room, friends, 2)
        friends.owed = [reward]
    assert await paid(room, reward) == [100_00]
    count = await room.pool.fetchval("select count(*) from money.operation where action = $1", ACTION)
    assert count == 1


async def test_what_is_owed_is_asked_for_once_in_a_while(room, friends):
    pays = paying(room, friends)
    await pays.pay()
    reward = owe(friends)
    await pays.pay()
    assert await room.pool.fetchval("select count(*) from money.operation") == 0
    room.clock.jump(seconds=LOOK_EVERY.total_seconds())
    await pays.pay()
    assert await room.state(op_id_of(reward.id)) == "APPROVED"


@pytest.mark.parametrize(("newcomers", "more"), [(None, 0), (Friends(), 1)])
async def test_nobody_is_rewarded_where_nobody_knows_whose_friend_a_customer_is(room, newcomers, more):
    desk, bank = room.adapters.desk, room.adapters.questions.bank
    made = [
        by_itself(desk.store, desk.accepting.brand, bank, desk.accepting, None, None, who) for who in (None, newcomers)
    ]
    assert len(made[1].jobs) - len(made[0].jobs) == more


@pytest.mark.parametrize("outcome", ["timeout_after", "reset_after", "timeout_before", "garbage", "down"])
async def test_a_lost_reply_does_not_pay_twice(room, friends, outcome):
    await room.bank.fault("reward", outcome)
    reward = owe(friends)
    await rounds(room, friends, 5)
    assert await paid(room, reward) == [100_00]
    assert friends.ended == [(reward.id, None)]


async def test_who_has_no_card_is_refused_and_not_asked_again(room, friends):
    room.people.known["ben"] = Person("+380509998877", "Ben")
    reward = owe(friends, "ben")
    await rounds(room, friends, 4)
    assert friends.ended == [(reward.id, "no_card")]
    assert await told(room) == []


async def test_what_staff_have_stopped_waits_and_is_paid_afterwards(room, friends):
    reward = owe(friends)
    stop = "insert into money.switch (name, stopped, why, who, at) values ($1, $2, 'why', 'staff', now())"
    again = "update money.switch set stopped = false where name = $1"
    await room.pool.execute(stop, ACTION, True)
    await rounds(room, friends)
    assert (await paid(room, reward), friends.ended) == ([], [])
    await room.pool.execute(again, ACTION)
    await rounds(room, friends)
    assert await paid(room, reward) == [100_00]


async def test_while_customer_api_is_away_nothing_is_lost(room, friends):
    reward = owe(friends)
    friends.is_down = True
    await rounds(room, friends)
    friends.is_down = False
    await rounds(room, friends)
    assert await paid(room, reward) == [100_00]


async def test_the_books_have_it_on_both_sides(room, friends):
    reward = owe(friends)
    await rounds(room, friends)
    rows = await room.pool.fetch(
        "select account, delta_minor from money.ledger_entry where op_id = $1 order by account", op_id_of(reward.id)
    )
    assert [tuple(row) for row in rows] == [("customer:anna", 100_00), ("rewards:sandbox", -100_00)]


async def test_no_flow_and_no_caller_can_give_itself_one(room):
    order = room.order(ACTION, {"amount": "100.00 UAH", "referral_id": str(uuid4()), "role": "newcomer"})
    with pytest.raises(ValueError, match="not an operation of the catalogue"):
        await room.start(order)
