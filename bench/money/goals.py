"""What is shown by counting: nothing twice, nothing lost, whatever is repeated, late or silent."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bench.money.bank import Books
from bench.money.room import Room, room, transfer
from bench.money.wire import Wire
from core_adapters.operations.ids import core_ref
from core_adapters.ports import Capability
from flows.effects import StartOperation

T = TypeVar("T")
AT_ONCE = 32
DEDUP = Capability("reference-dedup", "by-our-ref", 2.0)
TIMEOUT_S = 0.5
LATEST = 3  # timeouts after which an order may still land


@dataclass(frozen=True)
class Found:
    """What a goal found. ``wrong`` is empty when it is met."""

    goal: str
    figures: dict[str, object]
    wrong: tuple[str, ...]


async def duplicates(dsn: str, operations: int, seed: int = 1) -> Found:
    """G3: each operation is started one to five times, in any order, at two workers: one posting each."""
    dice, books = random.Random(seed), Books()
    begun = time.monotonic()
    async with books.served() as port, room(dsn, f"http://127.0.0.1:{port}", DEDUP) as made:
        starts = [transfer(dice.randrange(100, 49_000)) for _ in range(operations)]
        updates = [start for start in starts for _ in range(dice.randint(1, 5))]
        dice.shuffle(updates)
        await _at_once([dice.choice(made.workers).start(start) for start in updates])
        await made.until_settled(120)
        wrong = await _once_each(made, books, starts)
        figures = {"operations": operations, "updates": len(updates), "doubles": books.doubles, **await made.states()}
    return Found("G3", figures | {"seconds": round(time.monotonic() - begun, 1)}, wrong)


async def taps(dsn: str, operations: int, each: int = 50) -> Found:
    """G4: so many taps on one button at the same moment, at two workers: one posting each."""
    books, begun = Books(), time.monotonic()
    async with books.served() as port, room(dsn, f"http://127.0.0.1:{port}", DEDUP) as made:
        starts = [transfer() for _ in range(operations)]
        for start in starts:
            await asyncio.gather(*(made.workers[n % 2].start(start) for n in range(each)))
        await made.until_settled(60)
        wrong = await _once_each(made, books, starts)
        figures = {"operations": operations, "taps": operations * each, "doubles": books.doubles, **await made.states()}
    return Found("G4", figures | {"seconds": round(time.monotonic() - begun, 1)}, wrong)


async def late(dsn: str, operations: int, seed: int = 1) -> Found:
    """G5: an order lands after nought to three timeouts, at a core that drops no doubles: 0 double, all settled.

    One that the core never got (its line was cut while the machine was busy) rightly waits for staff.
    """
    dice = random.Random(seed)
    bound = TIMEOUT_S * LATEST + 0.5
    books = Books(late_s=lambda: dice.uniform(0, TIMEOUT_S * LATEST))
    capability = Capability("none", "by-our-ref", bound)
    async with books.served() as port, room(dsn, f"http://127.0.0.1:{port}", capability, timeout_s=TIMEOUT_S) as made:
        starts = [transfer() for _ in range(operations)]
        await _at_once([made.workers[n % 2].start(start) for n, start in enumerate(starts)])
        await made.until_settled(operations * 0.2 + bound + 60)
        wrong = [what for what in await _once_each(made, books, starts) if "HOLD, booked 0 times" not in what]
        slowest = await made.pool.fetchval(SLOWEST)
        unknown = await made.pool.fetchval("select count(*) from bench.news where state = 'unknown'")
        if slowest > bound + 30:
            wrong.append(f"one was unknown for {slowest:.1f} s")
        figures = {"operations": operations, "unknown": unknown, "doubles": books.doubles, "timeout_s": TIMEOUT_S,
                   "settle_bound_s": bound, "slowest_s": round(slowest, 1), **await made.states()}  # fmt: skip
    return Found("G5", figures, tuple(wrong))


async def silent(dsn: str, operations: int, seed: int = 1) -> Found:
    """G6: a core without key and enquiry, on a line that loses answers: nothing again, all unknown to staff."""
    dice, books = random.Random(seed), Books()
    manners = ("through", "cut after", "half-close")
    async with books.served() as port:
        wire = Wire("127.0.0.1", port, lambda: dice.choice(manners))
        async with (
            wire.listening() as outside,
            room(dsn, f"http://127.0.0.1:{outside}", Capability("none", "none", 1.0), timeout_s=2) as made,
        ):
            starts = [transfer() for _ in range(operations)]
            await _at_once([made.workers[n % 2].start(start) for n, start in enumerate(starts)], 4)
            await made.until_settled(operations + 60)
            unknown = await made.pool.fetchval("select count(distinct op_id) from bench.news where state = 'unknown'")
            cards = await made.workers[0].listed("HOLD")
            again = sum(count > 1 for count in books.heard.values())
            states = await made.states()
    wrong = [f"{again} were sent again"] if again else []
    if unknown != states.get("HOLD", 0) or len(cards) != min(500, unknown) or not unknown:
        wrong.append(f"{unknown} unknown, {states.get('HOLD', 0)} on hold, {len(cards)} shown to staff")
    figures = {"operations": operations, "unknown": unknown, "sent_again": again, "doubles": books.doubles,
               "cards_for_staff": len(cards), **states}  # fmt: skip
    return Found("G6", figures, tuple(wrong))


SLOWEST = """
select coalesce(max(extract(epoch from o.settled_at - a.ended_at)), 0)::float8
from money.operation o join money.attempt a on a.op_id = o.op_id and a.outcome = 'UNKNOWN'
"""


async def _once_each(made: Room, books: Books, starts: Sequence[StartOperation]) -> tuple[str, ...]:
    """What is wrong: an operation that is not posted just once, or whose customer was not told just once."""
    rows = await made.pool.fetch("select op_id, state from money.operation")
    states = {row["op_id"]: row["state"] for row in rows}
    told = Counter(
        row["op_id"] for row in await made.pool.fetch("select op_id from bench.news where state in ('done', 'failed')")
    )
    wrong = []
    for start in starts:
        state, booked = states.get(start.op_id), len(books.landed.get(core_ref(start.op_id), ()))
        ended = state if state in ("POSTED", "VOID", "REJECTED") else None
        if ended is None or booked != int(ended == "POSTED") or told[start.op_id] != 1:
            wrong.append(f"{start.op_id}: {state}, booked {booked} times, told {told[start.op_id]} times")
    if len(rows) != len(starts):
        wrong.append(f"{len(rows)} operations for {len(starts)}")
    return tuple(wrong)


async def _at_once(work: Sequence[Awaitable[Any]], most: int = AT_ONCE) -> None:
    """Do all, so many at a time."""
    room_for = asyncio.Semaphore(most)

    async def one(doing: Awaitable[Any]) -> None:
        async with room_for:
            await doing

    await asyncio.gather(*map(one, work))
