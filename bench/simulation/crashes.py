"""Every place where a process can die, one after another: before and behind each commit and each call.

A scenario is played without chance. The first time it comes to the named place the process dies there and is started
again; then everything must come to its one true end, whatever the core can do. ``make bench ARGS="crashes"`` plays
all scenarios at all their places with all four kinds of core.
"""

import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog.testing

from bench.simulation.core import CAPABILITIES, FOLLOWED, Fate
from bench.simulation.laws import is_over
from bench.simulation.turns import Waiting
from bench.simulation.world import CARDS, CONVERSATION, Bench, Process, World
from core_adapters.operations.resolving import Outcome
from core_adapters.operations.states import State
from core_adapters.ports import Order
from flows.confirming import snapshot_hash
from flows.effects import StartOperation

WAITS_MAX = 400
DELAY_MS = 4_000


class Script:
    """A run in which nothing is drawn: the first in line goes on, and the core does what it is told next."""

    def __init__(self, bench: Bench, capability: str, die_at: str | None = None) -> None:
        self.fates: list[Fate] = []
        self.world = World(
            bench, capability, self._fate, lambda: DELAY_MS, lambda: "ok", {"a": 0, "b": 0}
        )  # fmt: skip
        self.die_at = die_at
        self.died = False
        self._n = 0

    def _fate(self, _: Order) -> Fate:
        return self.fates.pop(0) if self.fates else "ok"

    async def go(self) -> None:
        """Until nobody can go on at this moment."""
        await self.world.turns.quiet()
        while ready := self.world.turns.ready():
            if self.die_at is not None and not self.died and (doomed := _at(ready, self.die_at)):
                self.died = True
                name = doomed.owner.host.name
                await self.world.kill(name)
                self.world.restart(name)
            else:
                await self.world.let(ready[0])

    async def wait(self, ms: int) -> None:
        """Let time go by, then let everybody go on."""
        until = self.world.turns.now_ms + ms
        while self.world.turns.now_ms < until:
            stops = [until, *self.world.core.pending.values()]
            if (due := self.world.turns.next_due()) is not None:
                stops.append(due)
            await self.world.move_to(min(stops))
            await self.go()

    async def do(self, work: Callable[[Process], Any], name: str = "a") -> None:
        """Have a process do something, to its end or the process's."""
        self._n += 1
        self.world.spawn(self.world.processes[name], f"{self._n}", work(self.world.processes[name]))
        await self.go()

    async def tap(self, start: StartOperation, name: str = "a") -> None:
        """A tap, and again at the other process when nothing was stored: so does the conversation."""
        for where in (name, "b", "a"):
            await self.do(lambda process: process.desk.start(start, CONVERSATION), where)
            if self.row(start.op_id) is not None:
                return

    def row(self, op_id: UUID) -> Any:
        return next((row for row in self.world.rows if row["op_id"] == op_id), None)

    async def rounds(self) -> None:
        for name in sorted(self.world.processes):
            self._n += 1
            self.world.begin_round(self.world.processes[name], f"{self._n}")
        await self.go()

    async def settle(self) -> None:
        """Rounds until all has ended; staff decide what is on hold."""
        pause = 1_000
        for _ in range(WAITS_MAX):
            await self.rounds()
            await self.staff()
            if self._is_settled() and await self.world.is_linked():
                return
            await self.wait(pause)
            pause = min(pause * 2, 60_000)
        self.world.turns.broken.append("it never settles")

    async def staff(self) -> None:
        for row in self.world.rows:
            if row["state"] == State.HOLD:
                booked = bool(self.world.core.books.get(row["core_ref"])) or row["core"] != "core"
                outcome: Outcome = "posted" if booked else "rejected"
                op_id = row["op_id"]
                await self.do(lambda p, o=op_id, what=outcome: p.resolving.propose(o, what, "olha", "looked"), "a")
                await self.do(lambda p, o=op_id, what=outcome: p.resolving.confirm(o, what, "petro", "too"), "b")

    def _is_settled(self) -> bool:
        rows = self.world.rows
        if not all(map(is_over, rows)) or self.world.core.pending or not self.world.is_idle:
            return False
        followed = all(row["followed"] for row in rows if row["action"] in FOLLOWED and row["state"] == "POSTED")
        return followed and not any(row["state"] == State.HOLD for row in rows)

    def order(self, action: str, inputs: dict[str, Any], to: Any = None) -> StartOperation:
        self._n += 1
        op_id = UUID(int=0x70000000000040008000000000000000 + self._n)
        cards = {"to": to} if to else {}
        mark = None if action.startswith("sca.") else snapshot_hash(op_id, inputs, cards)
        return StartOperation(op_id, action, "core_adapters", inputs, cards, "anna", "telegram", "run", "pay", mark)

    def transfer(self, amount: str = "50.00 UAH") -> StartOperation:
        return self.order("transfers.execute", {"from": "anna-1", "amount": amount, "purpose": "lunch"}, CARDS[0])


def _at(ready: list[Waiting], point: str) -> Waiting | None:
    return next((one for one in ready if one.point == point), None)


async def paid(script: Script) -> None:
    """A small transfer."""
    await script.tap(script.transfer())


async def paid_with_a_code(script: Script) -> None:
    """A transfer that needs a code."""
    start = script.transfer("600.00 UAH")
    subject = {"for_op": str(start.op_id), "snapshot_hash": start.snapshot_hash}
    code = None
    while code is None:
        sent = script.order("sca.send_code", dict(subject))
        await script.tap(sent)
        await script.settle()
        code = script.world.gateway.code(sent.op_id)
    await script.tap(script.order("sca.check_code", subject | {"code": code}))
    await script.tap(start)


async def answer_lost(script: Script) -> None:
    """The core books it, and nobody hears of it."""
    script.fates = ["reply lost"]
    await script.tap(script.transfer())


async def landed_late(script: Script) -> None:
    """No answer at all, and the core books it seconds later."""
    script.fates = ["hang"]
    await script.tap(script.transfer())
    await script.wait(25_000)


async def never_arrived(script: Script) -> None:
    """The request is lost on its way."""
    script.fates = ["never arrives"]
    await script.tap(script.transfer())


async def said_no(script: Script) -> None:
    """The core refuses."""
    script.fates = ["refuse"]
    await script.tap(script.transfer())


async def core_down(script: Script) -> None:
    """The core cannot be reached."""
    script.fates = ["down"]
    await script.tap(script.transfer())


async def card_made(script: Script) -> None:
    """A card is ordered, and made a little later."""
    await script.tap(script.order("cards.apply", {"tariff": "basic"}))


async def topped_up(script: Script) -> None:
    """A page to pay on is asked for, and paid on."""
    await script.tap(script.order("topups.create_request", {"card": "anna-1", "amount": "70.00 UAH"}))


async def taken_back(script: Script) -> None:
    """A transfer is posted, and taken back; two clerks ask for that at once."""
    start = script.transfer()
    await script.tap(start)
    await script.settle()
    for name in ("a", "b", "a"):
        await script.do(lambda process: process.reversing.begin(start.op_id, "staff olha", "asked for"), name)


async def not_taken_back(script: Script) -> None:
    """The core refuses to take it back."""
    start = script.transfer()
    await script.tap(start)
    await script.settle()
    script.fates = ["refuse"]
    for name in ("a", "b"):
        await script.do(lambda process: process.reversing.begin(start.op_id, "staff olha", "asked for"), name)


async def left_unsent(script: Script) -> None:
    """Nobody sends it for a quarter of an hour."""
    script.world.processes["a"].desk.started = script.world.processes["b"].desk.started = False
    await script.tap(script.transfer())
    await script.wait(16 * 60_000)


async def sender_gone(script: Script) -> None:
    """The sender dies with the order on its lips; others find it when the lease has ended."""
    asked, script.die_at = script.die_at, "after sending.send > store.claim"
    await script.tap(script.transfer())
    script.die_at, script.died = asked, asked is None
    await script.wait(31_000)


Scenario = Callable[[Script], Awaitable[None]]
SCENARIOS: Mapping[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        paid, paid_with_a_code, answer_lost, landed_late, never_arrived, said_no, core_down, card_made, topped_up,
        taken_back, not_taken_back, left_unsent, sender_gone,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Played:
    """How a scenario ended."""

    scenario: str
    capability: str
    died_at: str | None
    points: tuple[str, ...]
    states: tuple[str, ...]
    broken: tuple[str, ...]


async def play(bench: Bench, scenario: str, capability: str, die_at: str | None = None) -> Played:
    """Play one scenario to its end."""
    await bench.clear()
    script = Script(bench, capability, die_at)
    await SCENARIOS[scenario](script)
    await script.settle()
    await script.world.look()
    broken = [*script.world.turns.broken, *await script.world.audited()]
    await script.world.end()
    points = tuple(dict.fromkeys(script.world.turns.reached))
    states = tuple(row["state"] for row in script.world.rows)
    died_at = die_at if script.died else None
    return Played(scenario, capability, died_at, points, states, tuple(dict.fromkeys(broken)))


def everywhere(run: Callable[[Awaitable[Played]], Played], bench: Bench, once: bool) -> Iterator[Played]:
    """Each scenario at each of its places with each core; with ``once`` each place in one scenario only."""
    seen = set[tuple[str, str]]()
    for scenario in SCENARIOS:
        for capability in CAPABILITIES:
            calm = run(play(bench, scenario, capability))
            yield calm
            for point in calm.points:
                if once and (capability, point) in seen:
                    continue
                seen.add((capability, point))
                yield run(play(bench, scenario, capability, point))


def main() -> None:
    """Play all, and end with 1 when a law breaks."""
    from bench.simulation.command import a_server, a_still_loop

    begun, played, wrong = time.monotonic(), list[Played](), 0
    with a_server() as dsn, a_still_loop() as loop, structlog.testing.capture_logs():
        bench = loop.run_until_complete(Bench.at(loop, dsn))
        for one in everywhere(loop.run_until_complete, bench, once="--once" in sys.argv):
            played.append(one)
            if one.broken:
                wrong += 1
                print(f"{one.scenario}, {one.capability}, killed {one.died_at}: {'; '.join(one.broken)}", flush=True)
        loop.run_until_complete(bench.close())
    crashes = [one for one in played if one.died_at]
    places = len({one.died_at for one in crashes})
    print(
        f"{len(crashes)} crashes at {places} places, {len(SCENARIOS)} scenarios, {len(CAPABILITIES)} kinds of core:"
        f" {wrong} broke a law; {time.monotonic() - begun:.0f} s"
    )
    sys.exit(1 if wrong else 0)
