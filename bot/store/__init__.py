"""The durable side of a turn: what came in, where conversations stand, what goes out, what wakes them.

``Store`` opens it all on one database. Accept and save are a micro-batched statement each (``turns``); the rest
(leases, recovery, marks, timers) shares two more connections. Nothing here knows an engine or a messenger.
Decision 0050 tells why the statements look as they do.
"""

from bot.store.ids import uuid7
from bot.store.inbox import Claimed, Handed, Inbox
from bot.store.link import BadRow, Connect, Link, StoreDown, StoreFailure
from bot.store.outbox import OutboxStore, Taken
from bot.store.receipts import Receipt, ReceiptStore
from bot.store.rows import Accepted, Arrival, Ending, Loaded, Mark, OutboxRow, Saved, Standing, To, TurnRow
from bot.store.said import Said
from bot.store.sealed import Sealed
from bot.store.switches import Queue, Switch, SwitchStore
from bot.store.timers import TimerStore
from bot.store.turns import TurnStore
from flows.ports import Sealer

# How long a process may be silent before others take up its work. It renews what it holds long before.
LEASE_S = 30.0


class Store:
    """One database's tables of the turn. ``connect`` opens a dedicated connection; eight stay open at most."""

    def __init__(self, connect: Connect, sealer: Sealer, lease_s: float = LEASE_S) -> None:
        self.lease_s = lease_s
        self.connect = connect
        self.sealed = Sealed(sealer)
        self._link, self._outbox_link, self._marks = Link(connect), Link(connect), Link(connect)
        self._receipts_link = Link(connect)
        self.turns = TurnStore(connect, self.sealed, lease_s)
        self.inbox = Inbox(self._link, self.sealed, lease_s)
        self.outbox = OutboxStore(self._outbox_link, self._marks, self.sealed, lease_s)
        self.timers = TimerStore(connect, self.sealed)
        self.receipts = ReceiptStore(self._receipts_link, self.sealed, lease_s)
        self.switches = SwitchStore(self._link)
        self.said = Said(self._link, self.sealed)

    async def close(self) -> None:
        """Let what is under way be written and give the connections back."""
        await self.turns.close()
        await self.outbox.close()
        await self.timers.close()
        await self.receipts.close()
        for link in (self._link, self._outbox_link, self._marks, self._receipts_link):
            await link.close()


__all__ = [
    "LEASE_S",
    "Accepted",
    "Arrival",
    "BadRow",
    "Claimed",
    "Connect",
    "Ending",
    "Handed",
    "Inbox",
    "Link",
    "Loaded",
    "Mark",
    "OutboxRow",
    "OutboxStore",
    "Queue",
    "Receipt",
    "ReceiptStore",
    "Said",
    "Saved",
    "Sealed",
    "Standing",
    "Store",
    "StoreDown",
    "StoreFailure",
    "Switch",
    "SwitchStore",
    "Taken",
    "TimerStore",
    "To",
    "TurnRow",
    "TurnStore",
    "uuid7",
]
