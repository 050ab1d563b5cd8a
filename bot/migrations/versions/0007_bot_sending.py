"""Sending: what became of a message after it left, when it may go, and channels that are stopped."""

from alembic import op

revision = "0007"
down_revision = "0006"

# When the customer last did something themselves: some platforms take free words only for so long after that.
CONVERSATION = "alter table bot.conversation add column heard_at timestamptz"

# `aside` is a row that waits, but for no turn: news of what became of our messages must not hold up the chat.
INBOX = """
alter table bot.inbox drop constraint inbox_status_check,
    add constraint inbox_status_check check (status in ('new', 'aside', 'done', 'parked'))"""

# `deferred_for`: the platform asked us to wait (`pace`), or the customer has had enough without an `answer` of theirs.
# `delivery` is what the platform says
# became of a message that left: 0 nothing yet, 1 sent, 2 failed, 3 delivered, 4 read. `sent_at` is when the sending
# began, for platforms that say "all until then". `repeats` counts how often a failed one was sent again.
OUTBOX = """
alter table bot.outbox
    add column channel text,
    add column account text,
    add column deferred_until timestamptz,
    add column deferred_for text check (deferred_for in ('pace', 'answer')),
    add column sent_at timestamptz,
    add column delivery smallint not null default 0 check (delivery between 0 and 4),
    add column repeats smallint not null default 0,
    drop constraint outbox_status_check,
    add constraint outbox_status_check check (status in
        ('new', 'scheduled', 'done', 'failed', 'unreachable', 'window_closed', 'expired', 'cancelled'))"""

# Account '' stands for all accounts of the channel. A row says what people decided, or that the channel rests by
# itself, or both.
SWITCH = """
create table bot.switch (
    channel     text not null,
    account     text not null,
    sending     boolean not null default true,
    reason      text not null default '',
    who         text not null default '',
    at          timestamptz,
    rests_until timestamptz,
    rests_for   text not null default '',
    primary key (channel, account)
)"""

INDEXES = (
    "create index inbox_aside on bot.inbox (conversation, arrival) where status = 'aside'",
    "create index outbox_sent on bot.outbox (conversation, sent_at) where status = 'done' and kind = 'send'",
)


def upgrade() -> None:
    for statement in (CONVERSATION, INBOX, OUTBOX, SWITCH, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    for index in ("inbox_aside", "outbox_sent"):
        op.execute(f"drop index if exists bot.{index}")
    op.execute("drop table if exists bot.switch")
    op.execute("alter table bot.conversation drop column if exists heard_at")
    for column in ("channel", "account", "deferred_until", "deferred_for", "sent_at", "delivery", "repeats"):
        op.execute(f"alter table bot.outbox drop column if exists {column}")
