"""All that is held of a person: a copy that is whole, and an end that leaves the books."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.held import HELD, NOBODYS, Copies, Erasing
from bot.keyring import Keyring
from bot.media import MediaStore
from bot.postgres import sqlalchemy_url
from bot.store import Link
from channels.ids import conversation_id
from core_adapters.operations import records
from core_adapters.vault import Vault
from customer_api import bindings, consents, own_data, people
from customer_api.consents import Evidence, Wording
from customer_api.people import Claim
from customer_api.seals import Chat, Seals
from flows.effects import StartOperation

PHONE = "+380501112233"
NUMBER = "4111111111111111"
TABLES = """
select table_schema || '.' || table_name as name from information_schema.tables
where table_schema in ('bot', 'customers', 'money') and table_type = 'BASE TABLE'"""
COLUMNS = """
select column_name, data_type from information_schema.columns where table_schema || '.' || table_name = $1"""
PAID = """
insert into money.operation (op_id, conversation, customer_id, action, core, core_ref, state, payee_token, amount_minor,
    currency, request, request_hash, exemption, outputs, details, error, created_at, updated_at)
values ($1, $2, $3, 'cards.lock', 'sandbox', $4, $5, $6, 12500, 'UAH', $7, 'h', 'below', $8, '{}',
    case when $5 = 'REJECTED' then 'no' end, now(), now())"""


@pytest.fixture
async def connection(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    opened = await asyncpg.connect(database)
    yield opened
    await opened.close()


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(sqlalchemy_url(database))
    yield engine
    await engine.dispose()


@pytest.fixture
async def copies(database: str, keyring: Keyring) -> AsyncIterator[Copies]:
    connect = lambda: asyncpg.connect(database)  # noqa: E731
    link = Link(connect)
    yield Copies(connect, keyring, MediaStore(link, keyring), "https://bank.example")
    await link.close()


class Person:
    """A customer with a chat who allowed advertising, paid somebody by card and said so in words of their own."""

    def __init__(self, customer_id: UUID, chat: UUID, op_id: UUID, token: str) -> None:
        self.id, self.chat, self.op_id, self.token = customer_id, chat, op_id, token


async def person(
    engine: AsyncEngine, keyring: Keyring, database: str, phone: str = PHONE, state: str = "REJECTED"
) -> Person:
    now, seals, address = datetime.now(UTC), Seals(keyring), phone[-4:]
    async with AsyncSession(engine) as session, session.begin():
        customer = await people.enrol(session, seals, Claim(phone, "Олена", "Коваль", "uk"), now)
        await bindings.bind(session, seals, Chat("telegram", "1", address), customer, "shared", now)
        customer_id = customer.id
        await consents.give(session, customer_id, "marketing", Wording("1", "uk"), Evidence(uuid4(), "telegram", now))
    op_id, chat = uuid4(), conversation_id("telegram", "1", address)
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as pool:
        (card,) = await Vault(pool, keyring).tokenise([NUMBER])
        start = StartOperation(
            op_id, "cards.lock", "core_adapters", {"purpose": "за вечерю"}, {"to": card}, str(customer_id), "telegram",
            "run", "step",
        )  # fmt: skip
        ref = "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[int(one, 16)] for one in op_id.hex[:26])
        body, outputs = records.sealed(start, keyring), json.dumps({"name": "Петро П."})
        await pool.execute(PAID, op_id, chat, str(customer_id), ref, state, card.token, body, outputs)
        await pool.execute("insert into bot.timer values ($1, 'idle', now())", chat)
        await _reached(pool, seals, customer_id, chat, address)
    return Person(customer_id, chat, op_id, card.token)


async def _reached(pool: "asyncpg.Pool[asyncpg.Record]", seals: Seals, customer_id: UUID, chat: UUID, at: str) -> None:
    """They came by a link, and a partner is to be told of them."""
    mark, told = seals.mark(Chat("telegram", "1", at).text, "chat"), uuid4()
    await pool.execute(
        "insert into customers.touch (op_id, chat, code, at) values ($1, $2, 'ABCDEFGH', now())", told, mark
    )
    await pool.execute(
        "insert into customers.journey (conversation, channel, reached_at, bound_at, is_newcomer, customer_id)"
        " values ($1, 'telegram', now(), now(), true, $2)", chat, customer_id,
    )  # fmt: skip
    await pool.execute(
        "insert into customers.partner (id, name, state, created_at, changed_by)"
        " values ('books', 'Book Corner', 'active', now(), 'a test') on conflict do nothing"
    )
    body = seals.seal({"body": "Олена"}, "partner_delivery.sealed", told)
    await pool.execute(
        "insert into customers.partner_delivery (id, partner, customer_id, type, sealed, state, since, next_at,"
        " created_at) values ($1, 'books', $2, 'offer.accepted', $3, 'waiting', now(), now(), now())",
        told, customer_id, body,
    )  # fmt: skip


async def ask(engine: AsyncEngine, who: Person, ago: timedelta = own_data.GRACE) -> None:
    async with AsyncSession(engine) as session, session.begin():
        await own_data.ask_for(session, who.id, uuid4(), "a colleague", datetime.now(UTC) - ago)


async def erase(database: str, keyring: Keyring) -> int:
    return await Erasing(lambda: asyncpg.connect(database), keyring).once()


async def held(copies: Copies, who: Person) -> dict[str, list[dict[str, Any]]]:
    return dict(json.loads(await copies.of(who.id)))


async def test_line_58_every_table_of_every_schema_is_in_the_copy_or_is_nobodys(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    there = {row["name"] for row in await connection.fetch(TABLES)}
    assert there - HELD.keys() - NOBODYS.keys() == set(), "say in bot/held/tables.py whose rows these are"
    assert HELD.keys() & NOBODYS.keys() == set()
    for table in there:
        columns = {row["column_name"]: row["data_type"] for row in await connection.fetch(COLUMNS, table)}
        if "customer_id" in columns or "conversation" in columns:
            assert table in HELD, f"{table} holds what is a person's"
        if table in HELD:
            sealed = {name for name, kind in columns.items() if kind == "bytea"}
            assert sealed <= HELD[table].opens.keys() | HELD[table].unread, f"{table}: how is it opened?"


async def test_a_copy_has_what_was_sealed_in_words(
    engine: AsyncEngine, keyring: Keyring, database: str, copies: Copies
) -> None:
    anna = await person(engine, keyring, database)
    other = await person(engine, keyring, database, "+380501112299")
    found = await held(copies, anna)
    assert found["customers.customer"][0]["name"] == {"first": "Олена", "last": "Коваль"}
    assert found["customers.identifier"][0]["sealed"] == {"text": PHONE}
    assert found["customers.binding"][0]["address"] == {"text": "2233"}
    assert [row["purpose"] for row in found["customers.consent"]] == ["marketing"]
    assert found["money.operation"][0]["request"]["inputs"] == {"purpose": "за вечерю"}
    assert [row["conversation"] for row in found["bot.timer"]] == [str(anna.chat)]
    text = json.dumps(found)
    assert str(other.id) not in text
    assert NUMBER not in text


async def test_the_link_to_a_copy_lies_in_no_table_and_gives_it(
    engine: AsyncEngine, keyring: Keyring, database: str, copies: Copies,
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:  # fmt: skip
    anna, op_id = await person(engine, keyring, database), uuid4()
    await copies.keep(anna.id, op_id)
    token = copies.link(op_id).rpartition("/")[2].partition(".")[0]
    link = Link(lambda: asyncpg.connect(database))
    stored = await MediaStore(link, keyring).lent(token)
    await link.close()
    assert stored is not None
    assert json.loads(stored.data)["customers.customer"]
    for row in await connection.fetch(TABLES):
        assert (
            await connection.fetchval(f"select count(*) from {row['name']} t where t::text like $1", f"%{token}%") == 0
        )


async def test_line_58_erasing_takes_who_they_are_and_leaves_the_books(
    engine: AsyncEngine, keyring: Keyring, database: str, copies: Copies,
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:  # fmt: skip
    anna = await person(engine, keyring, database)
    await ask(engine, anna)
    assert await erase(database, keyring) == 1
    found = await held(copies, anna)
    text = json.dumps(found, ensure_ascii=False)
    for gone in ("Олена", "Коваль", PHONE, "2233", "вечерю", "Петро"):
        assert gone not in text
    (paid,) = found["money.operation"]
    assert (paid["amount_minor"], paid["currency"], paid["state"]) == (12500, "UAH", "REJECTED")
    assert [row["purpose"] for row in found["customers.consent"]] == ["marketing"]
    (binding,) = found["customers.binding"]
    assert binding["revoked_by"] == "erased at the customer's wish"
    assert found["customers.identifier"] == found["bot.timer"] == found["customers.touch"] == []
    assert [row["state"] for row in found["customers.partner_delivery"]] == ["withdrawn"]
    assert str(anna.chat) not in text
    assert await connection.fetchval("select sealed from money.card_number where token = $1", anna.token) == b""
    assert await erase(database, keyring) == 0


async def test_before_the_time_of_grace_is_over_all_is_there_and_a_mind_may_change(
    engine: AsyncEngine, keyring: Keyring, database: str, copies: Copies
) -> None:
    anna = await person(engine, keyring, database)
    await ask(engine, anna, own_data.GRACE - timedelta(hours=1))
    assert await erase(database, keyring) == 0
    async with AsyncSession(engine) as session, session.begin():
        assert await own_data.take_back(session, anna.id, datetime.now(UTC))
        assert not await own_data.take_back(session, anna.id, datetime.now(UTC))
    assert (await held(copies, anna))["customers.identifier"]


@pytest.mark.parametrize("state", ["APPROVED", "HOLD"])
async def test_nobody_is_erased_while_money_of_theirs_is_on_its_way(
    engine: AsyncEngine, keyring: Keyring, database: str, copies: Copies, state: str
) -> None:
    anna = await person(engine, keyring, database, state=state)
    await ask(engine, anna)
    assert await erase(database, keyring) == 0
    assert (await held(copies, anna))["customers.identifier"]


async def test_a_card_that_others_pay_too_stays_in_the_vault(
    engine: AsyncEngine, keyring: Keyring, database: str, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    anna = await person(engine, keyring, database)
    await person(engine, keyring, database, "+380501112299")
    await ask(engine, anna)
    assert await erase(database, keyring) == 1
    assert await connection.fetchval("select sealed <> '' from money.card_number where token = $1", anna.token)


async def test_what_a_settled_payment_is_about_still_cannot_change(
    engine: AsyncEngine, keyring: Keyring, database: str, connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    anna = await person(engine, keyring, database)
    for change in ("amount_minor = 1, outputs = '{}', details = '{}'", "request = '', outputs = '{\"a\": 1}'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"update money.operation set {change} where op_id = $1", anna.op_id)
