"""Which messages a customer wants: chosen in their chat, kept for good, as the bank has it until then."""

from collections.abc import Callable

import httpx
import pytest
from customer_world import OTHER_PHONE, PHONE, Chat, Clock
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from customer_api.notices import NoticeRules

STATES = {"payments": "off", "regular": "on", "reminders": "on", "offers": "off"}


@pytest.fixture
def rules() -> NoticeRules:
    return NoticeRules(STATES, frozenset({"regular"}))


async def bound(chat: Chat, phone: str = PHONE) -> str:
    """The customer of a chat that has proved its phone."""
    return str((await chat.prove(phone))["customer_id"])


async def choice(chat: Chat, customer_id: str, kind: str, state: str, **more: object) -> dict[str, object]:
    body = chat.body("set", {"kind": kind, "state": state}, customer_id=customer_id, **more) | {"action": "notices.set"}
    return await chat.post(body)


async def read(api: httpx.AsyncClient, customer_id: str) -> dict[str, object]:
    answer = await api.get(f"/api/v1/customers/{customer_id}/notices")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_until_they_choose_it_is_as_the_bank_has_it(chat: Chat, api: httpx.AsyncClient) -> None:
    anna = await bound(chat)
    found = await read(api, anna)
    assert found["kinds"] == STATES
    assert found["chat"]["address"] == chat.address


async def test_a_choice_holds_until_the_next_one(chat: Chat, api: httpx.AsyncClient) -> None:
    anna = await bound(chat)
    for state in ("on", "day", "off", "on"):
        assert (await choice(chat, anna, "payments", state))["state"] == "done"
        assert (await read(api, anna))["kinds"]["payments"] == state


async def test_what_protects_the_money_stays_on_and_may_be_quiet_at_night(chat: Chat, api: httpx.AsyncClient) -> None:
    anna = await bound(chat)
    refused = await choice(chat, anna, "regular", "off")
    assert (refused["state"], refused["error"]) == ("failed", "must_stay_on")
    assert (await choice(chat, anna, "regular", "day"))["state"] == "done"
    assert (await read(api, anna))["kinds"]["regular"] == "day"


async def test_the_same_choice_again_is_one(chat: Chat, api: httpx.AsyncClient, engine: AsyncEngine) -> None:
    anna = await bound(chat)
    body = chat.body("set", {"kind": "payments", "state": "on"}, customer_id=anna) | {"action": "notices.set"}
    for _ in range(2):
        assert (await chat.post(body))["state"] == "done"
    async with engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from customers.notice_choice")) == 1


async def test_nobody_chooses_for_another(chat: Chat, other_chat: Chat, api: httpx.AsyncClient) -> None:
    anna = await bound(chat)
    await bound(other_chat, OTHER_PHONE)
    assert (await choice(other_chat, anna, "payments", "on"))["error"] == "unavailable"
    assert (await read(api, anna))["kinds"]["payments"] == "off"


async def test_the_chat_is_the_newest_that_is_still_theirs(
    chat: Chat, other_chat: Chat, api: httpx.AsyncClient, clock: Clock
) -> None:
    anna = await bound(chat)
    clock.pass_by(hours=1)
    await bound(other_chat)
    newest = (await read(api, anna))["chat"]
    assert newest["channel"] == "viber"
    await api.delete(f"/api/v1/customers/bindings/{newest['binding_id']}")
    assert (await read(api, anna))["chat"]["channel"] == "telegram"


@pytest.mark.parametrize("inputs", [{"kind": "all", "state": "on"}, {"kind": "offers", "state": "maybe"}])
async def test_a_choice_that_there_is_not_is_refused(chat: Chat, inputs: dict[str, object]) -> None:
    anna = await bound(chat)
    body = chat.body("set", inputs, customer_id=anna) | {"action": "notices.set"}
    assert (await chat.api.post("/api/v1/customers/operations", json=body)).status_code == 422


async def test_only_services_and_staff_may_read_it(chat: Chat, caller: Callable[[str], httpx.AsyncClient]) -> None:
    anna = await bound(chat)
    path = f"/api/v1/customers/{anna}/notices"
    assert (await caller("").get(path)).status_code == 401
    assert (await caller("partner").get(path)).status_code == 403
    assert (await caller("staff").get(path)).status_code == 200
    assert (await caller("staff").get("/api/v1/customers/nobody/notices")).status_code == 404


async def test_a_choice_is_never_changed_in_the_database(chat: Chat, engine: AsyncEngine) -> None:
    anna = await bound(chat)
    await choice(chat, anna, "payments", "on")
    for statement in ("update customers.notice_choice set state = 'off'", "delete from customers.notice_choice"):
        with pytest.raises(DBAPIError):
            async with engine.begin() as connection:
                await connection.execute(text(statement))
