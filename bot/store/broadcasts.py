"""Broadcasts: whom they go to, what was placed into the outbox for each, and how far that has come.

Recipients lie here until their chat is known; then each is a message of its own, kept for its time by the pace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bot.store.link import Link
from bot.store.rows import OutboxRow
from bot.store.sealed import Sealed
from flows.ports import Sealer

# $1 owner, $2 key, $3 digest, $4 id, $5 body, $6 rate, $7 start, $8 the recipients' bodies in order.
OPEN = """
with asked as (
    insert into bot.asked(owner, kind, key, digest, target) values ($1, 'broadcast', $2, $3, $4::uuid)
    on conflict do nothing returning target as id),
opened as (
    insert into bot.broadcast(id, owner, body, rate_per_s, total, starts_at)
    select id, $1, $5::bytea, $6::float8, cardinality($8::bytea[]), $7::timestamptz from asked returning id),
listed as (
    insert into bot.recipient(broadcast, place, body)
    select opened.id, r.n - 1, r.body from opened, unnest($8::bytea[]) with ordinality as r(body, n))
select id from opened"""

# Recipients whose time comes near ($2), each taken by one process for a while ($3 s).
CLAIM = """
update bot.recipient r set lease_until = now() + $3::float8 * interval '1 s'
from (
    select b.id, w.place, b.body, b.starts_at + (w.place / b.rate_per_s) * interval '1 s' as due
    from bot.broadcast b cross join lateral (
        select place from bot.recipient n
        where n.broadcast = b.id and n.status = 'waiting' and n.lease_until <= now()
            and b.starts_at + (n.place / b.rate_per_s) * interval '1 s' <= now() + $2::float8 * interval '1 s'
        order by n.place limit $1 for update skip locked) w
    where b.stopped_at is null) near
where r.broadcast = near.id and r.place = near.place
returning r.broadcast, r.place, r.body, near.body as message, near.due"""

# $1 broadcast, $2 place, $3 id, $4 conversation, $5 body, $6 channel, $7 account, $8 due. The share lock keeps a stop
# waiting until the row is there to be stopped; a chat that the broadcast has already is skipped.
PLACE = """
with going as (
    select id, owner from bot.broadcast where id = $1::uuid and stopped_at is null for share),
free as (
    select 1 from bot.recipient where broadcast = $1::uuid and place = $2::int and status = 'waiting' for update),
owned as (
    insert into bot.message(id, owner, conversation, broadcast)
    select $3::uuid, going.owner, $4::uuid, going.id from going, free
    on conflict (broadcast, conversation) do nothing returning id),
kept as (
    insert into bot.outbox(id, conversation, seq, kind, body, channel, account, status, due, lease_until)
    select id, $4::uuid, 0, 'send', $5::bytea, $6::text, $7::text, 'scheduled', $8::timestamptz, now() from owned)
update bot.recipient r set
    status = case when exists (select from owned) then 'placed' else 'skipped' end,
    reason = case when exists (select from owned) then null else 'written to already by this broadcast' end,
    message = (select id from owned)
from free, going where r.broadcast = $1::uuid and r.place = $2::int returning r.status"""

SKIP = """
update bot.recipient set status = 'skipped', reason = $3
where broadcast = $1 and place = $2 and status = 'waiting'"""

# Two statements: the second must see what was placed while the first waited.
STOP = "update bot.broadcast set stopped_at = coalesce(stopped_at, now()) where id = $1 returning id"
STOP_MESSAGES = """
with free as (
    select o.id from bot.message m join bot.outbox o on o.id = m.id
    where m.broadcast = $1 and (o.status = 'scheduled' or (o.status = 'new' and o.lease_until <= now()))
    order by o.id for update of o)
update bot.outbox o set status = 'cancelled', ended_at = now() from free where o.id = free.id"""
STOP_RECIPIENTS = "update bot.recipient set status = 'stopped' where broadcast = $1 and status = 'waiting'"

READ = """
select total, stopped_at is not null as stopped from bot.broadcast
where id = $1 and ($2::text is null or owner = $2)"""
COUNTS = """
select r.status as standing, o.status, coalesce(o.deferred_until > now(), false) as deferred, r.reason,
    count(*)::int as many
from bot.recipient r left join bot.outbox o on o.id = r.message
where r.broadcast = $1 group by 1, 2, 3, 4"""
RECIPIENTS = """
select place, message, reason from bot.recipient where broadcast = $1 and place > $2 order by place limit $3"""

NEXT_PLACE = """
select extract(epoch from min(b.starts_at + (r.place / b.rate_per_s) * interval '1 s') - now())::float8
from bot.broadcast b cross join lateral (
    select place from bot.recipient w
    where w.broadcast = b.id and w.status = 'waiting' and w.lease_until <= now() order by place limit 1) r
where b.stopped_at is null"""


LEASE_S = 30.0  # to find a chat takes a moment; a process that died in it leaves the recipient to others


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """A broadcast to store. ``message`` is what each gets, ``recipients`` who, both as JSON."""

    id: UUID
    owner: str
    key: str
    digest: str
    message: bytes
    recipients: Sequence[bytes]
    rate_per_s: float
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A recipient whose time comes near."""

    broadcast: UUID
    place: int
    recipient: bytes
    message: bytes
    due: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How many recipients stand alike. ``status`` is their outbox row's, where there is one."""

    standing: str
    status: str | None
    deferred: bool
    reason: str | None
    many: int


class BroadcastStore:
    """Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link, sealer: Sealer) -> None:
        self._link, self._sealer, self._sealed = link, sealer, Sealed(sealer)

    async def open(self, new: NewBroadcast) -> bool:
        """Store it whole; false when the key is taken."""
        recipients = [
            self._sealer.seal(body, _of_recipient(new.id, place)) for place, body in enumerate(new.recipients)
        ]
        body = self._sealer.seal(new.message, b"bot.broadcast.body:" + new.id.bytes)
        stored = await self._link.fetch(
            OPEN, new.owner, new.key, new.digest, new.id, body, new.rate_per_s, new.starts_at, recipients
        )
        return bool(stored)

    async def claim(self, most: int, ahead_s: float) -> list[Waiting]:
        """Recipients whose time comes within ``ahead_s``, in order, for this process alone for a while."""
        rows = await self._link.fetch(CLAIM, most, ahead_s, LEASE_S)
        return [self._waiting(row) for row in sorted(rows, key=lambda row: (row["broadcast"], row["place"]))]

    async def place(self, waiting: Waiting, row: OutboxRow) -> None:
        """Keep the recipient's message for its time, unless it is placed or stopped already."""
        await self._link.fetch(
            PLACE, waiting.broadcast, waiting.place, row.id, row.conversation, self._sealed.outbox(row),
            row.to.channel, row.to.account, waiting.due,
        )  # fmt: skip

    async def skip(self, waiting: Waiting, reason: str) -> None:
        """Leave a recipient out."""
        await self._link.fetch(SKIP, waiting.broadcast, waiting.place, reason)

    async def stop(self, broadcast: UUID) -> None:
        """Let nothing more of it leave. What is on its way arrives."""
        for statement in (STOP, STOP_MESSAGES, STOP_RECIPIENTS):
            await self._link.fetch(statement, broadcast)

    async def read(self, broadcast: UUID, owner: str | None) -> tuple[int, bool, list[Count]] | None:
        """How many it goes to, whether it was stopped, and how they stand; only the owner's where one is given."""
        rows = await self._link.fetch(READ, broadcast, owner)
        if not rows:
            return None
        counts = [Count(*row) for row in await self._link.fetch(COUNTS, broadcast)]
        return rows[0]["total"], rows[0]["stopped"], counts

    async def recipients(self, broadcast: UUID, after: int, most: int) -> list[tuple[int, UUID | None, str | None]]:
        """Places after one, each with its message or why it was skipped."""
        rows = await self._link.fetch(RECIPIENTS, broadcast, after, most)
        return [(row["place"], row["message"], row["reason"]) for row in rows]

    async def next_place_s(self) -> float | None:
        """Seconds until a recipient's time, None without any; may be negative."""
        rows = await self._link.fetch(NEXT_PLACE)
        return None if rows[0][0] is None else float(rows[0][0])

    def _waiting(self, row: asyncpg.Record) -> Waiting:
        broadcast, place = row["broadcast"], row["place"]
        recipient = self._sealer.open(row["body"], _of_recipient(broadcast, place))
        message = self._sealer.open(row["message"], b"bot.broadcast.body:" + broadcast.bytes)
        return Waiting(broadcast, place, recipient, message, row["due"])


def _of_recipient(broadcast: UUID, place: int) -> bytes:
    return b"bot.recipient.body:" + broadcast.bytes + place.to_bytes(4)
