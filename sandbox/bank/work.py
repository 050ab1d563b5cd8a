"""What the bank does by itself: it decides applications when they are due and sends its news. Both from the tables, so
that a restart goes on where the last run stopped."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime

import httpx

from sandbox.bank import applications, events, orders, plastic
from sandbox.store import Database, Row, Store

IDLE_S = 5.0  # how long to sleep at most when nothing is due; changes wake earlier
IN_FLIGHT_MAX = 16
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


async def send_events(store: Store, clock: Clock) -> None:
    """Until cancelled: send events as they come due, several at once, so that one slow answer holds up nobody."""
    in_flight: set[str] = set()
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.TaskGroup() as sending:
        with store.changed.watch() as watcher:
            while True:
                pause_s = IDLE_S
                for event in _waiting(store, in_flight):
                    until_s = (datetime.fromisoformat(event["next_at"]) - clock()).total_seconds()
                    if until_s > 0:
                        pause_s = min(pause_s, until_s)
                        break
                    in_flight.add(event["event_id"])
                    sending.create_task(_send(store, clock, client, event, in_flight))
                await watcher.wait(pause_s)


def _waiting(store: Store, in_flight: set[str]) -> list[Row]:
    with store.reading() as db:
        if events.subscriber(db) is None:
            return []
        free = [event for event in events.waiting(db, 2 * IN_FLIGHT_MAX) if event["event_id"] not in in_flight]
    return free[: IN_FLIGHT_MAX - len(in_flight)]


async def _send(store: Store, clock: Clock, client: httpx.AsyncClient, event: Row, in_flight: set[str]) -> None:
    with store.reading() as db:
        to = events.subscriber(db)
    try:
        status = await events.send(client, to, event, clock()) if to is not None else 0
        with store.transaction() as db:
            events.sent(db, event, status, clock())
    finally:
        in_flight.discard(event["event_id"])
