"""Who counts as whose friend: once, by the first link within the window, and never oneself or a circle."""

import httpx
import pytest
from friend_world import Friend, World
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from image_api.values import Referral


async def test_a_friend_who_came_by_a_link_on_another_messenger_is_a_friend(world: World) -> None:
    anna = await world.customer()
    ben = await world.friend_of(anna)
    (found,) = await world.listed()
    assert (found["recommender"], found["newcomer"]) == (anna.customer_id, ben.customer_id)
    assert (found["state"], found["programme"], found["channel"]) == ("waiting", "welcome", "viber")


async def test_a_link_is_the_same_ever_after_and_each_programme_has_its_own(world: World) -> None:
    anna = await world.customer()
    links = [await anna.link("welcome"), await anna.link("recommend"), await anna.link("welcome")]
    assert links[0] == links[2] != links[1]


async def test_the_first_link_within_the_window_counts(world: World) -> None:
    anna, ben, cleo = await world.customer(), await world.customer(), await world.customer()
    dan = world.somebody()
    await dan.comes_by(await anna.link())
    world.clock.pass_by(days=31)
    await dan.comes_by(await ben.link())
    await dan.comes_by(await cleo.link())
    await dan.joins()
    assert [one["recommender"] for one in await world.listed()] == [ben.customer_id]


async def test_after_the_window_nobody_is_rewarded(world: World) -> None:
    anna, dan = await world.customer(), world.somebody()
    await dan.comes_by(await anna.link())
    world.clock.pass_by(days=30, seconds=1)
    await dan.joins()
    assert await world.listed() == []


@pytest.mark.parametrize(
    "came_by", ["", "invite", "ref_", "ref_ABCDEFG1", "ref_22222222", "REF_ABCD", "ref_" + "A" * 90]
)
async def test_what_is_no_code_of_ours_brings_nobody(world: World, came_by: str) -> None:
    dan = world.somebody()
    await dan.comes_by(came_by)
    await dan.joins()
    assert await world.listed() == []


async def test_a_code_counts_however_its_letters_are_typed(world: World) -> None:
    anna, dan = await world.customer(), world.somebody()
    await dan.comes_by((await anna.link()).lower())
    await dan.joins()
    assert len(await world.listed()) == 1


async def test_a_customer_is_no_newcomer_whatever_links_they_follow(world: World) -> None:
    anna, ben = await world.customer(), await world.customer()
    await ben.comes_by(await anna.link())
    await ben.joins()  # proves the phone again in the same chat
    elsewhere = world.somebody(phone=ben.phone)
    await elsewhere.comes_by(await anna.link())
    assert (await elsewhere.joins()).customer_id == ben.customer_id
    assert await world.listed() == []


async def test_a_link_followed_on_ones_own_other_messenger_rewards_nobody(world: World) -> None:
    anna = await world.customer()
    other_chat = world.somebody(phone=anna.phone)
    await other_chat.comes_by(await anna.link())
    assert (await other_chat.joins()).customer_id == anna.customer_id
    await other_chat.pays()
    assert await world.take() == []


async def test_another_number_in_ones_own_chat_is_no_friend(world: World, api: httpx.AsyncClient) -> None:
    anna = await world.customer()
    link = await anna.link()
    (binding,) = (await api.get(f"/api/v1/customers/{anna.customer_id}/bindings")).json()
    await api.delete(f"/api/v1/customers/bindings/{binding['binding_id']}")
    again = world.somebody(phone="+380501234567", chat=anna.chat)
    await again.comes_by(link)
    await again.joins()
    assert again.customer_id != anna.customer_id
    assert await world.refusal_of(again) == "own_chat"
    await again.pays()
    assert await world.take() == []


async def erase(engine: AsyncEngine, customer_id: str) -> None:
    """What identifies a customer is gone; what was decided stays."""
    async with engine.begin() as connection:
        for table in ("identifier", "binding"):
            await connection.execute(
                text(f"delete from customers.{table} where customer_id = :id"), {"id": customer_id}
            )


async def test_who_was_welcomed_once_is_not_welcomed_again_after_being_erased(
    world: World, engine: AsyncEngine
) -> None:
    anna = await world.customer()
    ben = await world.friend_of(anna)
    await erase(engine, ben.customer_id)
    again = world.somebody(phone=ben.phone)
    await again.comes_by(await anna.link())
    await again.joins()
    assert await world.refusal_of(again) == "welcomed_before"


async def test_a_circle_of_friends_is_broken_where_it_would_close(world: World, engine: AsyncEngine) -> None:
    anna = await world.customer()
    ben = await world.friend_of(anna)
    cleo = await world.friend_of(ben)
    link = await cleo.link()
    await erase(engine, anna.customer_id)
    again = world.somebody(phone=anna.phone)
    await again.comes_by(link)
    await again.joins()
    assert await world.refusal_of(again) == "loop"
    await again.pays()
    assert await world.take() == []


async def test_a_link_of_somebody_who_was_erased_rewards_nobody(world: World, engine: AsyncEngine) -> None:
    anna = await world.customer()
    link = await anna.link()
    await erase(engine, anna.customer_id)
    ben = world.somebody()
    await ben.comes_by(link)
    await ben.joins()
    assert await world.refusal_of(ben) == "recommender_gone"


async def test_a_picture_of_an_invitation_shows_ones_own_link_and_what_the_friend_gets(world: World) -> None:
    anna = await world.customer()
    assert (await pictured(world, anna, "welcome"))["error"] == "closed"
    link = await anna.link("welcome")
    shown = Referral.model_validate((await pictured(world, anna, "welcome"))["outputs"])
    assert (shown.friend_gets, shown.link) == ("100.00 UAH", f"https://bank.example/i/{link.removeprefix('ref_')}")
    assert shown.inviter == "Олена К."
    for programme in ("recommend", "none", ""):
        assert (await pictured(world, anna, programme))["error"] == "closed"
    assert (await pictured(world, await world.customer(), "welcome"))["error"] == "closed"


async def pictured(world: World, friend: Friend, programme: str) -> dict[str, object]:
    body = {"customer_id": friend.customer_id, "inputs": {"programme": programme}, "locale": "uk"}
    return (await world.api.post("/api/v1/customers/questions/referrals.picture", json=body)).raise_for_status().json()


async def test_a_stranger_gets_no_link(world: World) -> None:
    anna, stranger = await world.customer(), world.somebody()
    stranger.customer_id = anna.customer_id
    answer = await stranger.chat.post(stranger.order("referrals.link", {"programme": "welcome"}))
    assert (answer["state"], answer["error"]) == ("failed", "unavailable")


async def test_no_phone_and_no_chat_lies_open_in_what_is_kept(world: World, engine: AsyncEngine) -> None:
    ben = await world.friend_of(await world.customer())
    await ben.pays()
    async with engine.connect() as connection:
        for table in ("invitation", "touch", "journey", "referral", "reward"):
            rows = (await connection.execute(text(f"select * from customers.{table}"))).all()
            assert rows, table
            assert not any(secret in str(rows) for one in world.people for secret in (one.phone[1:], one.chat.address))
