"""A chat becomes a customer's by his own contact and a code to his phone, and by nothing else."""

import asyncio
import base64
from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest
from customer_world import OTHER_PHONE, PHONE, Chat, Clock, Phones, failure
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.keyring import Keyring
from bot.tokens import Tokens
from customer_api.app import build
from customer_api.seals import Chat as ChatOf

BINDINGS = "/api/v1/customers/bindings"
WHERE = {"channel": "telegram", "account": "teller_bot", "address": "1001"}


async def count(engine: AsyncEngine, table: str) -> int:
    async with engine.connect() as connection:
        return int(await connection.scalar(text(f"select count(*) from customers.{table}")) or 0)


async def test_bind_foreign_contact(chat: Chat, engine: AsyncEngine) -> None:
    """The contact's user is not the sender, so the channel says it is not his own."""
    assert await chat.ask_for_code(own_contact=False) == failure("not_own_contact")
    assert chat.phones.sent == {}
    assert await count(engine, "code") == 0


async def test_a_forwarded_contact_or_one_nobody_asked_for_is_refused(chat: Chat) -> None:
    """The flow passes on what the channel proved; nothing proved is a typed phone."""
    assert await chat.ask_for_code(own_contact=None) == failure("not_own_contact")
    assert chat.phones.sent == {}


async def test_a_contact_without_a_user_is_refused(chat: Chat) -> None:
    """Without a user id there is no flag at all."""
    answer = await chat.post(chat.body("send_code", {"phone": PHONE}))
    assert answer == failure("not_own_contact")
    assert chat.phones.sent == {}


@pytest.mark.parametrize("flag", ["true", 1, "yes", {}])
async def test_only_a_true_flag_is_a_flag(chat: Chat, flag: object) -> None:
    body = chat.body("send_code", {"phone": PHONE, "own_contact": flag})
    answer = await chat.api.post("/api/v1/customers/operations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_input")
    assert "own_contact" in answer.json()["message"]


async def test_a_code_binds_the_chat_to_the_phones_customer(chat: Chat, clock: Clock) -> None:
    answer = await chat.ask_for_code()
    assert answer == {"state": "done", "outputs": {"sent_to": "+380 •• ••• 22 33"}, "error": None}
    (to, sms), *_ = chat.phones.sent.values()
    assert to == PHONE
    assert "Нікому" in sms
    done = await chat.say(chat.phones.last_code())
    outputs = done["outputs"]
    assert (done["state"], outputs["level"]) == ("done", "verified")
    assert outputs["expires_at"] == "2026-11-21T20:00:00+00:00"
    person = (await chat.api.get(f"/api/v1/customers/{outputs['customer_id']}")).json()
    assert person == {
        "customer_id": outputs["customer_id"],
        "first_name": "Олена",
        "last_name": "Коваль",
        "full_name": "",
        "phone": PHONE,
        "identified": False,
        "locale": "uk",
        "bound_at": "2026-11-21T12:00:00Z",
        "watched_since": "2026-11-21T12:00:00Z",
        "watched_until": "2026-11-22T12:00:00Z",
    }
    binding = (await chat.api.get(BINDINGS, params=WHERE)).json()
    assert binding["customer_id"] == outputs["customer_id"]
    assert binding["risk_until"] == "2026-11-22T12:00:00Z"
    context = (await chat.api.get(f"/api/v1/customers/{outputs['customer_id']}/context")).json()
    assert context == {"name": "Олена", "identified": False}


async def test_the_same_phone_in_another_messenger_is_the_same_customer(chat: Chat, other_chat: Chat) -> None:
    first, second = await chat.prove(), await other_chat.prove("380501112233")
    assert first["customer_id"] == second["customer_id"]
    listed = (await chat.api.get(f"/api/v1/customers/{first['customer_id']}/bindings")).json()
    assert {(row["channel"], row["address"]) for row in listed} == {("telegram", "1001"), ("viber", "2002")}


async def test_one_chat_binds_one_customer_and_a_second_needs_a_revoke_that_is_kept(
    chat: Chat, engine: AsyncEngine
) -> None:
    """The second must be revoked first."""
    first = await chat.prove()
    assert await chat.ask_for_code(OTHER_PHONE) == failure("not_own_contact")
    binding = (await chat.api.get(BINDINGS, params=WHERE)).json()
    revoked = [(await chat.api.delete(f"{BINDINGS}/{binding['binding_id']}")).json() for _ in range(2)]
    assert revoked[0] == revoked[1]
    assert revoked[0]["revoked_at"] is not None
    assert (await chat.api.get(BINDINGS, params=WHERE)).status_code == 404
    second = await chat.prove(OTHER_PHONE)
    assert second["customer_id"] != first["customer_id"]
    history = (await chat.api.get(f"/api/v1/customers/{first['customer_id']}/bindings")).json()
    assert [row["revoked_at"] is not None for row in history] == [True]
    async with engine.connect() as connection:
        assert await connection.scalar(text("select revoked_by from customers.binding where revoked_by <> ''")) == (
            "a service"
        )
        with pytest.raises(IntegrityError, match="stays"):
            await connection.execute(text("update customers.binding set revoked_at = null, revoked_by = null"))


async def test_the_customer_ends_the_binding_from_the_chat_and_the_history_stays(
    chat: Chat, engine: AsyncEngine
) -> None:
    first = await chat.prove()
    body = chat.body("unbind", {}, customer_id=first["customer_id"])
    assert [await chat.post(body) for _ in range(2)] == [{"state": "done", "outputs": {}, "error": None}] * 2
    assert (await chat.api.get(BINDINGS, params=WHERE)).status_code == 404
    history = (await chat.api.get(f"/api/v1/customers/{first['customer_id']}/bindings")).json()
    assert [row["revoked_at"] is not None for row in history] == [True]
    async with engine.connect() as connection:
        assert await connection.scalar(text("select revoked_by from customers.binding")) == "the customer in telegram"
    assert await chat.post(chat.body("send_code", {})) == failure("not_own_contact")
    again = await chat.prove()
    assert again["customer_id"] == first["customer_id"]
    person = (await chat.api.get(f"/api/v1/customers/{first['customer_id']}")).json()
    assert person["watched_until"] is not None


class Heard:
    """Hears of bindings that staff have ended."""

    def __init__(self) -> None:
        self.of: list[tuple[str, str]] = []

    async def tell(self, binding_id: UUID, chat: ChatOf, at: datetime) -> None:
        self.of.append((str(binding_id), chat.address))


async def test_a_binding_that_staff_end_is_told_to_its_conversation(
    engine: AsyncEngine, keyring: Keyring, phones: Phones, clock: Clock
) -> None:
    heard, tokens = Heard(), Tokens([base64.b64encode(b"1" * 32).decode()])
    app = build(engine, keyring, phones, tokens, clock, endings=heard)
    headers = {"authorization": f"Bearer {tokens.issue('service', 'bot')}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://customers", headers=headers
    ) as api:
        await Chat(api, phones).prove()
        binding = (await api.get(BINDINGS, params=WHERE)).json()["binding_id"]
        assert (await api.delete(f"{BINDINGS}/{uuid4()}")).status_code == 404
        assert heard.of == []
        assert (await api.delete(f"{BINDINGS}/{binding}")).status_code == 200
    assert heard.of == [(binding, "1001")]


async def test_nobody_ends_the_binding_of_another_chat(chat: Chat, other_chat: Chat) -> None:
    first, second = await chat.prove(), await other_chat.prove(OTHER_PHONE)
    for customer_id in (second["customer_id"], str(chat.conversation)):
        assert await chat.post(chat.body("unbind", {}, customer_id=customer_id)) == failure("not_bound")
    assert (await chat.api.get(BINDINGS, params=WHERE)).json()["customer_id"] == first["customer_id"]
    assert await chat.post(chat.body("unbind", {})) == {"state": "done", "outputs": {}, "error": None}
    assert await chat.post(chat.body("unbind", {})) == failure("not_bound")
    assert (await chat.api.get(f"/api/v1/customers/{second['customer_id']}")).json()["watched_until"] is not None


async def test_proving_the_same_phone_again_keeps_the_binding_and_its_age(chat: Chat, clock: Clock) -> None:
    customer_id = (await chat.prove())["customer_id"]
    before = (await chat.api.get(BINDINGS, params=WHERE)).json()
    clock.pass_by(hours=30)
    again = await chat.prove()
    assert again["expires_at"] == "2026-11-23T02:00:00+00:00"
    assert (await chat.api.get(BINDINGS, params=WHERE)).json() == before
    assert (await chat.api.get(f"/api/v1/customers/{customer_id}")).json()["bound_at"] == before["bound_at"]


async def test_a_new_binding_in_another_messenger_makes_the_customer_new_again(
    chat: Chat, other_chat: Chat, clock: Clock
) -> None:
    """The age of the bindings is what limits transfers go by."""
    customer_id = (await chat.prove())["customer_id"]
    clock.pass_by(hours=30)
    old = (await chat.api.get(f"/api/v1/customers/{customer_id}")).json()
    assert (old["watched_since"], old["watched_until"]) == (None, None)
    await other_chat.prove()
    new = (await chat.api.get(f"/api/v1/customers/{customer_id}")).json()
    assert new["bound_at"] == new["watched_since"] == "2026-11-22T18:00:00Z"
    assert new["watched_until"] == "2026-11-23T18:00:00Z"


async def test_whom_a_revoked_new_binding_has_paid_is_not_known_to_the_next_one(
    chat: Chat, other_chat: Chat, clock: Clock
) -> None:
    customer_id = (await chat.prove())["customer_id"]
    clock.pass_by(hours=1)
    binding = (await chat.api.get(BINDINGS, params=WHERE)).json()
    await chat.api.delete(f"{BINDINGS}/{binding['binding_id']}")
    alone = (await chat.api.get(f"/api/v1/customers/{customer_id}")).json()
    assert (alone["watched_since"], alone["watched_until"]) == (None, None)
    await other_chat.prove()
    person = (await chat.api.get(f"/api/v1/customers/{customer_id}")).json()
    assert person["watched_since"] == "2026-11-21T12:00:00Z"
    assert person["watched_until"] == "2026-11-22T13:00:00Z"


async def test_two_chats_proving_one_new_phone_at_once_make_one_customer(
    chat: Chat, other_chat: Chat, engine: AsyncEngine
) -> None:
    await chat.ask_for_code()
    first = chat.phones.last_code()
    await other_chat.ask_for_code()
    answers = await asyncio.gather(chat.say(first), other_chat.say(chat.phones.last_code()))
    assert len({answer["outputs"]["customer_id"] for answer in answers}) == 1
    assert await count(engine, "customer") == 1


async def test_nothing_personal_before_the_code_is_right(
    chat: Chat, other_chat: Chat, engine: AsyncEngine, phones: Phones
) -> None:
    """A guest learns nothing of who is a customer, and leaves nothing readable behind."""
    await chat.prove()
    known, unknown = await other_chat.ask_for_code(PHONE), await other_chat.ask_for_code("+380501113333")
    assert known["state"] == unknown["state"] == "done"
    assert {*known["outputs"]} == {*unknown["outputs"]} == {"sent_to"}
    assert await other_chat.say(other_chat.wrong_code()) == failure("wrong_code")
    assert await count(engine, "customer") == 1
    assert await count(engine, "binding") == 1
    everything = await dump(engine)
    for secret in (PHONE, PHONE[1:], "Олена", "Коваль", "2002", phones.last_code()):
        assert secret not in everything


async def dump(engine: AsyncEngine) -> str:
    """Every row of the schema as text, sealed columns as what their bytes would read."""
    told = []
    async with engine.connect() as connection:
        tables = await connection.scalars(
            text("select table_name from information_schema.tables where table_schema = 'customers'")
        )
        for table in tables.all():
            for row in await connection.execute(text(f"select * from customers.{table}")):
                told += [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in row]
    return "\n".join(told).replace("+380 •• ••• 22 33", "")


async def test_other_peoples_ids_and_absent_ones_look_the_same(chat: Chat) -> None:
    for path in ("/nonsense", f"/{chat.conversation}", f"/{chat.conversation}/context"):
        answer = await chat.api.get(f"/api/v1/customers{path}")
        assert answer.status_code == 404
        assert answer.json() == {"code": "not_found", "message": "There is no such thing."}


async def test_a_customer_is_found_by_phone(chat: Chat) -> None:
    outputs = await chat.prove()
    found = await chat.api.get("/api/v1/customers", params={"phone": PHONE})
    assert found.json()["customer_id"] == outputs["customer_id"]
    absent: httpx.Response = await chat.api.get("/api/v1/customers", params={"phone": OTHER_PHONE})
    assert absent.status_code == 404
