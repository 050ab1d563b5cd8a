"""CustomerAPI over a real Postgres, called through its front door."""

import base64
import secrets
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from customer_world import Chat, Clock, Phones
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.keyring import Keyring
from bot.postgres import sqlalchemy_url
from bot.postgres.roles import CUSTOMERS, as_role
from bot.tokens import Tokens
from customer_api.app import build
from customer_api.notices import NoticeRules
from customer_api.ports import Copies
from customer_api.referrals.rules import Rules

TOKENS = Tokens([base64.b64encode(secrets.token_bytes(32)).decode()])


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """As whoever made the tables: what a test looks at or breaks by hand."""
    engine = create_async_engine(sqlalchemy_url(database))
    yield engine
    await engine.dispose()


@pytest.fixture
async def own_engine(database: str) -> AsyncIterator[AsyncEngine]:
    """As CustomerAPI connects: with its own role."""
    as_itself = await as_role(database, CUSTOMERS)
    assert as_itself
    engine = create_async_engine(sqlalchemy_url(database), connect_args=as_itself)
    yield engine
    await engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def rules() -> NoticeRules:
    """What the bank tells unasked; a test that is about it has its own."""
    return NoticeRules()


@pytest.fixture
def referrals() -> Rules:
    """What bringing a friend is worth; a test that is about it has its own."""
    return Rules()


@pytest.fixture
def copies() -> Copies | None:
    """Who makes copies of people's data; a test that is about them has its own."""
    return None


@pytest.fixture
def app(
    own_engine: AsyncEngine, keyring: Keyring, phones: Phones, clock: Clock, rules: NoticeRules, referrals: Rules,
    copies: Copies | None,
) -> FastAPI:  # fmt: skip
    return build(
        own_engine, keyring, phones, TOKENS, clock, notices=rules, referrals=referrals,
        invite_page="https://bank.example/i", copies=copies,
    )  # fmt: skip


@pytest.fixture
async def caller(app: FastAPI) -> AsyncIterator[Callable[[str], httpx.AsyncClient]]:
    """A client with a token of a role; an empty role has none."""
    clients: list[httpx.AsyncClient] = []

    def call_as(role: str) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {TOKENS.issue(role, f'a {role}')}"} if role else {}
        transport = httpx.ASGITransport(app=app)
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://customers", headers=headers))
        return clients[-1]

    yield call_as
    for client in clients:
        await client.aclose()


@pytest.fixture
def api(caller: Callable[[str], httpx.AsyncClient]) -> httpx.AsyncClient:
    return caller("service")


@pytest.fixture
def chat(api: httpx.AsyncClient, phones: Phones) -> Chat:
    return Chat(api, phones)


@pytest.fixture
def other_chat(api: httpx.AsyncClient, phones: Phones) -> Chat:
    return Chat(api, phones, address="2002", channel="viber", account="teller")
