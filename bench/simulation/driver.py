"""Draws a run from its seed: what goes wrong, who dies, and whose turn it is. `people` draws what people do."""

import random
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from bench.simulation.core import CAPABILITIES, FATES, FOLLOWED, SETTLE_S, Fate
from bench.simulation.laws import is_over
from bench.simulation.people import People
from bench.simulation.turns import Waiting
from bench.simulation.world import Bench, Process, World
from core_adapters.operations.states import State
from core_adapters.ports import Order

STEPS_MAX = 20_000  # a run that goes on for longer goes on for ever
LAST_MS = 12 * 3_600_000
ROUND_MS, ROUND_MS_MAX = 1_000, 120_000
CALM = 2  # rounds in which nothing happened before a run is over
SEND_AT_ONCE = 0.85
KILL, STALL = 0.01, 0.01  # at each step, as long as there are any left
ENDS = frozenset({State.POSTED, State.REJECTED, State.VOID, State.REVERSED})


@dataclass(frozen=True)
class Ran:
    """What a run was: its trace as one hash, and what was wrong with it."""

    seed: int
    capability: str
    trace: str
    steps: int
    operations: int
    broken: tuple[str, ...]
    states: dict[str, int]
    faults: int


class Driver:
    """One run."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.seed, self.dice = seed, random.Random(seed)
        self.capability = self.dice.choice(sorted(CAPABILITIES))
        skews = {name: self.dice.choice((0, 0, -120, 120, 3)) for name in ("a", "b")}
        self.world = World(bench, self.capability, self._fate, self._delay_ms, self._message_fate, skews)
        self.people = People(self.world, self.dice)
        self.lines: list[str] = []
        self.faults = 0
        self._trouble = self.dice.choice((0.1, 0.35, 0.7))
        self._kills, self._stalls = self.dice.choice((0, 1, 2, 3)), self.dice.choice((0, 1, 2))
        self._round_ms, self._next_round = ROUND_MS, 0
        self._seen, self._calm = 0, 0
        self._held: set[UUID] = set()
        self.world.core.patience = self.dice.randrange(3)

    async def run(self) -> Ran:
        """The whole run."""
        self._begin()
        steps = 0
        while not self.world.turns.broken and await self._step():
            steps += 1
            if steps == STEPS_MAX:
                self.world.turns.broken.append("it goes on for ever")
        await self._close()
        return self._ran(steps)

    def _begin(self) -> None:
        for process in self.world.processes.values():
            self._started(process)
        for _ in range(self.dice.randint(2, 5)):
            self.people.come(self.dice.randrange(60_000))
        if self.dice.random() < 0.3:
            self.people.later(self.dice.randrange(60_000), self._core_goes_down)

    async def _close(self) -> None:
        await self.world.look()
        if not self.world.turns.broken:
            left = [f"{row['op_id']} is {row['state']}" for row in self.world.rows if row["state"] not in ENDS]
            self.world.turns.broken += [f"never settled: {what}" for what in left] + await self.world.audited()
        await self.world.end()

    def _ran(self, steps: int) -> Ran:
        rows = self.world.rows
        shown = [f"{row['op_id']} {row['state']} {row['version']} {row['fence']} {row['told']}" for row in rows]
        trace = sha256("\n".join([*self.lines, *self.world.ended, *shown]).encode()).hexdigest()
        states = dict(Counter(row["state"] for row in rows))
        broken = tuple(dict.fromkeys(self.world.turns.broken))
        return Ran(self.seed, self.capability, trace, steps, len(rows), broken, states, self.faults)

    async def _step(self) -> bool:
        """One decision; false when there is nothing left to do."""
        self._staff_look()
        turns, happenings = self.world.turns, self.people.happenings
        ready = turns.ready()
        if happenings and happenings[0].at <= turns.now_ms and (not ready or self.dice.random() < 0.2):
            happening = happenings.pop(0)
            self._note(f"happens {happening.n}")
            happening.do()
            await turns.quiet()
        elif not ready:
            return await self._wait()
        elif self._kills and self.dice.random() < KILL and not turns.any_blocked:
            await self._kill()
        elif self._stalls and self.dice.random() < STALL:
            self._stall(self.dice.choice(ready))
        else:
            chosen = self.dice.choice(ready)
            self._note(f"{chosen.owner.name} {chosen.point}")
            await self.world.let(chosen)
        return True

    def _note(self, what: str) -> None:
        self.lines.append(f"{self.world.turns.now_ms} {what}")

    async def _kill(self) -> None:
        self._kills -= 1
        self.faults += 1
        name = self.dice.choice(sorted(self.world.processes))
        self._note(f"{name} is killed")
        await self.world.kill(name)
        self.people.later(self.dice.choice((0, 500, 10_000, 45_000)), lambda: self._started(self.world.restart(name)))

    def _stall(self, chosen: Waiting) -> None:
        """A task stands still for longer than a lease may be, and then goes on as if nothing had been."""
        self._stalls -= 1
        self.faults += 1
        chosen.not_before = self.world.turns.now_ms + self.dice.choice((5_000, 25_000, 40_000, 100_000))
        self._note(f"stalls {chosen.owner.name} {chosen.point}")

    def _started(self, process: Process) -> None:
        process.desk.started = self.dice.random() < SEND_AT_ONCE

    def _core_goes_down(self) -> None:
        self.faults += 1
        self.world.core.down_until = self.world.turns.now_ms + self.dice.choice((5_000, 60_000, 900_000))

    def _staff_look(self) -> None:
        for row in self.world.rows:
            if row["state"] == State.HOLD and row["op_id"] not in self._held:
                self._held.add(row["op_id"])
                self.people.decide(row["op_id"], row["core_ref"], row["core"])

    # Time.

    async def _wait(self) -> bool:
        """Nobody can go on now: let time go by, to the next thing that is due."""
        turns, happenings = self.world.turns, self.people.happenings
        if turns.now_ms >= LAST_MS or (self._is_settled() and await self.world.is_linked()):
            return False
        due = [self._next_round, *(happening.at for happening in happenings[:1]), *self.world.core.pending.values()]
        if (first := turns.next_due()) is not None:
            due.append(first)
        await self.world.move_to(max(turns.now_ms, min(due)))
        if turns.now_ms >= self._next_round:
            await self._rounds()
        return True

    async def _rounds(self) -> None:
        now = self.world.turns.now_ms
        for name in sorted(self.world.processes):
            self.world.begin_round(self.world.processes[name], f"round at {now}")
        busy = self.world.turns.commits != self._seen
        self._seen = self.world.turns.commits
        self._calm = 0 if busy else self._calm + 1
        self._round_ms = ROUND_MS if busy else min(self._round_ms * 2, ROUND_MS_MAX)
        self._next_round = now + self._round_ms
        await self.world.turns.quiet()

    def _is_settled(self) -> bool:
        """All has ended, and staff have decided what was theirs."""
        if self.people.happenings or not self.world.is_idle or self.world.core.pending or self._calm < CALM:
            return False
        rows = self.world.rows
        waits = [row for row in rows if row["action"] in FOLLOWED and row["state"] == "POSTED" and not row["followed"]]
        return all(map(is_over, rows)) and not waits and not any(row["state"] == State.HOLD for row in rows)

    # What goes wrong.

    def _fate(self, _: Order) -> Fate:
        if self.dice.random() >= self._trouble:
            return "ok"
        self.faults += 1
        return self.dice.choice((*FATES[1:], "late", "late", "hang"))

    def _message_fate(self) -> Fate:
        if self.dice.random() >= self._trouble / 2:
            return "ok"
        self.faults += 1
        return self.dice.choice(("down", "never arrives", "reply lost", "hang"))

    def _delay_ms(self) -> int:
        return self.dice.randrange(1, SETTLE_S * 1000 - 1)


async def simulate(bench: Bench, seed: int) -> Ran:
    """Run one seed."""
    await bench.clear()
    return await Driver(bench, seed).run()
