"""What a customer sees of their consents in the chat, how one ends, and what may not be read without one."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest
from customer_world import NOW, OTHER_PHONE, Chat, Clock, failure
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from customer_api import consents
from customer_api.consents import Evidence, Sharing, Wording
from customer_api.notices import NoticeRules

BOOKS = Sharing("book_corner", "Book Corner", "your first name")


@pytest.fixture
def rules() -> NoticeRules:
    """A bank that would tell everybody of its offers."""
    return NoticeRules({"payments": "off", "regular": "on", "reminders": "on", "offers": "on"}, frozenset({"regular"}))


@pytest.fixture
async def anna(chat: Chat) -> str:
    return str((await chat.prove())["customer_id"])


async def question(api: httpx.AsyncClient, verb: str, customer_id: str, locale: str = "en") -> dict[str, object]:
    body = {"customer_id": customer_id, "locale": locale}
    answer = await api.post(f"/api/v1/customers/questions/{verb}", json=body)
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if value is not None}


async def options(api: httpx.AsyncClient, customer_id: str, locale: str = "en") -> list[dict[str, str]]:
    outputs = (await question(api, "consents.given", customer_id, locale))["outputs"]
    return outputs["options"]  # type: ignore[index,return-value]


async def decisions(api: httpx.AsyncClient, customer_id: str, purpose: str) -> list[dict[str, object]]:
    found = (await api.get(f"/api/v1/customers/{customer_id}/consents")).json()
    return [one for one in found if one["purpose"] == purpose]


async def share_with_books(engine: AsyncEngine, customer_id: str) -> None:
    async with AsyncSession(engine) as session, session.begin():
        evidence = Evidence(uuid4(), "telegram", NOW)
        await consents.give(session, UUID(customer_id), "partner_sharing", Wording("1", "en"), evidence, BOOKS)


async def wish(chat: Chat, customer_id: str, state: str, **more: object) -> dict[str, object]:
    body = chat.body("set", {"kind": "offers", "state": state}, customer_id=customer_id, **more)
    return await chat.post(body | {"action": "notices.set"})


async def withdraw(chat: Chat, customer_id: str, consent: str) -> dict[str, object]:
    body = chat.body("withdraw", {"consent": consent}, customer_id=customer_id)
    return await chat.post(body | {"action": "consents.withdraw"})


async def test_binding_a_chat_keeps_the_consent_to_be_served_with_its_text(
    chat: Chat, api: httpx.AsyncClient, anna: str
) -> None:
    (kept,) = await decisions(api, anna, "service")
    assert (kept["given"], kept["text_version"], kept["language"]) == (True, "2026-11", "uk")
    assert (kept["channel"], kept["decided_at"]) == ("telegram", NOW.isoformat().replace("+00:00", "Z"))
    assert UUID(str(kept["op_id"]))


async def test_proving_it_again_in_the_same_chat_asks_for_nothing_new(
    chat: Chat, api: httpx.AsyncClient, anna: str, clock: Clock
) -> None:
    clock.pass_by(hours=2)
    await chat.prove()
    assert len(await decisions(api, anna, "service")) == 1


async def test_a_second_chat_is_a_second_yes(
    chat: Chat, other_chat: Chat, api: httpx.AsyncClient, anna: str, clock: Clock
) -> None:
    clock.pass_by(hours=2)
    await other_chat.prove()
    assert [one["channel"] for one in await decisions(api, anna, "service")] == ["telegram", "viber"]


async def test_marketing_is_never_assumed_whatever_the_bank_has_set(api: httpx.AsyncClient, anna: str) -> None:
    assert (await api.get(f"/api/v1/customers/{anna}/notices")).json()["kinds"]["offers"] == "off"
    assert await question(api, "consents.any", anna) == {"error": "none_given"}


async def test_turning_offers_on_is_the_yes_and_turning_them_off_takes_it_back(
    chat: Chat, api: httpx.AsyncClient, anna: str
) -> None:
    await wish(chat, anna, "day", locale="en")
    await wish(chat, anna, "on", locale="en")
    assert (await api.get(f"/api/v1/customers/{anna}/notices")).json()["kinds"]["offers"] == "on"
    await wish(chat, anna, "off", locale="en")
    told = [(one["given"], one["language"]) for one in await decisions(api, anna, "marketing")]
    assert told == [(True, "en"), (False, "en")]


async def test_what_is_withdrawn_in_the_chat_holds_at_once(chat: Chat, api: httpx.AsyncClient, anna: str) -> None:
    await wish(chat, anna, "on")
    (given,) = await options(api, anna)
    assert (given["name"], given["since"]) == ("News and offers of the bank", "November 21, 2026")
    assert (await withdraw(chat, anna, given["id"]))["state"] == "done"
    assert (await api.get(f"/api/v1/customers/{anna}/notices")).json()["kinds"]["offers"] == "off"
    assert (await api.get(f"/api/v1/customers/{anna}/consents/marketing")).json() == {"allowed": False}
    assert await options(api, anna) == []
    assert await withdraw(chat, anna, given["id"]) == failure("already_withdrawn")


async def test_a_partner_s_consent_is_told_in_the_words_that_were_read(
    chat: Chat, api: httpx.AsyncClient, anna: str, engine: AsyncEngine
) -> None:
    await share_with_books(engine, anna)
    (given,) = await options(api, anna, "uk")
    assert (given["name"], given["scope"], given["since"][:12]) == ("Book Corner", "your first name", "21 листопада")
    path = f"/api/v1/customers/{anna}/consents/partner_sharing"
    assert (await api.get(path, params={"partner": "book_corner"})).json() == {"allowed": True}
    assert (await api.get(path, params={"partner": "home_budget"})).json() == {"allowed": False}
    await withdraw(chat, anna, given["id"])
    assert (await api.get(path, params={"partner": "book_corner"})).json() == {"allowed": False}


async def test_nobody_withdraws_for_another_nor_what_is_no_consent(
    chat: Chat, other_chat: Chat, api: httpx.AsyncClient, anna: str, engine: AsyncEngine
) -> None:
    await share_with_books(engine, anna)
    olha = str((await other_chat.prove(OTHER_PHONE))["customer_id"])
    (given,) = await options(api, anna)
    assert await withdraw(other_chat, olha, given["id"]) == failure("unavailable")
    assert await withdraw(other_chat, anna, given["id"]) == failure("unavailable")
    assert await withdraw(chat, anna, str(uuid4())) == failure("unavailable")
    assert len(await options(api, anna)) == 1


async def test_the_consent_to_be_served_does_not_end_here(chat: Chat, api: httpx.AsyncClient, anna: str) -> None:
    (kept,) = await decisions(api, anna, "service")
    assert await withdraw(chat, anna, str(kept["id"])) == failure("unavailable")


async def test_a_chat_is_asked_about_by_its_address(chat: Chat, api: httpx.AsyncClient, anna: str) -> None:
    where = {"channel": "telegram", "account": "teller_bot", "address": "1001"}
    path = "/api/v1/customers/consents/marketing"
    assert (await api.get(path, params=where)).json() == {"allowed": False}
    await wish(chat, anna, "on")
    assert (await api.get(path, params=where)).json() == {"allowed": True}
    assert (await api.get(path, params=where | {"address": "1002"})).json() == {"allowed": False}
    newest = (await api.get(f"/api/v1/customers/{anna}/notices")).json()["chat"]
    await api.delete(f"/api/v1/customers/bindings/{newest['binding_id']}")
    assert (await api.get(path, params=where)).json() == {"allowed": False}


@pytest.mark.parametrize("path", ["", "/marketing"])
async def test_only_services_and_staff_may_ask(
    anna: str, caller: Callable[[str], httpx.AsyncClient], path: str
) -> None:
    url = f"/api/v1/customers/{anna}/consents{path}"
    assert [(await caller(role).get(url)).status_code for role in ("", "partner", "staff")] == [401, 403, 200]


async def test_a_customer_that_there_is_not_has_no_ledger(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"/api/v1/customers/{uuid4()}/consents")).status_code == 404
    assert (await api.get("/api/v1/customers/nobody/consents")).status_code == 404
