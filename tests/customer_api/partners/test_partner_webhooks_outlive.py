"""A webhook outlives the process that sends it, and goes when its time is over."""

import asyncio
import base64
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
import httpx
import pytest
from customer_world import Clock
from fuzzed import serving
from partner_world import PARTNERS, new_secret, registered
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.keyring import Keyring
from bot.postgres import sqlalchemy_url
from bot.retention import DELIVERIES_KEPT_DAYS, OF_PARTNERS, Retention
from customer_api.partners import outbox
from customer_api.partners.addresses import Addresses
from customer_api.partners.outbox import LEASE
from customer_api.partners.sending import Sender, client
from customer_api.partners.tables import Partner
from customer_api.seals import Seals

KEY = base64.b64encode(secrets.token_bytes(32)).decode()
# A process that sends what is due at a moment, and is given what it needs to know by its environment.
SENDING = """
import asyncio, os
from datetime import datetime
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from bot.keyring import Keyring
from customer_api.partners.addresses import Addresses
from customer_api.partners.sending import Sender, client
from customer_api.seals import Seals

async def main():
    sessions = async_sessionmaker(create_async_engine(os.environ["DSN"]), expire_on_commit=False)
    at = datetime.fromisoformat(os.environ["AT"])
    addresses = Addresses(os.environ["SHOP"])
    await Sender(sessions, Seals(Keyring([os.environ["KEY"]])), addresses, client(), lambda: at).run()

asyncio.run(main())
"""


@dataclass
class Shop:
    """A partner who keeps what comes; the first time it kills whoever sends, before it answers."""

    got: list[tuple[str, bytes]] = field(default_factory=list)
    sender: asyncio.subprocess.Process | None = None
    url: str = ""

    async def __call__(self, request: Request) -> Response:
        self.got.append((request.headers["webhook-id"], await request.body()))
        if self.sender is not None:
            self.sender.send_signal(signal.SIGKILL)
            await self.sender.wait()
            self.sender = None
        return Response(status_code=204)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([KEY])


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()

    async def take(request: Request) -> Response:
        return await shop(request)

    async with serving(Starlette(routes=[Route("/partner/webhooks", take, methods=["POST"])])) as url:
        shop.url = f"{url}/partner"
        yield shop


@pytest.fixture
async def told(api: httpx.AsyncClient, engine: AsyncEngine, keyring: Keyring, clock: Clock, shop: Shop) -> None:
    """One webhook waits for the partner."""
    await registered(api, "books")
    await new_secret(api, "books", "out")
    async with async_sessionmaker(engine).begin() as session:
        partner = await session.get_one(Partner, "books")
        partner.out_url = f"{shop.url}/webhooks"
        await outbox.tell(session, Seals(keyring), partner, "offer.accepted", {"claim": "c1"}, clock())


async def state(api: httpx.AsyncClient) -> tuple[str, int]:
    [row] = (await api.get(f"{PARTNERS}/books/deliveries")).json()
    return row["state"], row["tries"]


async def test_killed_while_it_is_sent_it_is_sent_again_after_the_lease_under_its_own_id(
    api: httpx.AsyncClient, engine: AsyncEngine, database: str, keyring: Keyring, clock: Clock, shop: Shop, told: None
) -> None:
    environment = os.environ | {
        "DSN": sqlalchemy_url(database), "AT": clock().isoformat(), "SHOP": shop.url, "KEY": KEY,
    }  # fmt: skip
    child = shop.sender = await asyncio.create_subprocess_exec(sys.executable, "-c", SENDING, env=environment)
    await child.wait()
    assert (child.returncode, len(shop.got)) == (-signal.SIGKILL, 1)
    assert await state(api) == ("waiting", 1)

    async with client() as http:
        sender = Sender(
            async_sessionmaker(engine, expire_on_commit=False), Seals(keyring), Addresses(shop.url), http, clock
        )
        clock.now += LEASE - timedelta(seconds=1)
        assert await sender.send_due() == 0
        clock.pass_by(seconds=1)
        assert await sender.send_due() == 1
    assert shop.got[0] == shop.got[1]
    assert await state(api) == ("delivered", 2)


async def test_what_has_ended_goes_after_its_time_and_what_waits_stays(
    api: httpx.AsyncClient, database: str, told: None
) -> None:
    connection = await asyncpg.connect(database)
    retention = Retention(lambda: asyncpg.connect(database), tables=OF_PARTNERS)
    aged = "update customers.partner_delivery set created_at = now() - $1 * interval '1 day'"
    await connection.execute(aged, DELIVERIES_KEPT_DAYS + 1.0)
    assert await retention.once() == 0
    ends = "update customers.partner_delivery set state = 'delivered', next_at = null, ended_at = now() - $1::interval"
    await connection.execute(ends, timedelta(days=DELIVERIES_KEPT_DAYS, minutes=-1))
    assert await retention.once() == 0
    await connection.execute(ends, timedelta(days=DELIVERIES_KEPT_DAYS, minutes=1))
    assert await retention.once() == 1
    await connection.close()
    assert (await api.get(f"{PARTNERS}/books/deliveries")).json() == []
