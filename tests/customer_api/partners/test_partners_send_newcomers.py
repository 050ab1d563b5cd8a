"""Whom a partner has sent is the partner's in the funnel: by its word and the link's code, whichever comes first."""

import asyncio
from uuid import uuid4

import asyncpg
import httpx
import pytest
from customer_world import Chat, Clock, Phones
from partner_world import Books, registered

from customer_api.referrals.rules import Programme, Rules
from flows.money import Money


@pytest.fixture
def referrals() -> Rules:
    return Rules({"welcome": Programme(Money(50_00, "UAH"), Money(100_00, "UAH"))})


@pytest.fixture
def newcomer(api: httpx.AsyncClient, phones: Phones) -> Chat:
    return Chat(api, phones, "7001", "viber", "teller", uuid4())


async def comes(chat: Chat, came_by: str) -> None:
    await chat.post(chat.body("", {"came_by": came_by}) | {"action": "referrals.reach"})


async def tells(books: Books, code: str, event_id: str, kind: str = "referral.sent") -> None:
    assert (await books.send({"type": kind, "data": {"code": code}}, event_id)).status_code == 204


async def outcomes(books: Books, api: httpx.AsyncClient) -> dict[str, str]:
    heard = (await api.get(f"/api/v1/partners/{books.partner}/events")).json()
    return {one["webhook_id"]: one["outcome"] for one in heard}


async def funnel(database: str) -> list[tuple[str, str, int]]:
    connection = await asyncpg.connect(database)
    try:
        query = "select partner, came_by, sum(reached)::int from insight.onboarding_funnel group by 1, 2 order by 1, 2"
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


@pytest.mark.parametrize("partner_first", [True, False])
async def test_in_either_order_a_newcomer_is_the_partners(
    books: Books, newcomer: Chat, database: str, partner_first: bool
) -> None:
    if partner_first:
        await tells(books, "ref_SUMMER-7", "msg_1")
    await comes(newcomer, "ref_SUMMER-7")
    if not partner_first:
        assert await funnel(database) == [("", "direct", 1)]
        await tells(books, "ref_SUMMER-7", "msg_1")
    await newcomer.prove()
    assert await funnel(database) == [("books", "partner", 1)]


async def test_at_once_it_is_the_partners_too(
    books: Books, api: httpx.AsyncClient, phones: Phones, database: str
) -> None:
    chats = [Chat(api, phones, f"71{n}", "telegram", "teller", uuid4()) for n in range(8)]
    await asyncio.gather(
        *(comes(chat, f"ref_RUSH-{n}") for n, chat in enumerate(chats)),
        *(tells(books, f"ref_RUSH-{n}", f"msg_{n}") for n in range(8)),
    )
    assert await funnel(database) == [("books", "partner", 8)]


async def test_the_first_partner_to_name_a_code_has_it(
    books: Books, api: httpx.AsyncClient, clock: Clock, newcomer: Chat, database: str
) -> None:
    coffee = Books(books.webhooks, clock, "coffee", await registered(api, "coffee"))
    await tells(books, "ref_SHARED", "msg_1")
    await tells(coffee, "ref_SHARED", "msg_1")
    await comes(newcomer, "ref_SHARED")
    assert (await outcomes(books, api), await outcomes(coffee, api)) == ({"msg_1": "done"}, {"msg_1": "unmatched"})
    assert await funnel(database) == [("books", "partner", 1)]


async def test_the_first_link_of_a_chat_stays(books: Books, newcomer: Chat, database: str) -> None:
    await comes(newcomer, "partner_coffee")
    await comes(newcomer, "ref_LATER")
    await tells(books, "ref_LATER", "msg_1")
    assert await funnel(database) == [("coffee", "partner", 1)]


async def test_a_friends_code_is_no_partners(
    books: Books, api: httpx.AsyncClient, newcomer: Chat, database: str, chat: Chat
) -> None:
    customer_id = (await chat.prove())["customer_id"]
    wish = chat.body("", {"programme": "welcome"}, customer_id=customer_id) | {"action": "referrals.link"}
    code = f"ref_{str((await chat.post(wish))['outputs']['invite_link']).rpartition('/')[2]}"
    await comes(newcomer, code)
    await tells(books, code, "msg_1")
    assert await outcomes(books, api) == {"msg_1": "unmatched"}
    assert ("", "friend", 1) in await funnel(database)


async def test_after_thirty_days_it_is_too_late(books: Books, newcomer: Chat, clock: Clock, database: str) -> None:
    await comes(newcomer, "ref_OLD")
    clock.pass_by(days=30, seconds=1)
    await tells(books, "ref_OLD", "msg_1")
    assert await funnel(database) == [("", "direct", 1)]


async def test_what_was_bought_is_known_by_a_code_of_theirs(
    books: Books, api: httpx.AsyncClient, newcomer: Chat
) -> None:
    await tells(books, "ref_A", "msg_1")
    await comes(newcomer, "ref_A")
    await tells(books, "ref_A", "msg_2", "referral.bought")
    await tells(books, "ref_B", "msg_3", "referral.bought")
    assert await outcomes(books, api) == {"msg_1": "done", "msg_2": "done", "msg_3": "unmatched"}
