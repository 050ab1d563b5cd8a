"""The ledger of money: what each operation moved, account by account, and nothing left over in any currency.

Entries are written with the state that makes them true and never change. Whether they add up, and whether a posted
transfer has them, is looked at when the transaction ends, whatever the code above does.
"""

import re

from alembic import op

revision = "0010"
down_revision = "0009"

LEDGER = """
create table money.ledger_entry (
    op_id uuid not null references money.operation (op_id),
    account text not null check (account ~ '^[a-z]+:.'),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    delta_minor bigint not null check (delta_minor <> 0),
    at timestamptz not null,
    primary key (op_id, account, currency)
);
create index ledger_entry_of_account on money.ledger_entry (account, at);
"""

# Transfers that were posted before there was a ledger. A transfer to an account of the payer's own is one account.
BROUGHT_FORWARD = """
insert into money.ledger_entry (op_id, account, currency, delta_minor, at)
select o.op_id, e.account, o.currency, e.delta, o.settled_at
from money.operation o cross join lateral (values
    ('account:' || o.payer_ref, -o.amount_minor - coalesce(o.fee_minor, 0)),
    (coalesce('card:' || o.payee_token, 'clearing:' || o.core), o.amount_minor),
    ('fees:' || o.core, coalesce(o.fee_minor, 0))) as e (account, delta)
where o.state = 'POSTED' and o.action = 'transfers.execute' and o.payer_ref <> '' and e.delta <> 0
"""

LEDGER_LAWS = """
create function money.ledger_adds_up() returns trigger language plpgsql as $$
begin
    if exists (select from money.ledger_entry where op_id = new.op_id group by currency having sum(delta_minor) <> 0)
    then
        raise exception 'the entries of operation % do not add up to nothing', new.op_id
            using errcode = 'check_violation';
    end if;
    if not exists (select from money.operation where op_id = new.op_id and state = 'POSTED') then
        raise exception 'operation % has moved nothing that could be booked', new.op_id
            using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger ledger_adds_up after insert on money.ledger_entry
    deferrable initially deferred for each row execute function money.ledger_adds_up();

create function money.ledger_only_grows() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger only grows' using errcode = 'check_violation';
end $$;
create trigger ledger_only_grows before update or delete on money.ledger_entry
    for each row execute function money.ledger_only_grows();

create function money.posted_is_booked() returns trigger language plpgsql as $$
begin
    if (select coalesce(sum(delta_minor), 0) from money.ledger_entry
        where op_id = new.op_id and currency = new.currency and delta_minor > 0)
       <> new.amount_minor + coalesce(new.fee_minor, 0) then
        raise exception 'operation % is posted and not booked', new.op_id using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger posted_is_booked after insert or update on money.operation
    deferrable initially deferred for each row
    when (new.state = 'POSTED' and new.action = 'transfers.execute')
    execute function money.posted_is_booked();
"""


def upgrade() -> None:
    for part in (LEDGER, BROUGHT_FORWARD, LEDGER_LAWS):
        for statement in re.split(r";\n\s*(?=create )", part.strip()):  # the driver takes one at a time
            op.execute(statement)


def downgrade() -> None:
    op.execute("drop trigger posted_is_booked on money.operation")
    op.execute("drop table money.ledger_entry")
    for function in ("ledger_adds_up", "ledger_only_grows", "posted_is_booked"):
        op.execute(f"drop function money.{function}()")
