"""A copy of one's own data and their end: by the customer with a fresh code, or by a colleague at their wish."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from customer_world import NOW, OTHER_PHONE, Chat, Clock, failure
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from customer_api.own_data import GRACE


class Copier:
    """Whose copies were made, and under which operation."""

    def __init__(self) -> None:
        self.kept: dict[UUID, UUID] = {}

    async def of(self, customer_id: UUID) -> bytes:
        return b'{"customers.customer": []}'

    async def keep(self, customer_id: UUID, op_id: UUID) -> None:
        self.kept[op_id] = customer_id

    def link(self, op_id: UUID) -> str:
        return f"https://bank.example/media/{op_id.hex}.json"


@pytest.fixture
def copies() -> Copier:
    return Copier()


@pytest.fixture
async def anna(chat: Chat) -> str:
    return str((await chat.prove())["customer_id"])


async def wish(chat: Chat, action: str, customer_id: str, inputs: dict[str, object]) -> dict[str, object]:
    body = chat.body(action, inputs, customer_id=customer_id, locale="en")
    return await chat.post(body | {"action": f"mydata.{action}"})


async def with_code(chat: Chat, action: str, customer_id: str) -> dict[str, object]:
    await chat.post(chat.body("send_code", {}, customer_id=customer_id))
    return await wish(chat, action, customer_id, {"code": chat.phones.last_code()})


async def test_a_copy_needs_a_fresh_code_and_its_link_lies_in_no_table(
    chat: Chat, anna: str, copies: Copier, engine: AsyncEngine
) -> None:
    used = chat.phones.last_code()
    assert await wish(chat, "copy", anna, {"code": used}) == failure("expired"), "it has bound the chat already"
    await chat.post(chat.body("send_code", {}, customer_id=anna))
    assert await wish(chat, "copy", anna, {"code": chat.wrong_code()}) == failure("wrong_code")
    assert copies.kept == {}
    body = chat.body("copy", {"code": chat.phones.last_code()}, customer_id=anna) | {"action": "mydata.copy"}
    first, again = await chat.post(body), await chat.post(body)
    ((op_id, whose),) = copies.kept.items()
    assert str(whose) == anna
    assert first == again
    assert first["outputs"] == {"copy_link": copies.link(op_id)}
    async with engine.connect() as connection:
        found = await connection.scalar(
            text("select count(*) from customers.answer where outputs::text like '%media%'")
        )
    assert found == 0


async def test_erasing_is_due_after_the_time_of_grace_and_asked_again_on_the_same_day(
    chat: Chat, anna: str, clock: Clock, api: httpx.AsyncClient
) -> None:
    first = await with_code(chat, "erase", anna)
    assert first["outputs"] == {"day": "November 24, 2026"}
    clock.pass_by(hours=2)
    assert (await with_code(chat, "erase", anna))["outputs"] == first["outputs"]
    told = (await api.post(f"/api/v1/customers/{anna}/erasure")).json()
    assert told == {"due_at": (NOW + GRACE).isoformat().replace("+00:00", "Z")}


async def test_until_then_a_mind_may_change_without_a_code(chat: Chat, anna: str, clock: Clock) -> None:
    assert await wish(chat, "keep", anna, {}) == failure("none_asked")
    await with_code(chat, "erase", anna)
    assert (await wish(chat, "keep", anna, {}))["state"] == "done"
    clock.pass_by(days=2)
    assert (await with_code(chat, "erase", anna))["outputs"] == {"day": "November 26, 2026"}


@pytest.mark.parametrize("action", ["copy", "erase", "keep"])
async def test_nobody_asks_it_for_another(chat: Chat, other_chat: Chat, anna: str, action: str) -> None:
    await other_chat.prove(OTHER_PHONE)
    await other_chat.post(other_chat.body("send_code", {}))
    inputs: dict[str, object] = {} if action == "keep" else {"code": chat.phones.last_code()}
    assert await wish(other_chat, action, anna, inputs) == failure("unavailable")


async def test_colleagues_copy_erase_and_keep_at_a_person_s_wish(
    anna: str, caller: Callable[[str], httpx.AsyncClient]
) -> None:
    staff, url = caller("staff"), f"/api/v1/customers/{anna}"
    assert (await staff.get(f"{url}/copy")).json() == {"customers.customer": []}
    assert (await staff.post(f"{url}/erasure")).status_code == 200
    assert [(await staff.delete(f"{url}/erasure")).status_code for _ in range(2)] == [204, 404]
    nobody = f"/api/v1/customers/{uuid4()}"
    assert (await staff.get(f"{nobody}/copy")).status_code == 404
    assert (await staff.post(f"{nobody}/erasure")).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("", 401), ("partner", 403)])
async def test_nobody_else_may(anna: str, caller: Callable[[str], httpx.AsyncClient], role: str, status: int) -> None:
    other, url = caller(role), f"/api/v1/customers/{anna}"
    answers = [await other.get(f"{url}/copy"), await other.post(f"{url}/erasure"), await other.delete(f"{url}/erasure")]
    assert {answer.status_code for answer in answers} == {status}
