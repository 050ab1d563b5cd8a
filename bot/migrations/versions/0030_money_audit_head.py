"""The audit's head: one row, apart from the audit, that names the newest row of the chain and is sealed.

It only goes on. The processes may move it ahead and neither put it back nor take it away.
"""

from alembic import op

revision = "0030"
down_revision = "0029"

HEAD = """
create table money.audit_head (
    one   boolean primary key default true check (one),
    place bigint not null check (place > 0),
    seq   bigint not null,
    link  text not null,
    since bigint not null check (since >= 0),
    mac   text not null
)"""
GOES_ON = """
create function money.audit_head_goes_on() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.place < old.place then
        raise exception 'the head of the audit only goes on' using errcode = 'check_violation';
    end if;
    return new;
end $$"""
NEVER_AWAY = """
do $$ begin
    if exists (select from pg_roles where rolname = 'teller_runtime') then
        grant select, insert, update on money.audit_head to teller_runtime;
        revoke delete on money.audit_head from teller_runtime;
    end if;
end $$"""


def upgrade() -> None:
    op.execute(HEAD)
    op.execute(GOES_ON)
    op.execute(
        "create trigger audit_head_goes_on before update or delete on money.audit_head"
        " for each row execute function money.audit_head_goes_on()"
    )
    op.execute(NEVER_AWAY)


def downgrade() -> None:
    op.execute("drop table money.audit_head")
    op.execute("drop function money.audit_head_goes_on()")
