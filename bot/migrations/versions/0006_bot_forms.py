"""One-time pages, and chats that were given to people.

A page is found by the hash of its address, so that the table opens none; what it asks is sealed. The two BRIN indexes
cost a turn nothing and let the last hours of a chat be read when people take it over.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

FORM = """
create table bot.form (
    id           bytea primary key,
    conversation uuid not null,
    body         bytea not null,
    due          timestamptz not null,
    used_at      timestamptz
)"""

HANDOFF = """
create table bot.handoff (
    id           uuid primary key,
    conversation uuid not null,
    queue        text not null,
    body         bytea not null,
    opened_at    timestamptz not null default now(),
    closed_at    timestamptz
)"""

INDEXES = (
    "create index form_due on bot.form (due)",
    "create index handoff_open on bot.handoff (opened_at) where closed_at is null",
    "create index inbox_received on bot.inbox using brin (received_at)",
    "create index outbox_created on bot.outbox using brin (created_at)",
)


def upgrade() -> None:
    for statement in (FORM, HANDOFF, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    for index in ("outbox_created", "inbox_received"):
        op.execute(f"drop index if exists bot.{index}")
    for table in ("handoff", "form"):
        op.execute(f"drop table if exists bot.{table}")
