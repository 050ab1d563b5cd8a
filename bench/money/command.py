"""``make bench ARGS="money GOAL"``: duplicates (G3), taps (G4), late (G5), silent (G6), total (G9), cost (G11).

Prints the figures, writes bench/out/money.json and ends with 1 when a goal is missed. ``--operations`` and
``--minutes`` make it smaller or larger than the goal says.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bench.money.cost import cost
from bench.money.goals import Found, duplicates, late, silent, taps
from bench.money.total import total
from bench.simulation.command import a_server

OUT = Path(__file__).parents[1] / "out" / "money.json"
FULL = {"duplicates": 10_000, "taps": 200, "late": 1_000, "silent": 400, "cost": 400}


def main() -> None:
    """Run one goal against a server of its own."""
    options = argparse.ArgumentParser(prog="bench money", description=__doc__)
    options.add_argument("money")
    options.add_argument("goal", choices=[*FULL, "total"])
    options.add_argument("--operations", type=int)
    options.add_argument("--minutes", type=float, default=30)
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with a_server() as dsn:
        found = asyncio.run(_work(chosen.goal, chosen.operations, chosen.minutes)(dsn))
    _keep(found)
    print(f"{found.goal}: " + ", ".join(f"{name} {value}" for name, value in found.figures.items()))
    for what in found.wrong[:20]:
        print(f"  missed: {what}")
    sys.exit(1 if found.wrong else 0)


def _work(goal: str, operations: int | None, minutes: float) -> Callable[[str], Awaitable[Found]]:
    if goal == "total":
        return lambda dsn: total(dsn, minutes)
    count = operations or FULL[goal]
    work = {"duplicates": duplicates, "taps": taps, "late": late, "silent": silent, "cost": cost}[goal]
    return lambda dsn: work(dsn, count)


def _keep(found: Found) -> None:
    kept = json.loads(OUT.read_text()) if OUT.exists() else {}
    kept[found.goal] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        **found.figures,
        "wrong": len(found.wrong),
    }
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(kept, indent=2) + "\n")
