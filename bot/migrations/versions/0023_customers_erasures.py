"""Erasing a person: who asked for it and when it is due; and what of a settled operation may then be taken away.

An operation that is over loses what was said in it (who was paid, why) and in which chat, and a schedule that has ended
likewise; amounts, states, references and the ledger stay as they are.
"""

from alembic import op

revision = "0023"
down_revision = "0022"

ERASURE = """
create table customers.erasure (
    id          uuid primary key,
    customer_id uuid not null references customers.customer,
    asked_by    text not null check (asked_by <> ''),
    asked_at    timestamptz not null,
    due_at      timestamptz not null,
    kept_at     timestamptz,
    done_at     timestamptz,
    check (kept_at is null or done_at is null)
)"""

# Asked only for rows that are over, so that a payment on its way pays nothing for it.
OPERATION = """
create function money.only_words_go(was money.operation, becomes money.operation) returns boolean
language sql immutable as $$
    select becomes.outputs = '{}' and becomes.details = '{}' and becomes.sealed_outputs is null
        and becomes.conversation = becomes.op_id
        and to_jsonb(becomes) - '{request,sealed_outputs,outputs,details,conversation}'::text[]
          = to_jsonb(was) - '{request,sealed_outputs,outputs,details,conversation}'::text[]
$$"""
SCHEDULE = """
create function money.only_body_goes(was money.schedule, becomes money.schedule) returns boolean
language sql immutable as $$
    select becomes.conversation = becomes.id
        and to_jsonb(becomes) - '{body,conversation}'::text[] = to_jsonb(was) - '{body,conversation}'::text[]
$$"""
OVER = (
    "case when old.state in ('POSTED', 'REVERSED', 'REJECTED', 'VOID')"
    " then not money.only_words_go(old, new) else true end"
)
ENDED = "case when old.state in ('stopped', 'over') then not money.only_body_goes(old, new) else true end"
POSTED = "('POSTED', 'REVERSING', 'REVERSED')"


def upgrade() -> None:
    op.execute(ERASURE)
    op.execute(
        "create unique index one_erasure_at_a_time on customers.erasure (customer_id)"
        " where kept_at is null and done_at is null"
    )
    op.execute(OPERATION)
    op.execute(SCHEDULE)
    _triggers(f" and {OVER}", f" when ({ENDED})")


def downgrade() -> None:
    _triggers("", "")
    op.execute("drop function money.only_words_go")
    op.execute("drop function money.only_body_goes")
    op.execute("drop table customers.erasure")


def _triggers(over: str, ended: str) -> None:
    for name, condition in (
        ("operation_moves", f"old.state not in {POSTED}"),
        ("posted_moves", f"old.state in {POSTED}"),
    ):
        op.execute(f"drop trigger {name} on money.operation")
        op.execute(
            f"create trigger {name} before update on money.operation for each row"
            f" when ({condition}{over}) execute function money.{name}()"
        )
    op.execute("drop trigger schedule_moves on money.schedule")
    op.execute(
        f"create trigger schedule_moves before update on money.schedule for each row{ended}"
        " execute function money.schedule_moves()"
    )
