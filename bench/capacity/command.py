"""``make bench ARGS="capacity"``: machines for a bank, on paper and by simulation, from what was measured here.

Figures come from bench/out/performance.json where it has them, else they are those that docs/capacity.md was written
with. Change an assumption with --set customers=5000000 --set payday=3, a figure with --turn-core-ms and the like.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.capacity.model import ROLES, SHORT, Assumed, Load, Measured, changed, cores, disk_gib, load, talking_ms
from bench.capacity.paper import processes, waits
from bench.capacity.simulation import MEASURED_S, WARM_S, Simulation
from bench.performance.estate import OPERATION, TURN
from bench.performance.figures import read

OUT = Path(__file__).parents[1] / "out"
NAMES: dict[tuple[str, str], str] = {
    (lane, role): f"{kind}_{SHORT[role]}_ms"
    for lane, kind in ((TURN, "turn"), (OPERATION, "operation"))
    for role in ROLES
}
# Connections to Postgres that a process holds at most: pools of eight, and one for each link of its own.
CONNECTIONS = {"webhooks and worker": 22, "core-adapters": 12, "customer-api": 20, "image-api": 0, "Postgres": 0}


def main() -> None:
    """Print the tables and write bench/out/capacity.json."""
    options = argparse.ArgumentParser(prog="bench capacity", description=__doc__)
    options.add_argument("capacity")
    options.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="an assumption")
    options.add_argument("--seed", type=int, default=1)
    for each in fields(Measured):
        options.add_argument(f"--{each.name.replace('_', '-')}", type=float)
    chosen = options.parse_args()
    given = {name: float(number) for name, _, number in (one.partition("=") for one in chosen.set)}
    assumed = changed(Assumed(), given)
    told = {each.name: getattr(chosen, each.name) for each in fields(Measured)}
    measured = replace(found(OUT), **{name: value for name, value in told.items() if value is not None})
    result = projected(assumed, measured, chosen.seed)
    OUT.mkdir(exist_ok=True)
    (OUT / "capacity.json").write_text(json.dumps(result, indent=2) + "\n")
    show(assumed, measured, result)


def found(folder: Path) -> Measured:
    """What earlier runs have left."""
    performance = folder / "performance.json"
    figures = read(performance).figures if performance.exists() else ()
    known = {NAMES[one.lane, one.what]: one.value for one in figures if (one.lane, one.what) in NAMES}
    return replace(Measured(), **known)


def projected(assumed: Assumed, measured: Measured, seed: int) -> dict[str, object]:
    """All that is told, as it is kept."""
    at = load(assumed)
    busy = cores(measured, at)
    count = {role: processes(busy[role], assumed.utilisation, assumed.zones) for role in ROLES}
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "turns_a_second": round(at.turns, 1),
        "operations_a_second": round(at.operations, 1),
        "busy_cores": {role: round(busy[role], 2) for role in ROLES},
        "processes": count,
        "connections": sum(CONNECTIONS[role] * count[role] for role in ROLES),
        "waits_ms": _waits(assumed, measured, at, count["webhooks and worker"], seed),
        "disk_gib": {what: round(size) for what, size in disk_gib(assumed, at).items()},
    }


def _waits(assumed: Assumed, measured: Measured, at: Load, servers: int, seed: int) -> list[list[object]]:
    """Of a turn, with every zone and with one lost: on paper and simulated."""
    service, cv = talking_ms(measured, at), assumed.turn_ms_cv
    left = round(servers * (assumed.zones - 1) / assumed.zones)
    rows: list[list[object]] = []
    for what, there in (("every zone", servers), ("a zone lost", left)):
        paper = waits(at.turns * service / 1000, there, service, cv)
        played = Simulation(at.turns, assumed.turns, service, cv, there, seed).run()
        rows.append([what, there, *[round(x, 2) for x in (paper.mean_ms, played.mean_ms, paper.p99_ms, played.p99_ms)]])
    return rows


def show(assumed: Assumed, measured: Measured, result: Mapping[str, object]) -> None:
    """The tables of docs/capacity.md."""
    console = Console(width=100)
    for title, group in (("Assumed", assumed), ("Measured, CPU ms", measured)):
        named = ", ".join(f"{each.name} {getattr(group, each.name):g}" for each in fields(group))
        console.print(f"{title}: {named}\n", highlight=False)
    console.print(
        f"In the busiest minute of a payday, a second: {result['turns_a_second']} turns,"
        f" {result['operations_a_second']} operations\n", highlight=False,
    )  # fmt: skip
    busy, count = result["busy_cores"], result["processes"]
    assert isinstance(busy, Mapping)
    assert isinstance(count, Mapping)
    roles = _table("role", "busy cores", "processes of one core", "connections")
    for role in ROLES:
        of = "one server of that many" if role == "Postgres" else str(CONNECTIONS[role] * count[role])
        roles.add_row(role, f"{busy[role]:.2f}", str(count[role]), of)
    console.print(roles)
    queue = _table("a turn waits, ms", "processes", "mean, paper", "simulated", "99 of 100, paper", "simulated")
    rows, disk = result["waits_ms"], result["disk_gib"]
    assert isinstance(rows, list)
    assert isinstance(disk, Mapping)
    for row in rows:
        queue.add_row(*map(str, row))
    console.print(queue)
    console.print(
        f"Simulated {MEASURED_S:.0f} s, after {WARM_S:.0f} s to warm up. Connections: {result['connections']}"
    )
    console.print("Postgres on the disk, GiB: " + ", ".join(f"{what} {size}" for what, size in disk.items()))


def _table(first: str, *others: str) -> Table:
    table = Table(first)
    for column in others:
        table.add_column(column, justify="right")
    return table
