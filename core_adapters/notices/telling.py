"""Tells customers what was kept for them: in their newest chat, if they want it, once.

Who wants what is asked before a transaction begins. In it the customer's notes are locked, the event goes into the
conversation's inbox through the sink, and the note is over: all or nothing, and the same note twice is the same event.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from core_adapters.database import Connection
from core_adapters.notices import deciding, notes, summing
from core_adapters.notices.deciding import Crowd, Later
from core_adapters.notices.notes import Note
from core_adapters.operations.decisions.enquiry import pause_s
from core_adapters.operations.statements import OURS
from core_adapters.operations.store import LEASE, Store
from core_adapters.ports import Contacts, Reach
from flows.events import BankEvent

AT_ONCE = 100
LIMITED = "payments"  # the kind whose number an hour is limited
log = structlog.get_logger()

TAKE = """
update money.notice set due_at = $2 where id in (
    select id from money.notice where done_at is null and due_at <= $1 order by due_at limit $3
    for update skip locked)
returning *
"""
LOCK = "select pg_advisory_xact_lock(hashtextextended('money.notices:' || $1, 0))"
OPEN = "select held from money.notice where id = $1 and done_at is null for update"
END = "update money.notice set done_at = $2, outcome = $3 where id = $1 and done_at is null"
LATER = "update money.notice set due_at = $2, held = $3, tries = tries + $4 where id = $1 and done_at is null"
# Several that were told in one message have ended in one moment, and are one.
CROWD = """
select count(distinct done_at)::int as told, min(done_at) as oldest,
    (select count(*)::int from money.notice where customer_id = $1 and kind = $3 and held and done_at is null) as held
from money.notice where customer_id = $1 and kind = $3 and outcome in ('told', 'summed') and done_at > $2
"""
HELD = (
    "select * from money.notice where customer_id = $1 and kind = $2 and held and done_at is null order by happened_at"
)
# What one of ours did is told by its own flow in the chat that it was asked in, a schedule's by the schedule, and a
# reward as one.
OWN = """
select true from money.operation where core_ref = $1 and customer_id = $2
and (conversation = $3 or mandate is not null or action = 'referrals.reward')
"""


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells for one bank; ``zone`` is where its nights are."""

    store: Store
    contacts: Contacts
    zone: str

    async def tell(self) -> None:
        """Everything that is due, customer by customer, each in the order of what happened."""
        while rows := await self._due():
            by_customer: dict[str, list[asyncpg.Record]] = defaultdict(list)
            for row in sorted(rows, key=lambda row: (row["happened_at"], row["id"])):
                by_customer[row["customer_id"]].append(row)
            for failure in await asyncio.gather(*map(self._to_one, by_customer.values()), return_exceptions=True):
                if isinstance(failure, BaseException):
                    log.error("notices_not_told", error=type(failure).__name__)

    async def _due(self) -> list[asyncpg.Record]:
        now = self.store.clock()
        return await self.store.pool.fetch(TAKE, now, now + LEASE, AT_ONCE)

    async def _to_one(self, rows: Sequence[asyncpg.Record]) -> None:
        for row in rows:
            await self._one(row, notes.read(row, self.store.sealer))

    async def _one(self, row: asyncpg.Record, note: Note) -> None:
        now = self.store.clock()
        if row["until"] < now:
            await self.store.pool.execute(END, note.id, now, "too late")
            return
        try:
            reach = await self.contacts.reach(note.customer_id, note.kind)
        except LookupError:
            await self.store.pool.execute(END, note.id, now, "nobody")
            return
        except Exception as error:
            log.warning("notice_waits", kind=note.kind, error=type(error).__name__)
            again = now + timedelta(seconds=pause_s(row["tries"]))
            await self.store.pool.execute(LATER, note.id, again, row["held"], 1)
            return
        async with self.store.pool.acquire() as connection, connection.transaction():
            await self._decide(connection, note, reach, now)

    async def _decide(self, connection: Connection, note: Note, reach: Reach, now: datetime) -> None:
        await connection.execute(LOCK, note.customer_id)
        held = await connection.fetchval(OPEN, note.id)
        if held is None:
            return  # told together with another one
        if reach.conversation is None:
            await connection.execute(END, note.id, now, "nobody")
            return
        if await self._is_own(connection, note, reach.conversation):
            await connection.execute(END, note.id, now, "own")
            return
        step: Later | str = deciding.by_wish(reach.wish, now, self.zone)
        if step == "tell" and note.kind == LIMITED:
            crowd = await connection.fetchrow(CROWD, note.customer_id, now - deciding.HOUR, LIMITED)
            assert crowd is not None
            step = deciding.by_number(Crowd(**crowd), now, held)
        await self._take(connection, note, reach, step, now)

    async def _take(self, connection: Connection, note: Note, reach: Reach, step: Later | str, now: datetime) -> None:
        assert reach.conversation is not None
        if isinstance(step, Later):
            await connection.execute(LATER, note.id, step.at, step.held, 0)
        elif step == "silenced":
            await connection.execute(END, note.id, now, "silenced")
        elif step == "sum":
            await self._together(connection, note.customer_id, reach, now)
        else:
            await self._announce(connection, note, reach.conversation, now)
            await connection.execute(END, note.id, now, "told")

    async def _together(self, connection: Connection, customer_id: str, reach: Reach, now: datetime) -> None:
        """All that waits for the hour to end, in one message."""
        assert reach.conversation is not None
        rows = await connection.fetch(HELD, customer_id, LIMITED)
        waiting = [notes.read(row, self.store.sealer) for row in rows]
        await self._announce(connection, summing.together(waiting, reach.locale), reach.conversation, now)
        for note in waiting:
            await connection.execute(END, note.id, now, "summed")

    async def _announce(self, connection: Connection, note: Note, conversation: UUID, now: datetime) -> None:
        event = BankEvent(note.id, conversation, now, note.event, dict(note.match), note.outcome, dict(note.outputs))
        await self.store.sink.announce(connection, event)

    async def _is_own(self, connection: Connection, note: Note, conversation: UUID) -> bool:
        ours = OURS.fullmatch(note.reference)
        if ours is None:
            return False
        return bool(await connection.fetchval(OWN, ours.group(1), note.customer_id, conversation))
