"""MessageAPI's side of the outbox: messages asked for under a key, kept for later, changed, taken back.

A message of MessageAPI is an outbox row under the same id. Its place in the chat is chosen in the statement that
writes it: after everything that waits there, before whatever the conversation's next turn will say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from bot.store.link import Link
from bot.store.rows import OutboxRow, To
from bot.store.sealed import Sealed
from flows.effects import Effect

ChangeKind = Literal["edit", "append", "delete"]

# How many rows of one chat one turn may write: turn `version` numbers its rows from version * SEQS_A_TURN.
SEQS_A_TURN = 1000

# The next place in a chat. Only rows that wait matter: what has left is in order already. A chat that never wrote
# has no conversation and counts from its beginning.
_SEQ = f"""
least(
    greatest(
        (select coalesce(max(o.seq), 0) from bot.outbox o where o.conversation = {{chat}} and o.status = 'new') + 1,
        (select coalesce(max(c.version), 0) from bot.conversation c where c.id = {{chat}}) * {SEQS_A_TURN}),
    (select coalesce(max(c.version), 0) + 1 from bot.conversation c where c.id = {{chat}}) * {SEQS_A_TURN} - 1)"""  # noqa: S608 # nosec B608 # no value comes from outside

# $1 owner, $2 key, $3 digest, $4 id, $5 conversation, $6 body, $7 due (null: now), $8 changed message, $9 its edition,
# $10 tail, $11 channel, $12 account. A key that is taken, or a message that was changed meanwhile, writes nothing.
ASK = f"""
with target as (
    update bot.message set edition = edition + 1 where id = $8::uuid and edition = $9::int returning id),
asked as (
    insert into bot.asked(owner, kind, key, digest, target)
    select $1::text, 'message', $2::text, $3::text, $4::uuid
    where $8::uuid is null or exists (select from target)
    on conflict do nothing returning target as id),
owned as (insert into bot.message(id, owner, conversation) select id, $1::text, $5::uuid from asked),
changes as (
    insert into bot.change(id, message, kind, tail) select id, $8::uuid, 'append', $10::int from asked
    where $8::uuid is not null)
insert into bot.outbox(id, conversation, seq, kind, body, channel, account, status, due, lease_until)
select id, $5::uuid, {_SEQ.format(chat="$5::uuid")}, 'send', $6::bytea, $11::text, $12::text,
    case when $7::timestamptz is null then 'new' else 'scheduled' end, $7::timestamptz, now()
from asked returning id"""  # noqa: S608 # nosec B608 # no value comes from outside

ASKED = "select digest, target from bot.asked where owner = $1 and kind = $2 and key = $3"

# A message and its changes, the message first. The owner is null for staff, who may see all.
READ = """
with mine as (select id, edition from bot.message where id = $1 and ($2::text is null or owner = $2))
select o.id, o.conversation, o.seq, o.body, o.status, o.delivery, o.provider_ids, o.degradations, o.error, o.ended_at,
    o.lease_until > now() as held, coalesce(o.deferred_until > now(), false) as deferred, m.edition, r.kind
from mine m
cross join lateral (
    select m.id as row, null::text as kind union all select c.id, c.kind from bot.change c where c.message = m.id) r
join bot.outbox o on o.id = r.row
order by (r.kind is not null), o.created_at, o.seq, o.id"""

# A row that is held is on its way: it counts as sent. The lock makes whoever claims it wait for the new body.
_FREE = """
select id from bot.outbox
where id = $1::uuid and (status = 'scheduled' or (status = 'new' and lease_until <= now())) for update"""

REPLACE = f"""
with free as ({_FREE}),
mine as (update bot.message set edition = edition + 1
    where id = $1::uuid and edition = $2::int and exists (select from free) returning id)
update bot.outbox o set body = $3::bytea from mine where o.id = mine.id returning o.id"""  # noqa: S608 # nosec B608 # see above

# One that rests for a while is looked at again before it leaves; the seconds keep clear of that moment.
CANCEL = """
with free as (
    select id from bot.outbox
    where id = $1::uuid and (status = 'scheduled'
        or (status = 'new' and (lease_until <= now() or deferred_until > now() + interval '2 s'))) for update)
update bot.outbox o set status = 'cancelled', ended_at = now() from free where o.id = free.id returning o.id"""

# $1 message, $2 edition, $3 the change's id, $4 its kind, $5 conversation, $6 body, $7 channel, $8 account.
CHANGE = f"""
with mine as (update bot.message set edition = edition + 1 where id = $1::uuid and edition = $2::int returning id),
change as (insert into bot.change(id, message, kind) select $3::uuid, id, $4::text from mine)
insert into bot.outbox(id, conversation, seq, kind, body, channel, account, lease_until)
select $3::uuid, $5::uuid, {_SEQ.format(chat="$5::uuid")}, 'send', $6::bytea, $7::text, $8::text, now()
from mine returning id"""  # noqa: S608 # nosec B608 # see above

# What a change needs when it goes out: what became of the message it changes.
CHANGED = """
select c.kind, c.tail, o.status, o.provider_ids, o.ended_at
from bot.change c join bot.outbox o on o.id = c.message where c.id = $1"""

STANDING = "select id, state, unreachable is not null as unreachable, heard_at from bot.conversation where id = any($1)"

# What is due takes its place in its chat; several of one chat in the order of their times.
RELEASE = f"""
with due as (
    select id, conversation, due from bot.outbox where status = 'scheduled' and due <= now()
    order by due limit $1 for update skip locked),
placed as (
    select id, row_number() over (partition by conversation order by due, id) - 1 as n,
        {_SEQ.format(chat="due.conversation")} as seq from due)
update bot.outbox o set status = 'new', lease_until = now(), seq = placed.seq + placed.n
from placed where o.id = placed.id returning o.id"""  # noqa: S608 # nosec B608 # see above

NEXT_DUE = "select extract(epoch from min(due) - now())::float8 from bot.outbox where status = 'scheduled'"


@dataclass(frozen=True, slots=True)
class Known:
    """What was asked for before under a key: a keyed hash of the body, and what came of it."""

    digest: str
    target: UUID


@dataclass(frozen=True, slots=True)
class Ask:
    """A message to store. ``due`` None: at once. ``after`` is the message it is appended to, in its ``edition``."""

    owner: str
    key: str
    digest: str
    row: OutboxRow
    due: datetime | None = None
    after: UUID | None = None
    edition: int = 0
    tail: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the outbox as MessageAPI reads it: a message (``kind`` None) or one of its changes."""

    id: UUID
    conversation: UUID
    to: To
    effect: Effect
    status: str
    delivery: int
    provider_ids: tuple[str, ...]
    degradations: tuple[str, ...]
    error: str | None
    ended_at: datetime | None
    held: bool
    deferred: bool
    kind: ChangeKind | None


@dataclass(frozen=True, slots=True)
class Thread:
    """A message and what was changed since, in order."""

    message: Line
    changes: tuple[Line, ...]
    edition: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change going out must know. ``tail`` is how many characters of an append are the new ones."""

    kind: ChangeKind
    tail: int
    status: str
    provider_ids: tuple[str, ...]
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChatStanding:
    """A chat that has talked. ``state`` is the conversation as it lies, opened."""

    state: bytes
    unreachable: bool
    heard_at: datetime | None


class MessageStore:
    """Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link, sealed: Sealed) -> None:
        self._link, self._sealed = link, sealed

    async def asked(self, owner: str, kind: Literal["message", "broadcast"], key: str) -> Known | None:
        """What this caller has asked for under the key."""
        rows = await self._link.fetch(ASKED, owner, kind, key)
        return Known(rows[0]["digest"], rows[0]["target"]) if rows else None

    async def ask(self, ask: Ask) -> bool:
        """Store a message; false when the key is taken, or the message it is appended to has changed."""
        row = ask.row
        stored = await self._link.fetch(
            ASK, ask.owner, ask.key, ask.digest, row.id, row.conversation, self._sealed.outbox(row), ask.due,
            ask.after, ask.edition, ask.tail, row.to.channel, row.to.account,
        )  # fmt: skip
        return bool(stored)

    async def read(self, message: UUID, owner: str | None) -> Thread | None:
        """A message with its changes; only the owner's where one is given."""
        rows = await self._link.fetch(READ, message, owner)
        if not rows:
            return None
        first, *rest = [self._line(*row) for row in [tuple(row) for row in rows]]
        return Thread(first, tuple(rest), rows[0]["edition"])

    async def replace(self, message: UUID, edition: int, row: OutboxRow) -> bool:
        """Say something else before it leaves; false when it is on its way, or was changed meanwhile."""
        return bool(await self._link.fetch(REPLACE, message, edition, self._sealed.outbox(row)))

    async def cancel(self, message: UUID) -> bool:
        """Keep a message from leaving; false when it is on its way."""
        return bool(await self._link.fetch(CANCEL, message))

    async def change(self, message: UUID, edition: int, kind: ChangeKind, row: OutboxRow) -> bool:
        """Send a change after the message; false when it was changed meanwhile."""
        stored = await self._link.fetch(
            CHANGE, message, edition, row.id, kind, row.conversation, self._sealed.outbox(row), row.to.channel,
            row.to.account,
        )  # fmt: skip
        return bool(stored)

    async def changed(self, change: UUID) -> Changed | None:
        """What the change with this id is about."""
        rows = await self._link.fetch(CHANGED, change)
        if not rows:
            return None
        kind, tail, status, provider_ids, ended_at = rows[0]
        return Changed(kind, tail, status, tuple(provider_ids), ended_at)

    async def standing(self, conversations: Sequence[UUID]) -> dict[UUID, ChatStanding]:
        """How the chats stand that have talked."""
        rows = await self._link.fetch(STANDING, list(conversations))
        return {
            row["id"]: ChatStanding(
                self._sealed.open_state(row["id"], row["state"]), row["unreachable"], row["heard_at"]
            )
            for row in rows
        }

    async def release(self, most: int = 200) -> int:
        """Let messages go whose time has come, each once among all processes; how many."""
        return len(await self._link.fetch(RELEASE, most))

    async def next_due_s(self) -> float | None:
        """Seconds until the next one, None without any; may be negative."""
        rows = await self._link.fetch(NEXT_DUE)
        return None if rows[0][0] is None else float(rows[0][0])

    def _line(
        self, id_: UUID, conversation: UUID, _seq: int, body: bytes, status: str, delivery: int,
        provider_ids: Sequence[str], degradations: Sequence[str], error: str | None, ended_at: datetime | None,
        held: bool, deferred: bool, _edition: int, kind: ChangeKind | None,
    ) -> Line:  # fmt: skip
        to, effect = self._sealed.open_outbox(id_, body)
        return Line(
            id_, conversation, to, effect, status, delivery, tuple(provider_ids), tuple(degradations), error, ended_at,
            held, deferred, kind,
        )  # fmt: skip
