"""``python -m bench newcomers``: a thousand newcomers over four messengers, and whether the funnel's numbers add up.

They are drawn from a seed: by which messenger and whose link each comes, on which day, and where they drop out. They go
through CustomerAPI's front door as a conversation sends them there, without the conversation; what the bank does with
them (a card, a payment) is written as the money path writes it. So every number of the funnel is known beforehand.
"""

import argparse
import asyncio
import base64
import random
import re
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
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
from customer_api.referrals.rules import Programme, Rules
from flows.money import Money

STAGES = ("reached", "started", "verified", "identified", "card_issued", "first_payment")
CHANNELS = ("telegram", "viber", "whatsapp", "messenger")
PARTNERS = ("game-club", "cinema")
WAYS = ("direct", "friend", "partner")
WAYS_WEIGH = (5, 3, 2)
GOES_ON = (0.9, 0.85, 0.9, 0.9, 0.8)  # how likely the next stage is reached, from one to the next
SEED = 20261129
RULES = Rules({"welcome": Programme(Money(50_00, "UAH"), Money(100_00, "UAH"))})
FIRST_DAY = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAYS = 7
AT_ONCE = 8
FUNNEL = f"select day, channel, partner, came_by, {', '.join(STAGES)} from insight.onboarding_funnel"  # nosec B608 # our own column names

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
    """One who comes. ``by`` is the number of the newcomer whose link it was, ``stages`` is how many they reach."""

    number: int
    day: datetime
    channel: str
    came_by: str
    partner: str
    by: int | None
    stages: int
    pays_in_the_chat: bool

    @property
    def phone(self) -> str:
        return f"+38067{self.number:07d}"

    @property
    def has_a_link(self) -> bool:
        return self.stages > STAGES.index("verified")


def drawn(count: int, seed: int = SEED) -> list[Newcomer]:
    """So many newcomers in the order of their days; a friend's link is one of somebody's of an earlier day."""
    dice, people = random.Random(seed), list[Newcomer]()
    for number in range(count):
        day = FIRST_DAY + timedelta(days=number * DAYS // count)
        hosts = [one.number for one in people if one.day < day and one.has_a_link]
        [way] = dice.choices(WAYS, WAYS_WEIGH)
        if way == "friend" and not hosts:
            way = "direct"
        stages = 1
        while stages < len(STAGES) and dice.random() < GOES_ON[stages - 1]:
            stages += 1
        people.append(
            Newcomer(
                number, day, dice.choice(CHANNELS), way, dice.choice(PARTNERS) if way == "partner" else "",
                dice.choice(hosts) if way == "friend" else None, stages, dice.random() < 0.5,
            )
        )  # fmt: skip
    return people


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
    links: dict[int, str] = field(default_factory=dict)

    async def come(self, newcomer: Newcomer) -> None:
        """All that one newcomer does."""
        chat, customer = uuid4(), ""
        by = f"partner_{newcomer.partner}" if newcomer.partner else ""
        if newcomer.by is not None:
            by = self.links[newcomer.by]
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
                    link = await self._do(newcomer, chat, "referrals.link", {"programme": "welcome"}, customer)
                    self.links[newcomer.number] = f"ref_{link['invite_link'].rpartition('/')[2]}"
                case "identified":
                    await self.pool.execute(
                        "update customers.customer set identified_at = $2 where id = $1", UUID(customer), newcomer.day
                    )
                case "card_issued":
                    await self._order(customer, "cards.apply", newcomer.day)
                case _:
                    await self._uses(customer, newcomer)

    async def _do(
        self, newcomer: Newcomer, chat: UUID, action: str, inputs: dict[str, object], customer: str = ""
    ) -> dict[str, str]:
        body = {
            "op_id": str(uuid4()), "action": action, "inputs": inputs, "customer_id": customer or None,
            "channel": newcomer.channel, "address": f"chat {newcomer.number}", "conversation": str(chat),
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
        """In the chat, or with the card in a shop."""
        if newcomer.pays_in_the_chat:
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


def expected(people: Sequence[Newcomer]) -> Counter[tuple[object, ...]]:
    """What every row of the funnel must say: (day, channel, partner, how they came, stage) -> how many."""
    numbers: Counter[tuple[object, ...]] = Counter()
    for newcomer in people:
        for stage in STAGES[: newcomer.stages]:
            numbers[newcomer.day.date(), newcomer.channel, newcomer.partner, newcomer.came_by, stage] += 1
    return numbers


def sums(said: Counter[tuple[object, ...]], by: int) -> dict[object, list[int]]:
    """The stages in their order, added up over a column of the funnel: 0 day, 1 channel, 2 partner, 3 how they came."""
    rows: dict[object, list[int]] = {}
    for key, number in said.items():
        rows.setdefault(key[by], [0] * len(STAGES))[STAGES.index(str(key[4]))] += number
    return rows


async def simulate(dsn: str, people: Sequence[Newcomer]) -> Counter[tuple[object, ...]]:
    """Let them come to a migrated database, day by day; what the funnel says then."""
    engine, inbox, clock = create_async_engine(sqlalchemy_url(dsn), pool_size=AT_ONCE), Inbox(), Clock()
    keyring = Keyring([base64.b64encode(secrets.token_bytes(32)).decode()])
    tokens = Tokens([base64.b64encode(secrets.token_bytes(32)).decode()])
    app = build(engine, keyring, inbox, tokens, clock, referrals=RULES, invite_page="https://bank.example/i")
    headers = {"authorization": f"Bearer {tokens.issue('service', 'bench')}"}
    transport = httpx.ASGITransport(app)
    try:
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://customers", headers=headers) as http,
            asyncpg.create_pool(dsn, min_size=1, max_size=AT_ONCE) as pool,
        ):
            simulation = Simulation(inbox, pool, http)
            for day in sorted({one.day for one in people}):
                clock.now = day
                todays = [one for one in people if one.day == day]
                for start in range(0, len(todays), AT_ONCE):
                    await asyncio.gather(*map(simulation.come, todays[start : start + AT_ONCE]))
            return _counted(await pool.fetch(FUNNEL))
    finally:
        await engine.dispose()


def _counted(rows: list[asyncpg.Record]) -> Counter[tuple[object, ...]]:
    said: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        for stage in STAGES:
            said[row["day"], row["channel"], row["partner"], row["came_by"], stage] += row[stage]
    return +said


def main() -> None:
    """The command: the funnel by messenger, by how they came, by partner and by day, and whether it adds up."""
    parser = argparse.ArgumentParser(prog="python -m bench newcomers")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args(sys.argv[2:])
    people = drawn(asked.count, asked.seed)
    folder = Path(tempfile.mkdtemp(prefix="teller-bench-"))
    folder.chmod(0o711)
    try:
        said, took_s = asyncio.run(_timed(ensure_postgres(folder, durable=False), people))
    finally:
        stop(folder)
    table = Table(
        "",
        *(stage.replace("_", " ") for stage in STAGES),
        title=f"{asked.count} newcomers of seed {asked.seed} in {took_s:.1f} s",
    )
    for column in (1, 3, 2, 0):
        for name, numbers in sorted(sums(said, column).items(), key=lambda row: str(row[0])):
            table.add_row(str(name) or "no partner", *map(str, numbers))
        table.add_section()
    table.add_row("all", *map(str, map(sum, zip(*sums(said, 1).values(), strict=True))))
    Console().print(table)
    adds_up = said == expected(people)
    Console().print("every row is what was simulated" if adds_up else "the numbers do not add up")
    sys.exit(0 if adds_up else 1)


async def _timed(dsn: str, people: Sequence[Newcomer]) -> tuple[Counter[tuple[object, ...]], float]:
    await upgrade(dsn)
    began = time.monotonic()
    said = await simulate(dsn, people)
    return said, time.monotonic() - began
