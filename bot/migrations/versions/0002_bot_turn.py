"""The turn: what came in, where each conversation stands, what has to go out, and what will wake it.

Bodies and states are sealed (AES-GCM), so they are bytea and Postgres never looks inside. Every key holds what its
table would be partitioned by: the inbox its dedupe key, the rest the conversation.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

# `arrival` is the order in which a conversation's rows are worked through. A row in state `new` belongs to whoever
# holds its lease; past the lease anybody may take it. Done rows stay, to know a duplicate by.
INBOX = """
create table bot.inbox (
    id          uuid not null,
    arrival     bigint not null default nextval('bot.arrival'),
    channel     text not null,
    account     text not null,
    dedupe      text not null,
    conversation uuid not null,
    body        bytea not null,
    status      text not null default 'new' check (status in ('new', 'done', 'parked')),
    attempts    smallint not null default 0,
    lease_until timestamptz not null default now(),
    received_at timestamptz not null default now(),
    primary key (channel, account, dedupe)
)"""

CONVERSATION = """
create table bot.conversation (
    id          uuid primary key,
    version     bigint not null check (version > 0),
    state       bytea not null,
    unreachable text,
    updated_at  timestamptz not null default now()
) with (fillfactor = 85)"""

# `seq` orders one conversation's rows: turns by version, effects by place.
OUTBOX = """
create table bot.outbox (
    id           uuid primary key,
    conversation uuid not null,
    seq          bigint not null,
    kind         text not null,
    body         bytea not null,
    status       text not null default 'new'
                 check (status in ('new', 'done', 'failed', 'unreachable', 'window_closed', 'expired')),
    attempts     smallint not null default 0,
    lease_until  timestamptz not null default now(),
    provider_ids text[] not null default '{}',
    degradations text[] not null default '{}',
    error        text,
    created_at   timestamptz not null default now(),
    ended_at     timestamptz
)"""

TIMER = """
create table bot.timer (
    conversation uuid not null,
    timer        text not null,
    due          timestamptz not null,
    primary key (conversation, timer)
)"""

INDEXES = (
    "create index inbox_waiting on bot.inbox (conversation, arrival) where status = 'new'",
    "create index outbox_waiting on bot.outbox (conversation, seq) where status = 'new'",
    "create index timer_due on bot.timer (due)",
)


def upgrade() -> None:
    for statement in ("create sequence bot.arrival", INBOX, CONVERSATION, OUTBOX, TIMER, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    for table in ("timer", "outbox", "conversation", "inbox"):
        op.execute(f"drop table if exists bot.{table}")
    op.execute("drop sequence if exists bot.arrival")
