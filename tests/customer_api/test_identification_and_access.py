"""Documents identify the customer of the chat; tokens and roles decide who may call; keys may rotate."""

import asyncio
import base64
import json
import secrets
from collections.abc import Callable
from datetime import date

import httpx
import pytest
from customer_world import OPERATIONS, OTHER_PHONE, PHONE, TAX_ID, Chat, Clock, Phones, failure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from test_binding_a_chat import dump

from bot.keyring import Keyring
from bot.tokens import Tokens
from customer_api.app import build
from customer_api.tax_ids import is_tax_id


async def test_documents_identify_the_customer_and_lie_sealed(chat: Chat, engine: AsyncEngine) -> None:
    customer_id = (await chat.prove())["customer_id"]
    assert await chat.hand_in(customer_id) == {"state": "done", "outputs": {}, "error": None}
    context = (await chat.api.get(f"/api/v1/customers/{customer_id}/context")).json()
    assert context["identified"] is True
    person = (await chat.api.get(f"/api/v1/customers/{customer_id}")).json()
    assert (person["full_name"], person["first_name"]) == ("Коваль Олена Іванівна", context["name"])
    everything = await dump(engine)
    assert TAX_ID not in everything
    assert "Іванівна" not in everything
    assert "photo-ref-1" not in everything
    assert (await chat.hand_in(customer_id))["state"] == "done"


@pytest.mark.parametrize(
    "wrong",
    [
        {"tax_id": "3456789017"},
        {"tax_id": "345678901"},
        {"tax_id": "9999999990"},
        {"full_name": "Олена"},
        {"full_name": "Коваль 007"},
    ],
)
async def test_documents_that_cannot_be_right_are_refused(chat: Chat, wrong: dict[str, object]) -> None:
    customer_id = (await chat.prove())["customer_id"]
    assert await chat.hand_in(customer_id, **wrong) == failure("refused")
    assert (await chat.api.get(f"/api/v1/customers/{customer_id}")).json()["identified"] is False


async def test_documents_are_taken_only_from_the_customers_own_chat(chat: Chat, other_chat: Chat) -> None:
    customer_id = (await chat.prove())["customer_id"]
    assert await other_chat.hand_in(customer_id) == failure("refused")
    await other_chat.prove(OTHER_PHONE)
    assert await other_chat.hand_in(customer_id) == failure("refused")


async def test_a_tax_id_is_one_customers_alone(chat: Chat, other_chat: Chat) -> None:
    first = (await chat.prove())["customer_id"]
    second = (await other_chat.prove(OTHER_PHONE))["customer_id"]
    assert (await chat.hand_in(first))["state"] == "done"
    assert await other_chat.hand_in(second) == failure("refused")
    assert await chat.hand_in(first, tax_id="2935277360") == failure("refused")


def test_a_tax_id_has_a_check_digit_and_a_day_of_birth() -> None:
    today = date(2026, 11, 21)
    assert is_tax_id(TAX_ID, today)
    for digit in "012356789":
        assert not is_tax_id(TAX_ID[:9] + digit, today)
    assert not is_tax_id("0000000000", today)
    assert not is_tax_id("٣٤٥٦٧٨٩٠١٤", today)


@pytest.mark.parametrize(
    ("role", "operations", "reading"), [("", 401, 401), ("partner", 403, 403), ("staff", 403, 404)]
)
async def test_each_path_asks_for_its_role(
    caller: Callable[[str], httpx.AsyncClient], chat: Chat, role: str, operations: int, reading: int
) -> None:
    client = caller(role)
    body = chat.body("send_code", {"phone": PHONE, "own_contact": True})
    assert (await client.post(OPERATIONS, json=body)).status_code == operations
    absent = f"/api/v1/customers/{chat.conversation}"
    for method, path in (
        ("GET", absent),
        ("GET", f"{absent}/context"),
        ("GET", f"{absent}/bindings"),
        ("GET", "/api/v1/customers?phone=%2B380501112233"),
        ("GET", "/api/v1/customers/bindings?channel=telegram&address=1"),
        ("DELETE", f"/api/v1/customers/bindings/{chat.conversation}"),
    ):
        assert (await client.request(method, path)).status_code == reading, path
    assert chat.phones.sent == {}


async def test_a_token_that_is_none_is_refused(chat: Chat) -> None:
    answer = await chat.api.get("/api/v1/customers?phone=1", headers={"authorization": "Bearer nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_rotation_of_the_keys_loses_nobody(engine: AsyncEngine, phones: Phones, clock: Clock) -> None:
    old, new = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    tokens = Tokens([old])
    headers = {"authorization": f"Bearer {tokens.issue('service', 'bot')}"}
    customers = []
    for keys in ([old], [new, old]):
        app = build(engine, Keyring(keys), phones, tokens, clock)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://customers", headers=headers) as api:
            customers.append((await Chat(api, phones).prove())["customer_id"])
            bound = await api.get("/api/v1/customers/bindings?channel=telegram&account=teller_bot&address=1001")
            assert bound.json()["customer_id"] == customers[0]
    assert customers[0] == customers[1]


async def ending(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A Postgres that is told to stop, to whoever connects."""
    await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
    fields = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is shutting down\0\0"
    writer.write(b"E" + (len(fields) + 4).to_bytes(4) + fields)
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("is_there", [False, True])
async def test_a_database_that_is_away_or_ends_is_said_so(
    keyring: Keyring, phones: Phones, clock: Clock, is_there: bool
) -> None:
    async with await asyncio.start_server(ending, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1] if is_there else 1
        await says_that_the_database_is_away(keyring, phones, clock, port)


async def says_that_the_database_is_away(keyring: Keyring, phones: Phones, clock: Clock, port: int) -> None:
    nobody = create_async_engine(f"postgresql+asyncpg://nobody@127.0.0.1:{port}/none?ssl=disable")
    tokens = Tokens([base64.b64encode(secrets.token_bytes(32)).decode()])
    headers = {"authorization": f"Bearer {tokens.issue('service', 'bot')}"}
    transport = httpx.ASGITransport(app=build(nobody, keyring, phones, tokens, clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://customers", headers=headers) as api:
        answer = await api.get("/api/v1/customers?phone=%2B380501112233")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_no_body_whatever_breaks_the_service(chat: Chat, data: st.DataObject) -> None:
    body = chat.body("send_code", {"phone": PHONE, "own_contact": True})
    for name in data.draw(st.lists(st.sampled_from([*body, "inputs.phone", "inputs.code", "locale"]), max_size=3)):
        field, _, inner = name.partition(".")
        body[field] = {inner: data.draw(JUNK)} if inner else data.draw(JUNK)
    content = json.dumps(body)
    answer = await chat.api.post(OPERATIONS, content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 409, 422)


async def test_the_description_names_every_path(chat: Chat) -> None:
    described = (await chat.api.get("/api/v1/customers/openapi.json")).json()
    assert {*described["paths"]} == {
        "/api/v1/customers",
        "/api/v1/customers/operations",
        "/api/v1/customers/found",
        "/api/v1/customers/{customer_id}/identifiers",
        "/api/v1/customers/{customer_id}/identifiers/{identifier_id}",
        "/api/v1/customers/{customer_id}/preferences",
        "/api/v1/customers/bindings",
        "/api/v1/customers/bindings/{binding_id}",
        "/api/v1/customers/{customer_id}",
        "/api/v1/customers/{customer_id}/context",
        "/api/v1/customers/{customer_id}/bindings",
        "/api/v1/customers/{customer_id}/notices",
        "/api/v1/customers/{customer_id}/copy",
        "/api/v1/customers/{customer_id}/erasure",
        "/api/v1/customers/{customer_id}/consents",
        "/api/v1/customers/{customer_id}/consents/{purpose}",
        "/api/v1/customers/consents/{purpose}",
        "/api/v1/customers/questions/{verb}",
        "/api/v1/partners",
        "/api/v1/partners/offers",
        "/api/v1/partners/offers/{offer}",
        "/api/v1/partners/{partner}",
        "/api/v1/partners/{partner}/deliveries",
        "/api/v1/partners/{partner}/deliveries/{delivery_id}/replay",
        "/api/v1/partners/{partner}/events",
        "/api/v1/partners/{partner}/keys",
        "/api/v1/partners/{partner}/keys/{key_id}",
        "/api/v1/partners/{partner}/secrets",
        "/api/v1/partners/{partner}/secrets/{secret_id}",
        "/api/v1/referrals",
        "/api/v1/referrals/{referral_id}",
        "/api/v1/referrals/codes/{code}",
        "/api/v1/referrals/uses",
        "/api/v1/referrals/rewards/take",
        "/api/v1/referrals/rewards/{reward_id}",
    }
