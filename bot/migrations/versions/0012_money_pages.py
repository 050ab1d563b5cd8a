"""The bank's one-time pages, and outputs of operations that must not stand in clear.

A page is found by the hash of its address; what it shows is sealed. It belongs to one operation, is spent once, and
its time never gets longer, whatever the code above does.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    "alter table money.operation add column sealed_outputs bytea",
    """
create table money.page (
    place bytea primary key check (length(place) = 32),
    op_id uuid not null unique references money.operation (op_id),
    kind text not null,
    body bytea not null,
    opened_at timestamptz not null,
    due_at timestamptz not null,
    tries int not null default 0 check (tries between 0 and 10),
    taken_at timestamptz,
    set_by uuid unique references money.operation (op_id),
    constraint taken_in_time check (taken_at < due_at),
    constraint set_when_taken check (set_by is null or taken_at is not null)
)""",
    "create index page_due on money.page (due_at)",
    """
create function money.page_is_spent_once() returns trigger language plpgsql as $$
begin
    if (new.place, new.op_id, new.kind, new.body, new.opened_at, new.due_at)
       is distinct from (old.place, old.op_id, old.kind, old.body, old.opened_at, old.due_at)
       or old.taken_at is not null or new.tries < old.tries then
        raise exception 'the page of operation % is spent, and a page never changes', old.op_id
            using errcode = 'check_violation';
    end if;
    return new;
end $$""",
    """
create trigger page_is_spent_once before update on money.page
    for each row execute function money.page_is_spent_once()""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop table money.page")
    op.execute("drop function money.page_is_spent_once()")
    op.execute("alter table money.operation drop column sealed_outputs")
