"""A core behind tokens: four logins, one path of money, and tokens that end when nobody expects it."""

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from core_adapters.logins import Kind, LoginSettings, login
from core_adapters.logins.fresh import QUIET_S
from core_adapters.operations.ids import core_ref
from core_adapters.ports import Order
from flows.money import Money
from sandbox.bank.logins import Logins

SECRET = secrets.token_urlsafe(24)
SIGNER = Ed25519PrivateKey.generate()
KEY = SIGNER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
KINDS: tuple[Kind, ...] = ("bearer", "keycloak", "token_endpoint", "own_jwt")
FETCHED: tuple[Kind, ...] = ("keycloak", "token_endpoint")
MANY, AT_ONCE = 100, 25  # the connections are the narrower door


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
def known_there(core_token: str) -> Logins:
    public = SIGNER.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return Logins(core_token, SECRET, public)


@pytest.fixture
def login_at(kind: Kind, core_token: str) -> Callable[[str], httpx.Auth]:
    def made(url: str) -> httpx.Auth:
        own = {"keycloak": SECRET, "own_jwt": KEY}.get(kind, core_token)
        token_url = f"{url}/keycloak/realms/bank" if kind == "keycloak" else f"{url}/bank/token"
        user = "teller" if kind == "token_endpoint" else ""
        return login(LoginSettings(kind, own, user, token_url, client_id="teller", audience="bank"))

    return made


async def switch(bank, kind: Kind, outcome: str, count: int = 1) -> None:
    """Tell the place where tokens come from how to answer."""
    core = "keycloak" if kind == "keycloak" else "rest"
    body = {"core": core, "operation": "token", "outcome": outcome, "count": count}
    (await bank.http.put(f"{bank.url}/api/faults", json=body)).raise_for_status()


async def asked(bank, of: int) -> int:
    """How many tokens were asked for since ``switch(bank, kind, "ok", of)``."""
    rows = (await bank.http.get(f"{bank.url}/api/faults")).json()
    return of - sum(row["count"] for row in rows if row["operation"] == "token")


async def lives(bank, seconds: int) -> None:
    """How long a token of the realm lives from now on."""
    body = {"secret": SECRET, "audience": ["bank"], "life_s": seconds}
    (await bank.http.put(f"{bank.url}/keycloak/setup/realms/bank/clients/teller", json=body)).raise_for_status()


async def end_all_tokens(bank, kind: Kind, folder: Path) -> None:
    """Over there, every token that was given out is good no more."""
    if kind == "keycloak":
        answer = await bank.http.post(f"{bank.url}/keycloak/setup/realms/bank/rotation", json={"drop_old": True})
        answer.raise_for_status()
    with sqlite3.connect(folder / "sandbox.sqlite3") as db:
        db.execute("delete from bank_token")
    db.close()


async def sent(room, amount: str = "50.00 UAH") -> tuple[str, UUID]:
    """Send money; the state that it is in then, and its operation."""
    transfer = room.transfer(amount)
    await room.start(transfer)
    return await room.state(transfer.op_id), transfer.op_id


def order(room) -> Order:
    op_id = uuid4()
    inputs = {"from": room.payer, "amount": "1.00 UAH", "purpose": ""}
    assert room.payee is not None
    return Order(op_id, "transfers.execute", core_ref(op_id), "anna", inputs, {"to": room.payee}, Money(100, "UAH"))


@pytest.mark.parametrize("kind", KINDS, indirect=True)
async def test_money_moves_once_whatever_the_login(room, kind: Kind) -> None:
    state, op_id = await sent(room)
    assert state == "POSTED"
    assert len(await room.bank.postings(core_ref(op_id))) == 1


@pytest.mark.parametrize("kind", FETCHED, indirect=True)
async def test_many_orders_at_once_ask_for_one_token_and_are_each_booked_once(room, kind: Kind) -> None:
    room.adapters = room.build(f"{room.bank.url}/bank/v1")
    await switch(room.bank, kind, "ok", 500)
    bank = room.adapters.questions.bank
    orders = [order(room) for _ in range(MANY)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(each: Order) -> None:
        async with gate:
            await bank.perform(each)

    await asyncio.gather(*map(one, orders))
    assert await asked(room.bank, 500) == 1
    booked = (await room.bank.http.get(f"{room.bank.url}/api/postings")).json()
    assert len({row["ref"] for row in booked if row["kind"] == "transfer"} & {one.reference for one in orders}) == MANY


@pytest.mark.parametrize("kind", ["keycloak"], indirect=True)
async def test_tokens_that_live_for_seconds_are_renewed_without_an_order_noticing(room, kind: Kind) -> None:
    await lives(room.bank, 3)
    room.adapters = room.build(f"{room.bank.url}/bank/v1")
    await switch(room.bank, kind, "ok", 500)
    while await asked(room.bank, 500) < 3:
        state, _ = await sent(room, "1.00 UAH")
        assert state == "POSTED"
        await asyncio.sleep(0.2)


@pytest.mark.parametrize("kind", FETCHED, indirect=True)
async def test_a_token_that_ended_over_there_costs_a_question_nothing_and_an_order_one_try(
    room, kind: Kind, tmp_path: Path
) -> None:
    await asyncio.sleep(1.1)  # a token younger than a second is not thought to be the trouble
    await end_all_tokens(room.bank, kind, tmp_path)
    bank = room.adapters.questions.bank
    assert (await bank.enquire(order(room))) is None

    await asyncio.sleep(1.1)
    await end_all_tokens(room.bank, kind, tmp_path)
    state, op_id = await sent(room)
    assert state == "POSTED"  # whose card it is was asked first, with a new token
    assert len(await room.bank.postings(core_ref(op_id))) == 1


@pytest.mark.parametrize("kind", FETCHED, indirect=True)
async def test_an_outage_of_the_tokens_is_not_noticed_while_one_lasts(room, kind: Kind) -> None:
    await switch(room.bank, kind, "down", 50)
    assert (await sent(room))[0] == "POSTED"
    assert await asked(room.bank, 50) == 0


@pytest.mark.parametrize("kind", FETCHED, indirect=True)
async def test_without_a_token_nothing_is_sent_and_the_customer_is_told(room, kind: Kind) -> None:
    room.adapters = room.build(f"{room.bank.url}/bank/v1")
    await switch(room.bank, kind, "down", 50)
    state, op_id = await sent(room)
    assert state == "VOID"
    assert await room.told(op_id) == ["failed:unavailable"]
    assert await room.bank.postings(core_ref(op_id)) == []

    await room.bank.http.delete(f"{room.bank.url}/api/faults")
    await asyncio.sleep(QUIET_S + 0.1)
    assert (await sent(room))[0] == "POSTED"


@pytest.mark.parametrize("kind", KINDS, indirect=True)
async def test_no_token_and_no_secret_is_in_any_log(
    room, kind: Kind, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    carried: list[str] = []

    async def note(request: httpx.Request) -> None:
        carried.append(request.headers.get("authorization", "").rpartition(" ")[2])

    room.adapters = room.build(f"{room.bank.url}/bank/v1")
    room.adapters._client.event_hooks = {"request": [note]}
    with structlog.testing.capture_logs() as logs:
        await sent(room)
        await switch(room.bank, kind, "garbage", 1)
        await end_all_tokens(room.bank, kind, tmp_path)
        await sent(room)
    assert carried
    told = caplog.text + repr(logs) + repr(room.adapters)
    assert [secret for secret in {*carried, SECRET, room.core_token, KEY} if secret and secret in told] == []
