"""``make bench ARGS="simulate --seeds 10000 --from 1"``: run seeds one after another and name the first that fails.

A failing seed is run a second time, to show that it fails alike. ``--trace`` prints what happened in one seed.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog.testing

from bench.simulation.driver import Driver, Ran, simulate
from bench.simulation.turns import StillLoop
from bench.simulation.world import Bench
from bot.migrations import upgrade
from bot.postgres import ensure_postgres, stop

TIDY_EVERY = 100
SAY_EVERY_S = 10.0


@contextmanager
def a_server() -> Iterator[str]:
    """The address of a Postgres of our own, migrated."""
    folder = Path(tempfile.mkdtemp(prefix="teller-simulation-"))
    folder.chmod(0o711)  # as root the server runs as somebody else and must get through
    try:
        dsn = ensure_postgres(folder, durable=False)
        asyncio.run(upgrade(dsn))
        yield dsn
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_still_loop() -> Iterator[StillLoop]:
    """A loop in which time stands still."""
    loop = StillLoop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def runs(dsn: str, seeds: range, again: bool = False) -> Iterator[Ran]:
    """Run the seeds; with ``again`` each one twice in a row."""
    with a_still_loop() as loop, structlog.testing.capture_logs():
        bench = loop.run_until_complete(Bench.at(loop, dsn))
        for number, seed in enumerate(seeds):
            if number % TIDY_EVERY == 0:
                loop.run_until_complete(bench.tidy())
            for _ in range(2 if again else 1):
                yield loop.run_until_complete(simulate(bench, seed))
        loop.run_until_complete(bench.close())


def main() -> None:
    """Run, and end with 1 when a seed fails."""
    options = argparse.ArgumentParser(prog="bench simulate", description=__doc__)
    options.add_argument("simulate")
    options.add_argument("--seeds", type=int, default=1000)
    options.add_argument("--from", type=int, default=1, dest="first")
    options.add_argument("--again", action="store_true", help="run each seed twice and compare the traces")
    options.add_argument("--trace", action="store_true", help="print what happened in the first seed")
    chosen = options.parse_args()
    with a_server() as dsn:
        if chosen.trace:
            _print_trace(dsn, chosen.first)
        elif not _all(dsn, range(chosen.first, chosen.first + chosen.seeds), chosen.again):
            sys.exit(1)


def _all(dsn: str, seeds: range, again: bool) -> bool:
    begun = said = time.monotonic()
    states: Counter[str] = Counter()
    done, steps, faults, traces = 0, 0, 0, dict[int, str]()
    for ran in runs(dsn, seeds, again):
        if traces.setdefault(ran.seed, ran.trace) != ran.trace:
            print(f"seed {ran.seed} is not the same the second time")
            return False
        if ran.broken:
            _say_failure(dsn, ran)
            return False
        done, steps, faults = len(traces), steps + ran.steps, faults + ran.faults
        states.update(ran.states)
        if time.monotonic() - said > SAY_EVERY_S:
            said = time.monotonic()
            print(f"{done} of {len(seeds)} seeds, {steps} steps, {said - begun:.0f} s", flush=True)
    ended = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    took = time.monotonic() - begun
    print(f"{done} seeds, {steps} steps, {faults} faults, 0 laws broken; operations: {ended}; {took:.0f} s")
    return True


def _say_failure(dsn: str, ran: Ran) -> None:
    print(f"seed {ran.seed} ({ran.capability}) breaks after {ran.steps} steps:")
    for what in ran.broken:
        print(f"  {what}")
    (second,) = runs(dsn, range(ran.seed, ran.seed + 1))
    print("the second time " + ("it is the same" if second.trace == ran.trace else "it is ANOTHER run"))
    print(f'see it with: make bench ARGS="simulate --from {ran.seed} --trace"')


def _print_trace(dsn: str, seed: int) -> None:
    with a_still_loop() as loop, structlog.testing.capture_logs() as logs:
        bench = loop.run_until_complete(Bench.at(loop, dsn))
        driver = Driver(bench, seed)
        ran = loop.run_until_complete(driver.run())
        loop.run_until_complete(bench.close())
    print("\n".join([*driver.lines, *driver.world.ended, *map(str, logs), str(ran)]))
