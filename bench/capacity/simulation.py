"""By simulation: sessions of people who think between their turns, processes that take one turn at a time, one seed.

It knows nothing of the formulas: that both come to the same is the check of either.
"""

import heapq
import math
import random
from dataclasses import dataclass, field

from bench.capacity.paper import Waits

THINKING_S = 8.0  # between two turns of a person
WARM_S = 20.0  # until sessions of all lengths are under way
MEASURED_S = 40.0


@dataclass(slots=True)
class _Process:
    """When it is free again: whatever comes before that waits."""

    free_at: float = -math.inf


@dataclass(slots=True)
class Simulation:
    """Turns at so many processes. ``lost_at`` is when a third of them is gone."""

    turns_a_second: float
    turns_of_a_session: float
    service_ms: float
    cv: float
    servers: int
    seed: int = 1
    lost_at: float = math.inf
    left: int = 0
    _waits: list[float] = field(default_factory=list)

    def run(self) -> Waits:
        """The waits of all turns that came while it was measured."""
        dice = random.Random(self.seed)
        spread = math.sqrt(math.log(1 + self.cv * self.cv))
        middle = math.log(self.service_ms / 1000) - spread * spread / 2
        processes = [_Process() for _ in range(self.servers)]
        coming = self._sessions(dice)
        while coming:
            now, number, left = heapq.heappop(coming)
            if now > WARM_S + MEASURED_S:
                break
            there = processes if now < self.lost_at else processes[: self.left]
            process = dice.choice(there)
            begins = max(now, process.free_at)
            process.free_at = begins + dice.lognormvariate(middle, spread)
            if now >= WARM_S:
                self._waits.append((begins - now) * 1000)
            if left > 1:
                heapq.heappush(coming, (process.free_at + dice.expovariate(1 / THINKING_S), number, left - 1))
        return self._told()

    def _sessions(self, dice: random.Random) -> list[tuple[float, int, int]]:
        """When people begin, from so early on that those who began before are there as well."""
        rate = self.turns_a_second / self.turns_of_a_session
        at, number, coming = -THINKING_S * self.turns_of_a_session, 0, list[tuple[float, int, int]]()
        while (at := at + dice.expovariate(rate)) < WARM_S + MEASURED_S:
            number += 1
            coming.append((at, number, max(1, round(dice.gauss(self.turns_of_a_session, 1.0)))))
        heapq.heapify(coming)
        return coming

    def _told(self) -> Waits:
        self._waits.sort()
        return Waits(sum(self._waits) / len(self._waits), self._waits[int(0.99 * len(self._waits))])
