"""A bank to talk to: the sandbox on a loopback port, our adapters over a real database, and a clock that can jump."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from bot.keyring import Keyring
from core_adapters.app import CoreAdapters, build
from core_adapters.external.sms import SmsGateway
from core_adapters.http import client
from core_adapters.ports import Person, Question, Reach
from core_adapters.settings import CoreSettings
from flows.cards import CardNumber
from flows.confirming import snapshot_hash
from flows.effects import StartOperation
from flows.events import EVENT, BankEvent, OperationSettled, Value
from flows.ports import Principal, Unauthorized
from sandbox.app import build as build_sandbox
from sandbox.bank.logins import Logins

CORE_TOKEN, SMS_TOKEN = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
WEBHOOK_SECRET = secrets.token_urlsafe(16)
PUBLIC_URL = "https://bank.example"
PHONE, NAME = "+380501112233", "Anna Koval"


class Clock:
    """Real time, and as much more as a test has jumped."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def jump(self, **by: float) -> None:
        self.ahead += timedelta(**by)


class Sink:
    """Keeps the news in a table of its own, inside the transaction that makes it."""

    async def announce(self, connection: asyncpg.Connection, event: OperationSettled | BankEvent) -> None:
        await connection.execute(
            "insert into news (id, body) values ($1, $2) on conflict do nothing",
            event.id,
            EVENT.dump_json(event).decode(),
        )


class People:
    """The customers that these tests know, the chat that each is in, and what they wish to hear of."""

    def __init__(self) -> None:
        self.known = {"anna": Person(PHONE, "Anna", "Koval", identified=True)}
        self.chats: dict[str, UUID] = {}
        self.wishes: dict[str, str] = {}

    async def person(self, customer_id: str) -> Person:
        return self.known[customer_id]

    async def reach(self, customer_id: str, kind: str) -> Reach:
        self.known[customer_id]
        return Reach(self.chats.get(customer_id), self.wishes.get(kind, "on"), "en")

    async def customer_with(self, phone: str) -> str | None:
        return next((one for one, person in self.known.items() if person.phone == phone), None)


class Tokens:
    """`service` and `staff` are tokens, and `staff-2` and `staff-3` are other people; no others."""

    def verify(self, token: str) -> Principal:
        if token not in ("service", "staff", "staff-2", "staff-3"):
            raise Unauthorized("unknown token")
        return Principal(token, frozenset({token.split("-")[0]}))


class Sandbox:
    """The bank's own view: what it has booked, and switches to make it misbehave."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url, self.http = url, http

    async def customer(
        self, phone: str = PHONE, balance_minor: int = 10_000_000, cards: int = 1
    ) -> list[dict[str, str]]:
        body = {"phone": phone, "name": NAME, "cards": [{"currency": "UAH", "balance_minor": balance_minor}] * cards}
        answer = await self.http.post(f"{self.url}/api/customers", json=body)
        answer.raise_for_status()
        return answer.json()["cards"]

    async def fault(self, operation: str, outcome: str, count: int = 1, delay_s: float = 0) -> None:
        body = {"core": "rest", "operation": operation, "outcome": outcome, "count": count, "delay_s": delay_s}
        (await self.http.put(f"{self.url}/api/faults", json=body)).raise_for_status()

    async def postings(self, reference: str, kind: str = "transfer") -> list[dict[str, object]]:
        found = (await self.http.get(f"{self.url}/api/postings", params={"ref": reference})).json()
        return [posting for posting in found if posting["kind"] == kind]

    async def last_sms(self, phone: str = PHONE) -> str:
        return (await self.http.get(f"{self.url}/api/sms", params={"phone": phone})).json()[0]["text"]


@dataclass
class Room:
    """Our adapters with everything around them."""

    adapters: CoreAdapters
    pool: asyncpg.Pool
    people: People
    clock: Clock
    bank: Sandbox
    api: httpx.AsyncClient
    payer: str = ""
    payee: CardNumber | None = None
    number: str = field(default="", repr=False)
    build: Callable[[str], CoreAdapters] | None = None
    webhook_secret: str = field(default=WEBHOOK_SECRET, repr=False)
    core_token: str = field(default=CORE_TOKEN, repr=False)
    conversation: UUID = field(default_factory=uuid4)

    def transfer(self, amount: str = "50.00 UAH", op_id: UUID | None = None, **changed: object) -> StartOperation:
        op_id = op_id or uuid4()
        inputs: dict[str, Value] = {"from": self.payer, "amount": amount, "purpose": "for lunch"}
        cards = {"to": self.payee}
        values = {"inputs": inputs, "cards": cards, "customer_id": "anna"} | changed
        mark = changed.get("snapshot_hash") or snapshot_hash(op_id, values["inputs"], values["cards"])
        return StartOperation(
            op_id, "transfers.execute", "core_adapters", values["inputs"], values["cards"], values["customer_id"],
            "telegram", "run", "pay", mark,
        )  # fmt: skip

    def order(
        self, action: str, inputs: Mapping[str, Value], op_id: UUID | None = None, **more: object
    ) -> StartOperation:
        op_id = op_id or uuid4()
        mark = snapshot_hash(op_id, inputs, {}) if action == "cards.apply" else None
        return StartOperation(
            op_id, action, "core_adapters", dict(inputs), more.get("cards", {}), more.get("customer_id", "anna"),
            "telegram", "run", "step", mark,
        )  # fmt: skip

    async def start(self, start: StartOperation) -> str:
        """The state after starting; the call to the bank is over when this returns."""
        accepted = await self.adapters.desk.start(start, self.conversation)
        await self.adapters.desk.settled()
        return accepted.state.value

    async def on_hold(self) -> UUID:
        """An operation that nobody but staff can decide: its answer was lost, and the bank does not know it."""
        order, sends = self.transfer(), self.adapters.desk.started
        self.adapters.desk.started = False
        await self.start(order)
        self.adapters.desk.started = sends
        await self.pool.execute(
            "update money.operation set state = 'SENDING', fence = 1, lease_until = now() where op_id = $1", order.op_id
        )
        for state in ("UNKNOWN", "HOLD"):
            await self.pool.execute(
                "update money.operation set state = $2, version = version + 1 where op_id = $1", order.op_id, state
            )
        return order.op_id

    async def state(self, op_id: UUID) -> str:
        return await self.pool.fetchval("select state from money.operation where op_id = $1", op_id)

    async def news(self, op_id: UUID | None = None) -> list[OperationSettled | BankEvent]:
        rows = await self.pool.fetch("select body from news order by n")
        events = [EVENT.validate_json(row["body"]) for row in rows]
        return [e for e in events if op_id is None or getattr(e, "op_id", None) == op_id]

    async def told(self, op_id: UUID) -> list[str]:
        """What the customer hears of one operation, in order."""
        return [f"{e.state}:{e.error}" if e.error else e.state for e in await self.news(op_id)]

    async def rounds(self, count: int = 3, jump_s: float = 5) -> None:
        """Let the background work, and time go by between."""
        for _ in range(count):
            self.clock.jump(seconds=jump_s)
            await self.adapters.worker.round()

    async def prove(self, start: StartOperation) -> dict[str, Value]:
        """Go through a step-up for an operation; the inputs of its sca operations."""
        inputs = {"for_op": str(start.op_id), "snapshot_hash": start.snapshot_hash}
        await self.start(self.order("sca.send_code", inputs))
        code = (await self.bank.last_sms()).split()[0]
        await self.start(self.order("sca.check_code", inputs | {"code": code}))
        return inputs


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(database, min_size=1, max_size=10) as made:
        await made.execute("create table news (n serial, id uuid primary key, body text not null)")
        yield made


@pytest.fixture
def free_socket() -> Iterator[socket.socket]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held


@pytest.fixture
def core_token() -> str:
    return CORE_TOKEN


@pytest.fixture
def sms_token() -> str:
    return SMS_TOKEN


@pytest.fixture
def known_there() -> Logins | None:
    """How the bank knows its caller beside the token."""
    return None


@pytest.fixture
def login_at() -> Callable[[str], httpx.Auth | None]:
    """The login at a bank whose sandbox is at an address; None: the token."""
    return lambda _: None


@pytest.fixture
async def bank(tmp_path: Path, free_socket: socket.socket, known_there: Logins | None) -> AsyncIterator[Sandbox]:
    """The sandbox, served over TCP under /sandbox, as in an installation."""
    url = f"http://127.0.0.1:{free_socket.getsockname()[1]}"
    inner = build_sandbox(tmp_path, url, CORE_TOKEN, SMS_TOKEN, logins=known_there)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with inner.router.lifespan_context(inner):
            yield

    app = Starlette(routes=[Mount("/sandbox", inner)], lifespan=lifespan)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[free_socket]))
    # Half as long as the server keeps an idle connection: one that it drops in the moment of a request is a lost test.
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(keepalive_expiry=2.0)) as http:
        while not server.started:  # noqa: ASYNC110 -- uvicorn offers a flag and no event
            await asyncio.sleep(0.01)
        yield Sandbox(f"{url}/sandbox", http)
        server.should_exit = True
        await task


@pytest.fixture
async def room(
    pool: asyncpg.Pool, bank: Sandbox, keyring: Keyring, login_at: Callable[[str], httpx.Auth | None]
) -> AsyncIterator[Room]:
    """Adapters whose bank is the sandbox; Anna has a card with 100,000 hryvnias, and there is a payee."""
    people, clock = People(), Clock()
    async with client() as sms_client:
        sms = SmsGateway.at(sms_client, f"{bank.url}/sms", SMS_TOKEN)

        billers = (f"{bank.url}/billers", CORE_TOKEN)

        def at(url: str) -> CoreAdapters:
            settings = CoreSettings(
                "sandbox", url, CORE_TOKEN, (WEBHOOK_SECRET,), "", b"audit key", *billers,
                acquirer_url=f"{bank.url}/acquirer/v1", acquirer_key=CORE_TOKEN,
                acquirer_webhook_secrets=(WEBHOOK_SECRET,), public_url=PUBLIC_URL,
                login=login_at(bank.url),
            )  # fmt: skip
            made = build(pool, keyring, sms, Sink(), people, settings, Tokens(), clock, people)
            made.desk.started = True
            return made

        adapters = at(f"{bank.url}/bank/v1")

        async def face(scope: Scope, receive: Receive, send: Send) -> None:
            """Most tests knock at no door of the API, and making it takes longer than the rest of the room."""
            await adapters.app(scope, receive, send)

        transport = httpx.ASGITransport(face)
        async with httpx.AsyncClient(transport=transport, base_url="http://adapters") as api:
            made = Room(adapters, pool, people, clock, bank, api, build=at)
            await _people_with_cards(made)
            yield made
        await adapters.stop()
        if made.adapters is not adapters:
            await made.adapters.stop()


async def _people_with_cards(room: Room) -> None:
    await room.bank.customer()
    (friend,) = await room.bank.customer(phone="+380671112233")
    room.number = friend["card_number"]
    (room.payee,) = await room.adapters.vault.tokenise([room.number])
    answer = await room.adapters.questions.bank.ask(Question("cards.list_active", "anna", {}, {}))
    room.payer = answer["options"][0]["id"]
