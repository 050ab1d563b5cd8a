"""Versions of the conversations: what staff wrote, kept as it was written, and what became of it, which only grows."""

import re

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
create table bot.flow_version (
    number int primary key check (number > 0),
    hash text not null check (hash ~ '^[0-9a-f]{64}$'),
    logic_hash text not null,
    texts_hash text not null,
    files jsonb not null,
    author text not null check (author <> ''),
    reason text not null check (reason <> ''),
    created_at timestamptz not null default now()
);
create table bot.flow_event (
    seq bigint primary key,
    version int references bot.flow_version (number),
    flow text,
    what text not null check (what in
        ('drafted', 'approved', 'overridden', 'published', 'rolled_back', 'withdrawn', 'restored')),
    hash text not null,
    who text not null check (who <> ''),
    why text not null check (why <> ''),
    rule text not null check (rule in ('people', 'urgent', 'sandbox')),
    ticked jsonb not null,
    at timestamptz not null,
    mac text not null,
    constraint about_a_version_or_a_flow check ((version is null) <> (flow is null))
);
create function bot.flow_rows_stay() returns trigger language plpgsql as $$
begin
    raise exception '% only grows: its rows are never changed or deleted', tg_table_name
        using errcode = 'check_violation';
end $$;
create trigger flow_version_stays before update or delete on bot.flow_version
    for each row execute function bot.flow_rows_stay();
create trigger flow_version_is_not_emptied before truncate on bot.flow_version
    for each statement execute function bot.flow_rows_stay();
create trigger flow_event_stays before update or delete on bot.flow_event
    for each row execute function bot.flow_rows_stay();
create trigger flow_event_is_not_emptied before truncate on bot.flow_event
    for each statement execute function bot.flow_rows_stay();
"""


def upgrade() -> None:
    for statement in re.split(r";\n\s*(?=create )", TABLES.strip()):  # the driver takes one at a time
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table bot.flow_event")
    op.execute("drop table bot.flow_version")
    op.execute("drop function bot.flow_rows_stay()")
