"""``make chaos``: two minutes of faults. ``ARGS="--seed 7 --minutes 20"``: another seed, and longer. ``ARGS=--short``:
each kind of fault once, as continuous integration runs it.

Ends with 1 when anything was lost, doubled, stuck or told wrongly, when a sum was ever another, or when a kind of
fault was planned and never struck; the short form says the last in so many words and does not fail for it, for a busy
machine may have had nothing to strike. Writes bench/out/chaos.json. The same seed is the same schedule; what a
customer's thumb meets at that moment is the machine's.
"""

import argparse
import asyncio
import itertools
import random
import shutil
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path

import httpx
import structlog

from bench.chaos import checks, report
from bench.chaos.estate import Estate, apart, running
from bench.chaos.learnt import exceptions
from bench.chaos.plan import KINDS, once, planned
from bench.chaos.striking import Striking
from bench.chaos.workload import SMALLEST_MINOR, Customer

MINUTES = 2.0
CUSTOMERS, CUSTOMERS_SHORT = 6, 4
OPEN_AT_ONCE = 3
PAUSE_S = 0.5
TOLD_TO_STOP = "told to stop before its end"
# A customer whose chat is new is asked for a code with each payment, and gets five in a quarter of an hour. So most of
# them have had their chats for long, and every fourth goes on to type codes until there are no more.
NO_LONGER_NEW = """
update customers.binding set risk_until = bound_at where id in
    (select id from (select id, row_number() over (order by bound_at) as n from customers.binding) as o
     where $1 or n % 4 > 0)
"""


def main() -> None:
    """Run one schedule."""
    options = argparse.ArgumentParser(prog="bench chaos", description=__doc__)
    options.add_argument("chaos")
    options.add_argument("--seed", type=int, default=9)
    options.add_argument("--minutes", type=float, default=MINUTES, help="how long things go wrong")
    options.add_argument("--short", action="store_true", help="each kind of fault once, and fewer customers")
    options.add_argument("--customers", type=int)
    options.add_argument("--keep", action="store_true", help="keep the logs of a clean run, too")
    options.add_argument("--only", nargs="*", choices=[*KINDS], help="only these kinds of faults")
    options.add_argument("--plan", action="store_true", help="print the schedule and do nothing")
    chosen = options.parse_args()
    has_redis = shutil.which("redis-server") is not None
    kinds = [kind for kind in chosen.only or KINDS if has_redis or kind not in ("redis", "flush")]
    strikes = once(chosen.seed, kinds) if chosen.short else planned(chosen.seed, chosen.minutes * 60, kinds)
    if chosen.plan:
        print("\n".join(f"{strike.at_s:6.1f} s  {strike}" for strike in strikes))
        return
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    run = report.Run(chosen.seed, 0 if chosen.short else chosen.minutes, kinds, strikes, has_redis)
    customers = chosen.customers or (CUSTOMERS_SHORT if chosen.short else CUSTOMERS)
    with apart() as folder:
        try:
            asyncio.run(_until_told(_run(folder, run, customers)))
        except (KeyboardInterrupt, asyncio.CancelledError):
            run.wrong = [TOLD_TO_STOP]
    if run.wrong == [TOLD_TO_STOP]:
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit(TOLD_TO_STOP)
    report.keep(run)
    print(report.told(run))
    if run.wrong or chosen.keep:
        print(f"the logs are in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if run.wrong else 0)


async def _until_told(work: Coroutine[None, None, None]) -> None:
    """The work, with everything taken down when somebody asks for the end, by Ctrl-C or as an orchestrator does."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task


async def _run(folder: Path, run: report.Run, count: int) -> None:
    began = time.monotonic()
    async with running(folder, run.seed) as estate:
        run.figures["started_s"] = round(time.monotonic() - began, 1)
        async with httpx.AsyncClient(base_url=estate.sandbox, timeout=30, trust_env=False) as http:
            amounts = itertools.count(SMALLEST_MINOR)
            customers = [Customer(http, number, amounts) for number in range(count)]
            await opened(estate, customers)
            await _struck(estate, run, customers)
    run.figures["took_s"] = round(time.monotonic() - began, 1)


async def opened(estate: Estate, customers: Sequence[Customer], *, all_known: bool = False) -> None:
    """Everybody becomes a customer with a card; then most of the chats, or all of them, are no longer new."""
    limit = asyncio.Semaphore(OPEN_AT_ONCE)

    async def one(customer: Customer) -> None:
        async with limit:
            await customer.open()

    await asyncio.gather(*map(one, customers))
    await checks.ask(estate.database.dsn, NO_LONGER_NEW, all_known)
    cards = checks.cards(books_of(estate))
    for customer in customers:
        customer.card = cards[customer.name]


def books_of(estate: Estate) -> Path:
    """The bank's own books."""
    return estate.folder / "data" / "sandbox.sqlite3"


async def _struck(estate: Estate, run: report.Run, customers: Sequence[Customer]) -> None:
    """The customers pay and the strikes fall; then all settles, and is counted."""
    dsn, books, over = estate.database.dsn, books_of(estate), asyncio.Event()
    reads, striking = checks.Reads(), Striking(estate)
    watching = asyncio.create_task(checks.reading(dsn, books, reads))
    paying = [
        asyncio.create_task(_pays(one, customers[(n + 1) % len(customers)], estate.dice, over))
        for n, one in enumerate(customers)
    ]
    await striking.run(run.strikes, lambda line: print(line, flush=True))
    over.set()
    await asyncio.gather(*paying)
    stuck = await checks.settled(dsn)
    await asyncio.gather(*(customer.last_words() for customer in customers))
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    found = await checks.verdict(dsn, books, customers, stuck)
    found.figures["exceptions in the logs"] = exceptions(estate.folder)
    run.ended(found, reads, striking.struck, [s for customer in customers for s in customer.took_s])


async def _pays(customer: Customer, to: Customer, dice: random.Random, over: asyncio.Event) -> None:
    while not over.is_set():
        await customer.pay(to, dice)
        await asyncio.sleep(dice.uniform(0, PAUSE_S))
