"""Media: what customers send and what is sent to them, encrypted and with an end.

``link`` is the hash of the token a platform fetches it by. A file that is wanted holds, sealed, where to fetch it.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

MEDIA = """
create table bot.media (
    id           uuid primary key,
    status       text not null check (status in ('wanted', 'kept', 'refused')),
    channel      text,
    conversation uuid,
    link         bytea unique,
    mime         text,
    size         integer,
    body         bytea not null,
    reason       text,
    tries        smallint not null default 0,
    due          timestamptz not null default now(),
    expires_at   timestamptz not null,
    created_at   timestamptz not null default now()
)"""

INDEXES = (
    "create index media_wanted on bot.media (due) where status = 'wanted'",
    "create index media_over on bot.media (expires_at)",
)


def upgrade() -> None:
    for statement in (MEDIA, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table if exists bot.media")
