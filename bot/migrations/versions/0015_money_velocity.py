"""What may leave an account: limits by hour and payee, who was paid before, what staff have stopped, a second factor.

A reservation says when it was made and whether the payee was new. A payee is kept by a keyed fingerprint, with what a
next payment needs sealed beside it. Every action that moves money must be booked when it is posted.
"""

import re

from alembic import op

revision = "0015"
down_revision = "0014"

HOLDS = """
alter table money.limit_hold add column at timestamptz, add column new_payee boolean not null default false;
update money.limit_hold h set at = o.created_at from money.operation o where o.op_id = h.op_id;
alter table money.limit_hold alter column at set not null;
create index limit_hold_since on money.limit_hold (customer_id, at) where released_at is null;
drop index money.limit_hold_of_day;
"""

PAYEES = """
create table money.payee (
    id uuid primary key,
    customer_id text not null,
    kind text not null check (kind in ('card','phone','mobile','bill')),
    fingerprint text not null,
    sealed bytea not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    last_op uuid not null references money.operation (op_id),
    constraint payee_once unique (customer_id, kind, fingerprint),
    constraint first_before_last check (first_at <= last_at)
);
create index payee_newest on money.payee (customer_id, last_at desc);
"""

LOOK_UPS = """
create table money.phone_look_up (
    customer_id text not null,
    at timestamptz not null
);
create index phone_look_up_of_customer on money.phone_look_up (customer_id, at);
"""

SWITCHES = """
create table money.switch (
    name text primary key,
    stopped boolean not null,
    why text not null check (why <> ''),
    who text not null check (who <> ''),
    at timestamptz not null
);
"""

FACTORS = """
alter table money.sca alter column code_hash drop not null,
    add constraint factor_known check (factor in ('sms','password')),
    add constraint a_code_has_a_hash check ((factor = 'sms') = (code_hash is not null));
"""

BOOKED = """
drop trigger posted_is_booked on money.operation;
create constraint trigger posted_is_booked after insert or update on money.operation
    deferrable initially deferred for each row
    when (new.state = 'POSTED' and (new.reverses is not null or new.leg_of is not null or new.action in {actions}))
    execute function money.posted_is_booked();
"""
BEFORE = "('transfers.execute')"
NOW = "('transfers.execute', 'transfers.by_phone', 'transfers.own', 'mobile.pay', 'bills.pay')"


def upgrade() -> None:
    for part in (HOLDS, PAYEES, LOOK_UPS, SWITCHES, FACTORS, BOOKED.format(actions=NOW)):
        _run(part)


def downgrade() -> None:
    _run(BOOKED.format(actions=BEFORE))
    op.execute("delete from money.sca where factor = 'password' and id not in"
               " (select sca_id from money.operation where sca_id is not null)")  # fmt: skip
    op.execute("update money.sca set code_hash = '' where code_hash is null")
    op.execute("alter table money.sca drop constraint factor_known, drop constraint a_code_has_a_hash,"
               " alter column code_hash set not null")  # fmt: skip
    op.execute("drop table money.switch")
    op.execute("drop table money.phone_look_up")
    op.execute("drop table money.payee")
    op.execute(
        "create index limit_hold_of_day on money.limit_hold (customer_id, kind, currency, day)"
        " where released_at is null"
    )
    op.execute("drop index money.limit_hold_since")
    op.execute("alter table money.limit_hold drop column at, drop column new_payee")


def _run(part: str) -> None:
    for statement in re.split(r";\n", part.strip().removesuffix(";")):  # the driver takes one at a time
        op.execute(statement)
