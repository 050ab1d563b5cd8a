"""What customers have chosen to hear of unasked. A choice is added and never changed: the newest one holds."""

from alembic import op

revision = "0017"
down_revision = "0016"

CHOICE = """
create table customers.notice_choice (
    op_id       uuid primary key,
    n           bigint not null generated always as identity,
    customer_id uuid not null references customers.customer,
    kind        text not null check (kind in ('payments', 'regular', 'reminders', 'offers')),
    state       text not null check (state in ('on', 'day', 'off')),
    chosen_at   timestamptz not null
)"""


def upgrade() -> None:
    op.execute(CHOICE)
    op.execute("create index notice_choice_of on customers.notice_choice (customer_id, n)")
    op.execute(
        "create trigger choice_stays before update or delete on customers.notice_choice"
        " for each row execute function customers.keep_history()"
    )


def downgrade() -> None:
    op.execute("drop table customers.notice_choice")
