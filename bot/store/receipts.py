"""What the platforms tell about messages that have left: kept as rows of the inbox that hold up no turn, then noted.

News may overtake the record of the sending itself, or be of a message that we never sent. Every statement sees one
moment: if nothing matches and nothing of the chat is still on its way, there is nothing to wait for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.batcher import Batcher
from bot.store.link import Link
from bot.store.rows import OutboxRow
from bot.store.sealed import Sealed
from flows.messages import InboundEvent

KEEP = """
insert into bot.inbox(id, channel, account, dedupe, conversation, body, status, lease_until)
select i.id, i.channel, i.account, i.dedupe, i.conversation, i.body, 'aside', now() + $7::float8 * interval '1 s'
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bytea[])
    with ordinality as i(id, channel, account, dedupe, conversation, body, n)
order by i.channel, i.account, i.dedupe, i.n
on conflict (channel, account, dedupe) do nothing returning id"""

CLAIM = """
update bot.inbox b set lease_until = now() + $2::float8 * interval '1 s', attempts = attempts + 1
from (select id, channel, account, dedupe from bot.inbox where status = 'aside' and lease_until <= now()
      order by arrival limit $1 for update skip locked) free
where (b.channel, b.account, b.dedupe) = (free.channel, free.account, free.dedupe)
returning b.id, b.body, b.attempts"""

# What is on its way in a chat: any of it may turn out to be what the news is about.
_ON_ITS_WAY = """exists (select from bot.outbox w where w.conversation = i.conversation and w.status = 'new'
    and w.kind = 'send')"""

# News by the provider's id, of all that was sent until a moment, or of both. A rank only ever grows. What names no
# message that we know is looked at again after the pause, as long as something is on its way and it has tries left.
# $1-6 the news (6: tries so far), $7 the pause in s, $8 the most tries.
NOTE = f"""
with item as (
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::timestamptz[], $6::int[])
        as i(id, conversation, provider_id, rank, until, tries)),
hit as (
    select i.id as item, o.id, i.rank, i.provider_id = any(o.provider_ids) as named from item i
    join bot.outbox o on o.conversation = i.conversation and o.status = 'done' and o.kind = 'send'
        and (i.provider_id = any(o.provider_ids) or o.sent_at <= i.until)),
raised as (
    update bot.outbox o set delivery = h.rank from (select id, max(rank) as rank from hit group by id) h
    where o.id = h.id and o.delivery < h.rank),
later as (
    select i.id from item i
    where i.tries < $8::int and not i.id = any(array(select item from hit where named)) and {_ON_ITS_WAY})
update bot.inbox b set status = case when l.id is null then 'done' else 'aside' end, attempts = i.tries,
    lease_until = now() + $7::float8 * interval '1 s' * 2 ^ least(i.tries, 10)
from item i left join later l on l.id = i.id
where b.conversation = i.conversation and b.id = i.id and b.status = 'aside'
returning b.id"""  # noqa: S608 # nosec B608 # no value comes from outside

FIND = f"""
select o.id, o.seq, o.body, {_ON_ITS_WAY} as on_its_way
from (select $1::uuid as conversation, $2::text as provider_id) i
left join bot.outbox o on o.conversation = i.conversation and o.status = 'done' and o.kind = 'send'
    and i.provider_id = any(o.provider_ids) limit 1"""  # noqa: S608 # nosec B608 # no value comes from outside

# The same row goes out once more; whoever asks for it knows it by its id. News of its first sending finds nothing.
AGAIN = """
update bot.outbox set status = 'new', ended_at = null, sent_at = null, provider_ids = '{}', body = $2, error = $3,
    repeats = repeats + 1, lease_until = greatest(now(), $4), deferred_until = $4, deferred_for = 'pace'
where id = $1 and status = 'done' and repeats = 0 returning id"""

FAILED = """
update bot.outbox set delivery = greatest(delivery, 2::smallint), error = $2, status = $3
where id = $1 and status = 'done' and delivery < 2 returning id"""

END = """
update bot.inbox set status = 'done' where conversation = $1 and id = $2 and status = 'aside'"""

LATER = """
update bot.inbox set attempts = $3, lease_until = now() + $4::float8 * interval '1 s'
where conversation = $1 and id = $2 and status = 'aside'"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """News of messages: their rank (1 sent, 3 delivered, 4 read), by the provider's id and for all sent ``until`` then.

    ``tries`` counts this one.
    """

    id: UUID
    conversation: UUID
    provider_id: str | None
    rank: int
    until: datetime | None
    tries: int


class ReceiptStore:
    """Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link, sealed: Sealed, lease_s: float) -> None:
        self._link, self._sealed, self._lease_s = link, sealed, lease_s
        self._keeps: Batcher[InboundEvent, bool] = Batcher(
            self._keep, key=lambda event: (event.channel, event.account, event.dedupe_key)
        )

    async def keep(self, event: InboundEvent) -> bool:
        """Store news; false for what is known already."""
        return await self._keeps.submit(event)

    async def claim(self, most: int = 100) -> Sequence[tuple[UUID, InboundEvent | None, int]]:
        """Take news that nobody is at work on, with the count of tries; the event is None if it cannot be opened."""
        rows = await self._link.fetch(CLAIM, most, self._lease_s)
        return [(row["id"], self._event(row["id"], row["body"]), row["attempts"]) for row in rows]

    async def note(self, receipts: Sequence[Receipt], pause_s: float, tries_max: int) -> None:
        """Note what became of messages, and end the news or put it off."""
        await self._link.fetch(
            NOTE,
            [receipt.id for receipt in receipts],
            [receipt.conversation for receipt in receipts],
            [receipt.provider_id for receipt in receipts],
            [receipt.rank for receipt in receipts],
            [receipt.until for receipt in receipts],
            [receipt.tries for receipt in receipts],
            pause_s,
            tries_max,
        )

    async def find(self, conversation: UUID, provider_id: str) -> tuple[OutboxRow | None, bool]:
        """The message with the provider's id; without one, whether something of the chat is still on its way."""
        (found,) = await self._link.fetch(FIND, conversation, provider_id)
        if found["id"] is None:
            return None, found["on_its_way"]
        to, effect = self._sealed.open_outbox(found["id"], found["body"])
        return OutboxRow(found["id"], conversation, found["seq"], to, effect), False

    async def again(self, row: OutboxRow, reason: str, not_before: datetime | None) -> bool:
        """Let the row leave once more, with the effect it has now; false if that was done before."""
        return bool(await self._link.fetch(AGAIN, row.id, self._sealed.outbox(row), reason, not_before))

    async def failed(self, id_: UUID, reason: str, *, window_closed: bool = False) -> bool:
        """The message never reached the customer; false when that was known, or is not so."""
        return bool(await self._link.fetch(FAILED, id_, reason, "window_closed" if window_closed else "done"))

    async def end(self, conversation: UUID, id_: UUID) -> None:
        """This news is dealt with."""
        await self._link.fetch(END, conversation, id_)

    async def later(self, conversation: UUID, id_: UUID, tries: int, pause_s: float) -> None:
        """Look at this news again."""
        await self._link.fetch(LATER, conversation, id_, tries, pause_s)

    async def close(self) -> None:
        """Let what is under way be written."""
        await self._keeps.close()

    async def _keep(self, events: Sequence[InboundEvent]) -> Sequence[bool]:
        rows = await self._link.fetch(
            KEEP,
            [event.id for event in events],
            [event.channel for event in events],
            [event.account for event in events],
            [event.dedupe_key for event in events],
            [event.conversation for event in events],
            [self._sealed.event(event) for event in events],
            self._lease_s,
        )
        fresh = {row["id"] for row in rows}
        return [event.id in fresh for event in events]

    def _event(self, id_: UUID, body: bytes) -> InboundEvent | None:
        try:
            event = self._sealed.open_event(id_, body)
        except Exception:  # whatever the reason, one unreadable row must not stop the others
            return None
        return event if isinstance(event, InboundEvent) else None
