"""A new key for people's data: the old one reads, the new one writes, and a job that may be stopped seals all again."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from customer_world import OTHER_PHONE, PHONE, TAX_ID, Chat, Clock, Phones
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.keyring import Keyring, Unopened
from bot.tokens import Tokens
from customer_api import people
from customer_api.app import build
from customer_api.partners import outbox, registry
from customer_api.partners.tables import Partner, PartnerKey
from customer_api.resealing import reseal
from customer_api.seals import Seals

OLD, NEW = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
TOKENS = Tokens([OLD])
READ = {"scopes": ["deliveries:read"]}
SEALED = {"customer": "name", "identifier": "sealed", "binding": "address", "document": "sealed"}


@pytest.fixture
def keyring() -> Keyring:
    """The ring before the rotation: the service of these tests has it, and the next key to read with."""
    return Keyring([OLD, NEW])


@pytest.fixture
async def api(engine: AsyncEngine, keyring: Keyring, phones: Phones, clock: Clock) -> AsyncIterator[AsyncClient]:
    app = build(engine, keyring, phones, TOKENS, clock)
    headers = {"authorization": f"Bearer {TOKENS.issue('service', 'a service')}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://customers", headers=headers) as client:
        yield client


async def under_old_key(engine: AsyncEngine) -> int:
    """How many sealed values the new key did not make."""
    new, count = Keyring([NEW]), 0
    async with engine.connect() as connection:
        for table, column in SEALED.items():
            rows = await connection.execute(text(f"select {column} from customers.{table}"))
            count += sum(not new.is_current(row[0]) for row in rows)
    return count


async def whole(engine: AsyncEngine, ring: Keyring, batch: int = 1) -> dict[str, tuple[int, int]]:
    return {done.table: (done.seen, done.resealed) async for done in reseal(async_sessionmaker(engine), ring, batch)}


@pytest.fixture
async def anna(chat: Chat, other_chat: Chat, api: AsyncClient) -> str:
    """A customer with documents and a chat that was revoked, and another one beside her."""
    anna = str((await chat.prove())["customer_id"])
    await chat.hand_in(anna)
    await other_chat.prove(OTHER_PHONE)
    (binding,) = (await api.get(f"/api/v1/customers/{anna}/bindings")).json()
    await api.delete(f"/api/v1/customers/bindings/{binding['binding_id']}")
    return anna


async def test_after_rotation_the_new_key_alone_reads_and_finds_everybody(anna: str, engine: AsyncEngine) -> None:
    told = await whole(engine, Keyring([NEW, OLD]))
    assert told == {
        "customer": (2, 2), "identifier": (3, 3), "binding": (2, 2), "document": (1, 1), "partner_secret": (0, 0),
        "partner_delivery": (0, 0),
    }  # fmt: skip
    seals = Seals(Keyring([NEW]))
    async with AsyncSession(engine) as session:
        for kind, value in (("phone", PHONE), ("tax_id", TAX_ID)):
            found = await people.find_by(session, seals, kind, value)
            assert found is not None
            assert str(found.id) == anna
            assert seals.open(found.name, "customer.name", found.id)["last"] == "Коваль"


async def test_a_partners_key_and_secrets_outlive_the_old_key(
    api: AsyncClient, engine: AsyncEngine, keyring: Keyring, phones: Phones, clock: Clock
) -> None:
    await api.put("/api/v1/partners/books", json={"name": "Books", "out_url": "https://hooks.books.example/teller"})
    secret = (await api.post("/api/v1/partners/books/secrets", json={"direction": "in"})).json()["secret"]
    keys = [(await api.post("/api/v1/partners/books/keys", json=READ)).json()["key"] for _ in range(2)]
    async with async_sessionmaker(engine).begin() as session:
        older = (await session.scalars(select(PartnerKey).order_by(PartnerKey.issued_at))).first()
        assert older is not None
        older.fingerprint = Seals(keyring).mark(keys[0], "partner_key")  # as keys were kept before
        partner = await session.get_one(Partner, "books")
        await outbox.tell(session, Seals(keyring), partner, "offer.accepted", {"claim": "c1"}, clock())
    async with serving_with(engine, phones, clock, NEW, OLD) as client:
        assert [await reads(client, key) for key in keys] == [200, 200]
    told = await whole(engine, Keyring([NEW, OLD]))
    assert (told["partner_secret"], told["partner_delivery"]) == ((1, 1), (1, 1))
    async with serving_with(engine, phones, clock, NEW) as client:
        assert [await reads(client, key) for key in keys] == [200, 200]
        assert await reads(client, f"{keys[0]}x") == 401
    async with async_sessionmaker(engine)() as session:
        assert await registry.secrets_of(session, Seals(Keyring([NEW])), "books", "in") == [secret]


@asynccontextmanager
async def serving_with(engine: AsyncEngine, phones: Phones, clock: Clock, *keys: str) -> AsyncIterator[AsyncClient]:
    """CustomerAPI with this ring, called by whoever brings a key."""
    transport = ASGITransport(build(engine, Keyring(list(keys)), phones, TOKENS, clock))
    async with AsyncClient(transport=transport, base_url="http://customers") as client:
        yield client


async def reads(client: AsyncClient, key: str) -> int:
    answer = await client.get("/api/v1/partners/books", headers={"authorization": f"Bearer {key}"})
    return answer.status_code


async def test_while_it_goes_on_both_are_read_and_the_new_one_writes(
    anna: str, engine: AsyncEngine, phones: Phones, clock: Clock
) -> None:
    both = Keyring([NEW, OLD])
    job = reseal(async_sessionmaker(engine), both, 1)
    await anext(job)  # one row of five has the new seal
    app = build(engine, both, phones, TOKENS, clock)
    headers = {"authorization": f"Bearer {TOKENS.issue('service', 'a service')}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://customers", headers=headers) as client:
        assert (await client.get("/api/v1/customers", params={"phone": PHONE})).json()["customer_id"] == anna
        third = Chat(client, phones, address="3003")
        assert (await third.prove())["customer_id"] == anna
    async for _ in job:
        pass
    assert await under_old_key(engine) == 0


async def test_a_job_that_was_stopped_goes_on_where_it_was(anna: str, engine: AsyncEngine) -> None:
    ring = Keyring([NEW, OLD])
    before = await under_old_key(engine)
    job = reseal(async_sessionmaker(engine), ring, 1)
    for _ in range(4):
        await anext(job)
    await job.aclose()
    left = await under_old_key(engine)
    assert 0 < left < before
    assert sum(again for _, again in (await whole(engine, ring)).values()) == left
    assert sum(again for _, again in (await whole(engine, ring)).values()) == 0


async def test_what_has_the_new_seal_is_closed_to_the_old_key(anna: str, engine: AsyncEngine) -> None:
    await whole(engine, Keyring([NEW, OLD]))
    async with AsyncSession(engine) as session:
        row = (await session.execute(text("select id, name from customers.customer limit 1"))).one()
        with pytest.raises(Unopened):
            Seals(Keyring([OLD])).open(row.name, "customer.name", row.id)


async def test_a_value_moved_to_another_row_does_not_open(anna: str, engine: AsyncEngine, keyring: Keyring) -> None:
    async with AsyncSession(engine) as session:
        one, other = (await session.execute(text("select id, name from customers.customer"))).all()
        with pytest.raises(Unopened):
            Seals(keyring).open(one.name, "customer.name", other.id)
