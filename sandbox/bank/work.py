"""What the bank does by itself: it decides applications and finishes orders when they are due, from the tables, so that
a restart goes on where the last run stopped."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime

from sandbox.bank import applications, orders, plastic
from sandbox.store import Database, Store

IDLE_S = 5.0  # how long to sleep at most when nothing is due; changes wake earlier
RECOVER_S = 1.0

log = logging.getLogger("sandbox.bank")

Clock = Callable[[], datetime]


async def keep_doing(job: Callable[[], Coroutine[None, None, None]]) -> None:
    """Until cancelled: a job that fails, because the disk is full or the file is locked, is begun again."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("The bank's background work failed and begins again.")
        await asyncio.sleep(RECOVER_S)


async def decide_applications(store: Store, clock: Clock) -> None:
    """Until cancelled: issue cards when they are due."""
    await _when_due(store, clock, applications.next_due, applications.decide_due)


async def finish_orders(store: Store, clock: Clock) -> None:
    """Until cancelled: plastic is ready when it is due."""
    await _when_due(store, clock, orders.next_due, plastic.finish_due)


async def _when_due(
    store: Store,
    clock: Clock,
    next_due: Callable[[Database], datetime | None],
    do: Callable[[Database, datetime], None],
) -> None:
    with store.changed.watch() as watcher:
        while True:
            with store.reading() as db:
                due = next_due(db)
            if due is not None and due <= clock():
                with store.transaction() as db:
                    do(db, clock())
                continue
            pause_s = IDLE_S if due is None else (due - clock()).total_seconds()
            await watcher.wait(max(0.0, min(pause_s, IDLE_S)))
