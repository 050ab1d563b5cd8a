"""Workers of ours over one database and one core, and the API that starts operations, for measuring."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from fastapi import FastAPI

from bench.money.bank import SocketBank, impatient
from bot.keyring import Keyring
from core_adapters import brands
from core_adapters.api import operations as operations_api
from core_adapters.api import refusals
from core_adapters.database import leave_as_found
from core_adapters.http import Service
from core_adapters.logins import BearerLogin
from core_adapters.operations.accepting import Accepting
from core_adapters.operations.audit import Audit
from core_adapters.operations.desk import Desk
from core_adapters.operations.records import START
from core_adapters.operations.store import Store
from core_adapters.operations.worker import Worker
from core_adapters.ports import Capability, Performer, Person
from flows.cards import CardNumber
from flows.confirming import snapshot_hash
from flows.effects import StartOperation
from flows.events import BankEvent, OperationSettled
from flows.ports import Principal, Unauthorized

PAYEE = CardNumber("card_bench000000000000", "1111", "VISA", True, hashlib.sha256(b"payee").hexdigest())
CONVERSATION = UUID(int=1)
TOKENS = {"bench-service": "service", "bench-staff": "staff"}
SETUP = """
create schema if not exists bench;
create table if not exists bench.news (n bigserial, op_id uuid not null, state text not null);
"""
CARD = """
insert into money.card_number (token, fingerprint, sealed, last4, scheme, luhn_ok) values ($1, $2, '', $3, $4, true)
on conflict do nothing
"""


class Sink:
    """Writes the news beside the state, as the bot's inbox does."""

    async def announce(self, connection: Any, event: OperationSettled | BankEvent) -> None:
        assert isinstance(event, OperationSettled)
        await connection.execute("insert into bench.news (op_id, state) values ($1, $2)", event.op_id, event.state)


class Everybody:
    """Everyone is a customer, so that no day's limit is in the way."""

    async def person(self, customer_id: str) -> Person:
        return Person("+380501112233", customer_id, identified=True)


class Tokens:
    def verify(self, token: str) -> Principal:
        if token not in TOKENS:
            raise Unauthorized("unknown token")
        return Principal(token, frozenset({TOKENS[token]}))


@dataclass
class Ours:
    """One worker: a desk with its API, and the background."""

    desk: Desk
    worker: Worker
    api: httpx.AsyncClient

    async def start(self, start: StartOperation) -> str:
        """Start over HTTP, as the orchestrator does; the state that is answered."""
        body = START.dump_python(start, mode="json") | {"conversation": str(CONVERSATION)}
        answer = await self.api.post("/api/v1/operations", json=body)
        answer.raise_for_status()
        return str(answer.json()["state"])

    async def listed(self, state: str) -> list[dict[str, Any]]:
        """What staff see of one state."""
        answer = await self.api.get(
            "/api/v1/operations", params={"state": state, "limit": 500}, headers={"Authorization": "Bearer bench-staff"}
        )
        return list(answer.raise_for_status().json()["operations"])


@dataclass
class Room:
    """All of it. ``pool`` looks from outside."""

    pool: Any
    workers: list[Ours] = field(default_factory=list)

    async def states(self) -> dict[str, int]:
        rows = await self.pool.fetch("select state, count(*) as n from money.operation group by 1 order by 1")
        return {row["state"]: row["n"] for row in rows}

    async def unfinished(self) -> int:
        """Operations that have not come to an end, nor to staff."""
        sql = "select count(*) from money.operation where state in ('APPROVED', 'SENDING', 'UNKNOWN')"
        return int(await self.pool.fetchval(sql))

    async def until_settled(self, most_s: float) -> None:
        """Wait until nothing is under way. Raises TimeoutError."""
        async with asyncio.timeout(most_s):
            while await self.unfinished():  # noqa: ASYNC110 -- the database offers no event
                await asyncio.sleep(0.2)


@asynccontextmanager
async def room(
    dsn: str, url: str, capability: Capability, workers: int = 2, timeout_s: float = 8.0
) -> AsyncIterator[Room]:
    """So many workers, started."""
    async with AsyncExitStack() as held:
        pool = await held.enter_async_context(asyncpg.create_pool(dsn, min_size=1, max_size=4))
        await pool.execute(SETUP)
        await pool.execute(CARD, PAYEE.token, PAYEE.fingerprint, PAYEE.last4, PAYEE.scheme)
        made = Room(pool)
        keyring = Keyring([base64.b64encode(secrets.token_bytes(32)).decode()])
        for _ in range(workers):
            own = await held.enter_async_context(
                asyncpg.create_pool(dsn, min_size=1, max_size=10, reset=leave_as_found)
            )
            client = await held.enter_async_context(impatient(timeout_s))
            bank = SocketBank(Service(client, url, BearerLogin("bench")), capability)
            ours = worker_of(own, keyring, bank)
            await held.enter_async_context(ours.api)
            ours.desk.started = True
            ours.worker.start()
            held.push_async_callback(ours.desk.stop)
            held.push_async_callback(ours.worker.stop)
            made.workers.append(ours)
        yield made


def worker_of(pool: Any, keyring: Keyring, bank: Performer) -> Ours:
    store = Store(pool, keyring, Audit(b"audit key"), Sink(), lambda: datetime.now(UTC))
    performers = {bank.name: bank}
    accepting = Accepting(store, brands.load("sandbox"), Everybody(), dict.fromkeys(bank.actions, bank.name))
    desk = Desk(store, accepting, performers)
    app = FastAPI()
    app.include_router(operations_api.routes(desk, Tokens()))
    refusals.install(app)
    api = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://bench", headers={"Authorization": "Bearer bench-service"}
    )
    return Ours(desk, Worker(store, performers), api)


def transfer(minor: int = 5_000, payer: str = "bench", op_id: UUID | None = None) -> StartOperation:
    """A transfer of a customer of its own."""
    op_id = op_id or uuid4()
    inputs: dict[str, Any] = {"from": payer, "amount": f"{minor // 100}.{minor % 100:02d} UAH", "purpose": "bench"}
    cards = {"to": PAYEE}
    return StartOperation(
        op_id, "transfers.execute", "core_adapters", inputs, cards, f"c-{op_id.hex}", "telegram", "run", "pay",
        snapshot_hash(op_id, inputs, cards),
    )  # fmt: skip
