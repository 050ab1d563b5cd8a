"""G9: a bank's workload. Money goes round between accounts while lines break and workers die; at every read the sum of
all accounts is what it was, in our ledger and at the core.
"""

import asyncio
import contextlib
import random
import time
from contextlib import AsyncExitStack

from bench.money.bank import OPENING_MINOR, Books
from bench.money.goals import DEDUP, Found
from bench.money.room import Ours, Room, room, transfer
from bench.money.wire import MANNERS, Manner, Wire
from core_adapters.operations.states import State

ACCOUNTS = tuple(f"account-{n}" for n in range(8))
PAUSE_S = 0.05
READS_EVERY_S = 0.5
SUM = """
select coalesce(sum(delta_minor), 0)::bigint as total, count(distinct op_id) as operations,
    (select count(*) from money.operation where state = 'POSTED') as posted
from money.ledger_entry
"""


async def total(dsn: str, minutes: float, workers: int = 8, seed: int = 1) -> Found:
    """So many minutes; faults are on, save in the last part, in which all settles."""
    dice, books = random.Random(seed), Books(drops_doubles=True)
    books.balances.update(dict.fromkeys(ACCOUNTS, OPENING_MINOR))
    calm = False

    def manner() -> Manner:
        return "through" if calm or dice.random() < 0.6 else dice.choice(MANNERS)

    async with AsyncExitStack() as held:
        port = await held.enter_async_context(books.served())
        wire = Wire("127.0.0.1", port, manner)
        outside = await held.enter_async_context(wire.listening())
        made = await held.enter_async_context(room(dsn, f"http://127.0.0.1:{outside}", DEDUP, workers, timeout_s=1.0))
        until = time.monotonic() + minutes * 60
        customers = [asyncio.create_task(_pays(ours, dice, until)) for ours in made.workers]
        chaos = asyncio.create_task(_restarts(made, dice, until))
        reads, wrong = await _reads(made, books, until)
        started, restarts = sum(await asyncio.gather(*customers)), await chaos
        calm = True
        await made.until_settled(240)
        more, last = await _reads(made, books, time.monotonic() + 1)
        states = await made.states()
    if books.doubles:
        wrong.append(f"{books.doubles} doubles")
    ended = states.get(State.POSTED, 0) + states.get(State.HOLD, 0)
    if not states.get(State.POSTED, 0) <= len(books.landed) <= ended:
        wrong.append(f"{len(books.landed)} at the core")
    faults = sum(met != "through" for met in wire.met)
    figures = {"minutes": minutes, "workers": workers, "operations": started, "reads": reads + more, "faults": faults,
               "restarts": restarts, "doubles": books.doubles, **states}  # fmt: skip
    return Found("G9", figures, tuple(dict.fromkeys([*wrong, *last])))


async def _pays(ours: Ours, dice: random.Random, until: float) -> int:
    """A worker's customers, one payment after another; how many."""
    count = 0
    while time.monotonic() < until:
        await ours.start(transfer(dice.randrange(100, 40_000), dice.choice(ACCOUNTS)))
        count += 1
        await asyncio.sleep(PAUSE_S)
    return count


async def _restarts(made: Room, dice: random.Random, until: float) -> int:
    """Every second a worker loses whatever it was sending, and its background begins anew."""
    count = 0
    while time.monotonic() < until:
        ours = dice.choice(made.workers)
        await ours.worker.stop()
        for call in list(ours.desk._calls):
            call.cancel()
        ours.worker.start()
        count += 1
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(1)
    return count


async def _reads(made: Room, books: Books, until: float) -> tuple[int, list[str]]:
    """Read both totals again and again."""
    count, wrong = 0, list[str]()
    while time.monotonic() < until:
        row = await made.pool.fetchrow(SUM)
        assert row is not None
        if row["total"] != 0 or row["operations"] != row["posted"]:
            wrong.append(f"our ledger: {dict(row)}")
        if sum(books.balances.values()) != OPENING_MINOR * len(ACCOUNTS):
            wrong.append(f"the core's accounts sum up to {sum(books.balances.values())}")
        count += 1
        await asyncio.sleep(READS_EVERY_S)
    return count, wrong
