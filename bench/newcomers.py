"""``python -m bench newcomers``: a thousand newcomers over four messengers, and whether the funnel's numbers add up.

They go through CustomerAPI's front door as a conversation sends them there; what the bank does with them (a card, a
payment) is written as the money path writes it. How far each gets is known beforehand, and so is every number.
"""

import argparse
import asyncio
import base64
import re
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import create_async_engine

from bot.keyring import Keyring
from bot.migrations import upgrade
from bot.postgres import ensure_postgres, sqlalchemy_url, stop
from bot.tokens import Tokens
from customer_api.app import build

STAGES = ("reached", "started", "verified", "identified", "card_issued", "first_payment")
CHANNELS = ("telegram", "viber", "whatsapp", "messenger")
PARTNERS = ("", "", "game-club", "cinema")
FIRST_DAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAYS = 7
AT_ONCE = 8
FUNNEL = f"select day, channel, partner, {', '.join(STAGES)} from insight.onboarding_funnel"

# What the money path leaves of a card that was made and of a payment: the states in their order, then what followed.
ORDER = """
insert into money.operation (op_id, conversation, customer_id, action, core, core_ref, state, due_at, request,
    request_hash, exemption, created_at, updated_at)
values ($1, $1, $2, $3, 'sandbox', $4, 'APPROVED', $5, '\\x00', 'none', 'simulated', $5, $5)
"""
SENT = "update money.operation set state = 'SENDING', fence = 1, lease_until = $2, version = 2 where op_id = $1"
POSTED = "update money.operation set state = 'POSTED', version = 3, settled_at = $2 where op_id = $1"
ISSUED = """
insert into money.awaited (op_id, event, due_at, until, outcome, done_at)
values ($1, 'cards.issued', $2, $2, 'ok', $2)
"""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One who comes: by which messenger and whose link, on which day, and how many of the stages they reach."""

    number: int

    @property
    def channel(self) -> str:
        return CHANNELS[self.number % len(CHANNELS)]

    @property
    def partner(self) -> str:
        return PARTNERS[self.number // len(CHANNELS) % len(PARTNERS)]

    @property
    def day(self) -> datetime:
        return FIRST_DAY + timedelta(days=self.number // 16 % DAYS)

    @property
    def stages(self) -> int:
        return 1 + self.number * 7 // 5 % len(STAGES)

    @property
    def phone(self) -> str:
        return f"+38067{self.number:07d}"


@dataclass
class Inbox:
    """The newest SMS of each phone."""

    texts: dict[str, str] = field(default_factory=dict)

    async def send(self, to: str, text: str, key: str) -> None:  # noqa: ARG002 - the shape of a gateway
        self.texts[to] = text

    def code(self, phone: str) -> str:
        found = re.search(r"\b\d{6}\b", self.texts[phone])
        assert found is not None, "an SMS has a code"
        return found[0]


@dataclass
class Simulation:
    """CustomerAPI and the database beneath it."""

    inbox: Inbox
    pool: "asyncpg.Pool[asyncpg.Record]"
    http: httpx.AsyncClient

    async def come(self, newcomer: Newcomer) -> None:
        """All that one newcomer does."""
        chat, customer = uuid4(), ""
        by = f"partner_{newcomer.partner}" if newcomer.partner else ""
        contact = {"phone": newcomer.phone, "own_contact": True, "first_name": "Somebody"}
        for stage in STAGES[: newcomer.stages]:
            match stage:
                case "reached":
                    await self._do(newcomer, chat, "referrals.reach", {"came_by": by})
                case "started":
                    await self._do(newcomer, chat, "identity.send_code", contact)
                case "verified":
                    code = self.inbox.code(newcomer.phone)
                    customer = (await self._do(newcomer, chat, "identity.check_code", {"code": code}))["customer_id"]
                case "identified":
                    await self.pool.execute(
                        "update customers.customer set identified_at = $2 where id = $1", UUID(customer), newcomer.day
                    )
                case "card_issued":
                    await self._order(customer, "cards.apply", newcomer.day)
                case _:
                    await self._uses(customer, newcomer)

    async def _do(self, newcomer: Newcomer, chat: UUID, action: str, inputs: dict[str, object]) -> dict[str, str]:
        body = {
            "op_id": str(uuid4()), "action": action, "inputs": inputs, "channel": newcomer.channel,
            "address": f"chat {newcomer.number}", "conversation": str(chat),
        }  # fmt: skip
        answer = (await self.http.post("/api/v1/customers/operations", json=body)).raise_for_status().json()
        assert answer["state"] == "done", answer
        outputs: dict[str, str] = answer["outputs"]
        return outputs

    async def _order(self, customer: str, action: str, at: datetime) -> None:
        op_id, reference = uuid4(), base64.b32encode(secrets.token_bytes(17)).decode()[:26]
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(ORDER, op_id, customer, action, reference, at)
            await connection.execute(SENT, op_id, at)
            await connection.execute(POSTED, op_id, at)
            if action == "cards.apply":
                await connection.execute(ISSUED, op_id, at)

    async def _uses(self, customer: str, newcomer: Newcomer) -> None:
        """Every other one pays in the chat, the others with the card in a shop."""
        if newcomer.number % 2:
            await self._order(customer, "mobile.pay", newcomer.day)
            return
        used = {"customer_id": customer, "kind": "purchase", "amount": "99.00 UAH", "at": newcomer.day.isoformat()}
        (await self.http.post("/api/v1/referrals/uses", json=used)).raise_for_status()


@dataclass
class Clock:
    """Stands where it is put."""

    now: datetime = FIRST_DAY

    def __call__(self) -> datetime:
        return self.now


def expected(count: int) -> Counter[tuple[object, ...]]:
    """What every row of the funnel must say: (day, channel, partner, stage) -> how many."""
    numbers: Counter[tuple[object, ...]] = Counter()
    for newcomer in map(Newcomer, range(count)):
        for stage in STAGES[: newcomer.stages]:
            numbers[newcomer.day.date(), newcomer.channel, newcomer.partner, stage] += 1
    return numbers


async def simulate(dsn: str, count: int) -> Counter[tuple[object, ...]]:
    """Let so many come to a migrated database, day by day; what the funnel says then."""
    engine, inbox, clock = create_async_engine(sqlalchemy_url(dsn), pool_size=AT_ONCE), Inbox(), Clock()
    keyring = Keyring([base64.b64encode(secrets.token_bytes(32)).decode()])
    tokens = Tokens([base64.b64encode(secrets.token_bytes(32)).decode()])
    app = build(engine, keyring, inbox, tokens, clock)
    headers = {"authorization": f"Bearer {tokens.issue('service', 'bench')}"}
    transport = httpx.ASGITransport(app)
    try:
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://customers", headers=headers) as http,
            asyncpg.create_pool(dsn, min_size=1, max_size=AT_ONCE) as pool,
        ):
            simulation = Simulation(inbox, pool, http)
            for day in range(DAYS):
                clock.now = FIRST_DAY + timedelta(days=day)
                todays = [one for one in map(Newcomer, range(count)) if one.day == clock.now]
                for start in range(0, len(todays), AT_ONCE):
                    await asyncio.gather(*map(simulation.come, todays[start : start + AT_ONCE]))
            return _counted(await pool.fetch(FUNNEL))
    finally:
        await engine.dispose()


def _counted(rows: list[asyncpg.Record]) -> Counter[tuple[object, ...]]:
    said: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        for stage in STAGES:
            said[row["day"], row["channel"], row["partner"], stage] += row[stage]
    return +said


def main() -> None:
    """The command: the funnel by messenger, and whether it is what was simulated."""
    parser = argparse.ArgumentParser(prog="python -m bench newcomers")
    parser.add_argument("--count", type=int, default=1000)
    count: int = parser.parse_args(sys.argv[2:]).count
    folder = Path(tempfile.mkdtemp(prefix="teller-bench-"))
    folder.chmod(0o711)
    try:
        dsn = ensure_postgres(folder, durable=False)
        said, took_s = asyncio.run(_timed(dsn, count))
    finally:
        stop(folder)
    table = Table("messenger", *STAGES, title=f"{count} newcomers in {took_s:.1f} s")
    for channel in CHANNELS:
        table.add_row(channel, *(str(_sum(said, channel, stage)) for stage in STAGES))
    table.add_row("all", *(str(sum(_sum(said, channel, stage) for channel in CHANNELS)) for stage in STAGES))
    Console().print(table)
    adds_up = said == expected(count)
    Console().print("every row adds up" if adds_up else "the numbers do not add up")
    sys.exit(0 if adds_up else 1)


async def _timed(dsn: str, count: int) -> tuple[Counter[tuple[object, ...]], float]:
    await upgrade(dsn)
    began = time.monotonic()
    said = await simulate(dsn, count)
    return said, time.monotonic() - began


def _sum(said: Counter[tuple[object, ...]], channel: str, stage: str) -> int:
    return sum(number for key, number in said.items() if (key[1], key[3]) == (channel, stage))
