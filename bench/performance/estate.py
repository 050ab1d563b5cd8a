"""What a turn and an operation cost every process of an estate, talking to each other over HTTP as they do at a bank.

Customers first chat, with sentences that are understood and answered by questions to the bank, then they pay. What the
paying costs beyond its turns is the operations'. The processes' work at rest is taken out; the messenger and the bank
are the sandbox's and count nowhere. Nothing is encrypted on the way: TLS is what a proxy adds.
"""

import asyncio
import itertools
import random
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.chaos import checks
from bench.chaos.command import opened
from bench.chaos.estate import Estate, apart, running
from bench.chaos.workload import SMALLEST_MINOR, Customer
from bench.cpu import process_s, server_s
from bench.performance.figures import Figure

TURN, OPERATION = "a turn over real processes", "an operation, beyond its turns"
ROLES = {
    "webhooks and worker": ("webhooks", "worker-1", "worker-2"),
    "core-adapters": ("core-1", "core-2"),
    "customer-api": ("customers",),
    "image-api": ("images",),
}
POSTGRES = "Postgres"
CUSTOMERS = 10
RESTS_S, CHATS_S, PAYS_S = 10.0, 40.0, 60.0
ANSWERED_S = 20.0
# What customers say; balance, rates and spending are asked of the bank.
SAYS = ("hi", "what is my balance", "thanks", "what are your opening hours", "exchange rates", "how much did I spend")
TURNS = "select coalesce(sum(version), 0)::bigint from bot.conversation"
POSTED = "select count(*) from money.operation where state = 'POSTED'"


@dataclass(frozen=True, slots=True)
class Spent:
    """What a while has cost, by role, in CPU seconds."""

    seconds: float
    turns: int
    operations: int
    cpu_s: dict[str, float]

    def without(self, idle: "Spent") -> "Spent":
        """The same with the work at rest taken out."""
        share = self.seconds / idle.seconds
        left = {role: max(0.0, cpu_s - share * idle.cpu_s[role]) for role, cpu_s in self.cpu_s.items()}
        return Spent(self.seconds, self.turns, self.operations, left)

    def ms_a_turn(self, role: str) -> float:
        return 1000 * self.cpu_s[role] / self.turns

    def ms_an_operation(self, role: str, turn_ms: float) -> float:
        """What is left when the turns have been paid for."""
        return max(0.0, 1000 * self.cpu_s[role] - self.turns * turn_ms) / self.operations


async def measured(say: Callable[[str], None]) -> list[Figure]:
    """Start an estate, rest, chat, pay."""
    with apart() as folder:
        say("estate: starting eight processes, the first time with a training")
        async with running(folder, 1) as estate, httpx.AsyncClient(base_url=estate.sandbox, timeout=30) as http:
            amounts, dice = itertools.count(SMALLEST_MINOR), random.Random(1)
            customers = [Customer(http, number, amounts) for number in range(CUSTOMERS)]
            say("estate: everybody opens a card")
            await opened(estate, customers, all_known=True)
            await checks.settled(estate.database.dsn)
            idle = await _while(estate, RESTS_S, _nobody, customers)
            say(f"estate: chatting for {CHATS_S:g} s")
            chats = await _while(estate, CHATS_S, lambda one, _: _chats(one, dice), customers)
            say(f"estate: paying for {PAYS_S:g} s")
            pays = await _while(estate, PAYS_S, lambda one, to: one.pay(to, dice), customers)
    shutil.rmtree(folder, ignore_errors=True)
    return _figures(chats.without(idle), pays.without(idle))


def _figures(chats: Spent, pays: Spent) -> list[Figure]:
    roles = (*ROLES, POSTGRES)
    turns = [Figure(TURN, role, chats.ms_a_turn(role), "ms CPU") for role in roles]
    costs = [pays.ms_an_operation(one.what, one.value) for one in turns]
    operations = [Figure(OPERATION, role, cost, "ms CPU") for role, cost in zip(roles, costs, strict=True)]
    counted = [
        Figure(TURN, "turns that were had", chats.turns, "", better="more"),
        Figure(OPERATION, "operations that were posted", pays.operations, "", better="more"),
    ]
    return [*turns, counted[0], *operations, counted[1]]


async def _while(
    estate: Estate, seconds: float, does: Callable[[Customer, Customer], Awaitable[None]], people: Sequence[Customer]
) -> Spent:
    """Everybody does it again and again for so long; what it cost when all of it has settled."""
    loop = asyncio.get_running_loop()
    began, cpu_s, turns, posted = loop.time(), _cpu_s(estate), await _count(estate, TURNS), await _count(estate, POSTED)

    async def again(number: int) -> None:
        while loop.time() < began + seconds:
            await does(people[number], people[(number + 1) % len(people)])

    await asyncio.gather(*map(again, range(len(people))))
    await checks.settled(estate.database.dsn)
    spent = {role: now - cpu_s[role] for role, now in _cpu_s(estate).items()}
    lasted = loop.time() - began
    return Spent(lasted, await _count(estate, TURNS) - turns, await _count(estate, POSTED) - posted, spent)


async def _nobody(_: Customer, __: Customer) -> None:
    await asyncio.sleep(1)


async def _chats(one: Customer, dice: random.Random) -> None:
    seen = await one.newest()
    await one.say(dice.choice(SAYS))
    await one.until(lambda: _since(one, seen), ANSWERED_S)


async def _since(one: Customer, seen: int) -> bool:
    return await one.newest() > seen + 1  # its own sentence is a message too


async def _count(estate: Estate, sql: str) -> int:
    return int(str(await checks.ask(estate.database.dsn, sql)))


def _cpu_s(estate: Estate) -> dict[str, float]:
    postmaster = int((Path(estate.folder) / "pg" / "data" / "postmaster.pid").read_text().split()[0])
    spent = {role: sum(process_s(estate.pids[name]) for name in names) for role, names in ROLES.items()}
    return spent | {POSTGRES: server_s(postmaster)}
