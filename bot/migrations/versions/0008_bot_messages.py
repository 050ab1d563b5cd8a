"""MessageAPI: keys of messages that were asked for, changes of sent messages, broadcasts, and events by arrival.

A message of MessageAPI is a row of the outbox under the same id; ``bot.message`` says whose it is. The events are
read by arrival (one B-tree, which grows at its right end), by id and by conversation (BRIN: they cost a turn nothing).
"""

from alembic import op

revision = "0008"
down_revision = "0007"

# When a message that was asked for a later time may go.
OUTBOX = "alter table bot.outbox add column due timestamptz"

# Who asked for what under which key, with a keyed hash of the body. `target` is the message or the broadcast.
ASKED = """
create table bot.asked (
    owner    text not null,
    kind     text not null check (kind in ('message', 'broadcast')),
    key      text not null,
    digest   text not null,
    target   uuid not null,
    asked_at timestamptz not null default now(),
    primary key (owner, kind, key)
)"""

# `edition` counts what was changed since, so that two changes at once cannot lose one another.
MESSAGE = """
create table bot.message (
    id           uuid primary key,
    owner        text not null,
    conversation uuid not null,
    edition      integer not null default 0,
    broadcast    uuid,
    created_at   timestamptz not null default now(),
    unique (broadcast, conversation)
)"""

# A row of the outbox that changes a message which has left. `tail` is how long the added part of an append is.
CHANGE = """
create table bot.change (
    id      uuid primary key,
    message uuid not null,
    kind    text not null check (kind in ('edit', 'append', 'delete')),
    tail    integer not null default 0
)"""

BROADCAST = """
create table bot.broadcast (
    id         uuid primary key,
    owner      text not null,
    body       bytea not null,
    rate_per_s double precision not null check (rate_per_s > 0),
    total      integer not null,
    starts_at  timestamptz not null,
    created_at timestamptz not null default now(),
    stopped_at timestamptz
)"""

# Whom a broadcast goes to. `place` is the place in its order, which is also its time.
RECIPIENT = """
create table bot.recipient (
    broadcast uuid not null references bot.broadcast (id),
    place     integer not null,
    body      bytea not null,
    status    text not null default 'waiting' check (status in ('waiting', 'placed', 'skipped', 'stopped')),
    lease_until timestamptz not null default now(),
    reason    text,
    message   uuid,
    primary key (broadcast, place)
)"""

INDEXES = (
    "create index outbox_scheduled on bot.outbox (due) where status = 'scheduled'",
    "create index change_of on bot.change (message)",
    "create index message_created on bot.message using brin (created_at)",
    "create index asked_asked on bot.asked using brin (asked_at)",
    "create index recipient_waiting on bot.recipient (broadcast, place) where status = 'waiting'",
    "create index inbox_arrival on bot.inbox (arrival)",
    "create index inbox_id on bot.inbox using brin (id)",
    "create index inbox_conversation on bot.inbox using brin (conversation uuid_bloom_ops)",
)


def upgrade() -> None:
    for statement in (OUTBOX, ASKED, MESSAGE, CHANGE, BROADCAST, RECIPIENT, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    for index in ("inbox_conversation", "inbox_id", "inbox_arrival", "outbox_scheduled"):
        op.execute(f"drop index if exists bot.{index}")
    for table in ("recipient", "broadcast", "change", "message", "asked"):
        op.execute(f"drop table if exists bot.{table}")
    op.execute("alter table bot.outbox drop column if exists due")
