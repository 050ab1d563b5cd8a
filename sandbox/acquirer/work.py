"""What the acquirer does by itself: it ends payments that nobody has paid or captured in time."""

import asyncio

from sandbox.acquirer import payments
from sandbox.news import Clock
from sandbox.store import Store

LOOK_S = 1.0


async def keep_expiring(store: Store, clock: Clock) -> None:
    """Until cancelled."""
    while True:
        with store.reading() as db:
            due = payments.is_due(db, clock())
        if due:
            with store.transaction() as db:
                payments.expire(db, clock())
        await asyncio.sleep(LOOK_S)
