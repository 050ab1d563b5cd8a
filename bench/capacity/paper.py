"""On paper: processes by the law of utilisation, waits by Pollaczek and Khinchine.

A process takes one thing at a time, and the load balancer hands requests out blindly: each process is a queue of its
own with random arrivals (M/G/1). For the wait that one in a hundred exceeds the tail is taken as exponential. Rare long
turns make it heavier than that, so there the simulation is to be believed.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waits:
    """Before its turn begins, in thousandths of a second."""

    mean_ms: float
    p99_ms: float


def processes(busy_cores: float, utilisation: float, zones: float) -> int:
    """As many in each zone: each that full when all are there, and none overrun when a zone is lost."""
    with_all = busy_cores / utilisation
    with_one_lost = busy_cores / 0.95 * zones / (zones - 1)
    each = math.ceil(max(with_all, with_one_lost) / zones)
    return max(1, each) * round(zones)


def waits(busy_cores: float, servers: int, service_ms: float, cv: float) -> Waits:
    """What a turn waits for its processor; for ever where there is more to do than can be done."""
    full = busy_cores / servers
    if full >= 1:
        return Waits(math.inf, math.inf)
    mean = full * service_ms * (1 + cv * cv) / 2 / (1 - full)
    if full <= 0.01:
        return Waits(mean, 0.0)
    return Waits(mean, max(0.0, mean / full * math.log(full * 100)))
