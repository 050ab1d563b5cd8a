"""A Fineract on a loopback port with Anna's account and a friend's, and the wrapper over it, alone and in the room."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from fineract_imitation import TOKEN, Fineract, Savings

from bot.keyring import Keyring
from core_adapters.app import CoreAdapters, build
from core_adapters.http import Service, client
from core_adapters.internal import fineract as room_of_fineract
from core_adapters.internal.fineract.wrapper import FineractBank
from core_adapters.logins import PasswordLogin
from core_adapters.ports import Order, Person
from core_adapters.revealing import Revealer
from core_adapters.settings import CoreSettings
from flows.cards import CardNumber
from flows.confirming import snapshot_hash
from flows.effects import StartOperation
from flows.events import EVENT
from flows.money import Money

FRIENDS_CARD = "4242424242424242"
PHONE = "+380501112233"
MARK = "f" * 64
KYIV = ZoneInfo("Europe/Kyiv")
PAST_THE_BOUND_S = 40


class Directory:
    async def person(self, customer_id: str) -> Person:
        return {"anna": Person(PHONE, "Anna", "Koval", identified=True)}[customer_id]


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class News:
    async def announce(self, connection: asyncpg.Connection, event: object) -> None:
        await connection.execute(
            "insert into news (id, body) values ($1, $2) on conflict do nothing",
            event.id,
            EVENT.dump_json(event).decode(),
        )


@dataclass
class Core:
    """The core and the two accounts that every test has."""

    fineract: Fineract
    anna: Savings
    friend: Savings

    @property
    def card(self) -> CardNumber:
        return CardNumber("card_" + "t" * 24, "4242", "visa", True, self.friend.external_id)

    @property
    def moved(self) -> tuple[Decimal, Decimal]:
        return self.anna.balance, self.friend.balance

    def order(self, action: str = "transfers.execute", amount: str = "112.45 UAH", **more: object) -> Order:
        inputs = {"from": str(self.anna.id), "card": str(self.anna.id), "purpose": "for lunch"}
        given = {"inputs": inputs, "cards": {"to": self.card}, "amount": Money.parse(amount), "attempt": 1} | more
        return Order(uuid4(), action, "A" * 26, "anna", **given)


@pytest.fixture
async def core() -> AsyncIterator[Core]:
    """Fineract over TCP; Anna has 1000 hryvnias, the friend none."""
    made = Fineract(today=lambda: datetime.now(KYIV).date())
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    async with server:
        made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/fineract-provider/api"
        anna = made.account(made.client("anna"), "1000")
        friend = made.account(made.client("boris"), "0", MARK)
        yield Core(made, anna, friend)


@pytest.fixture
async def wrapped(core: Core) -> AsyncIterator[FineractBank]:
    """The wrapper, logged in with a name and a password."""
    async with client() as http:
        service = Service(http, core.fineract.url, PasswordLogin("mifos", "password"))
        yield room_of_fineract.bank(service, Revealer(None, None), Directory())


@dataclass
class Room:
    """Our adapters over Fineract, with a database and a clock that can jump."""

    adapters: CoreAdapters
    pool: asyncpg.Pool
    clock: Clock
    core: Core
    conversation: UUID
    card: CardNumber

    def transfer(self, amount: str = "50.00 UAH") -> StartOperation:
        op_id = uuid4()
        inputs, cards = {"from": str(self.core.anna.id), "amount": amount, "purpose": "lunch"}, {"to": self.card}
        return StartOperation(
            op_id, "transfers.execute", "core_adapters", inputs, cards, "anna", "telegram", "run", "pay",
            snapshot_hash(op_id, inputs, cards),
        )  # fmt: skip

    async def start(self, start: StartOperation) -> str:
        await self.adapters.desk.start(start, self.conversation)
        await self.adapters.desk.settled()
        return await self.state(start.op_id)

    async def state(self, op_id: UUID) -> str:
        return await self.pool.fetchval("select state from money.operation where op_id = $1", op_id)

    async def told(self) -> list[str]:
        rows = await self.pool.fetch("select body from news order by n")
        events = [EVENT.validate_json(row["body"]) for row in rows]
        return [f"{e.state}:{e.error}" if e.error else e.state for e in events]

    async def later(self, times: int = 1) -> None:
        """Let the background work, each time past the settle bound."""
        for _ in range(times):
            self.clock.ahead += timedelta(seconds=PAST_THE_BOUND_S)
            await self.adapters.worker.round()


@pytest.fixture
async def teller(pool: asyncpg.Pool, keyring: Keyring, core: Core) -> AsyncIterator[Room]:
    """The room, logged in with a token of an issuer, for a tenant that the address names."""
    core.fineract.tenant, clock = "retail", Clock()
    address = f"{core.fineract.url}?tenantIdentifier=retail"
    settings = CoreSettings("fineract", address, TOKEN, audit_key=b"audit key")
    adapters = build(pool, keyring, None, News(), Directory(), settings, None, clock)
    adapters.desk.started = True
    (card,) = await adapters.vault.tokenise([FRIENDS_CARD])
    core.friend.external_id = card.fingerprint
    yield Room(adapters, pool, clock, core, uuid4(), card)
    await adapters.stop()
