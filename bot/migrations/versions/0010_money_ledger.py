"""The ledger of money, two persons for what is on hold, operations that take others back, and days compared.

Ledger entries are written with the state that makes them true and never change. Whether they add up, and whether a
posted transfer has them, is looked at when the transaction ends, whatever the code above does. An operation on hold
leaves it only as one person proposed and another confirmed. A posted one is taken back by one other operation, once.
"""

import re

from alembic import op

revision = "0010"
down_revision = "0009"

REVERSAL = """
alter table money.operation add column reverses uuid references money.operation (op_id),
    add column expires_at timestamptz,
    add constraint a_reversal_reverses check ((action = 'transfers.reverse') = (reverses is not null)),
    drop constraint operation_state_check,
    add constraint operation_state_check check (state in ('APPROVED','SENDING','POSTED','REJECTED','UNKNOWN','HOLD',
        'VOID','REVERSING','REVERSED'));
create unique index operation_one_living_reversal on money.operation (reverses)
    where reverses is not null and state not in ('REJECTED','VOID');

create index operation_expires on money.operation (expires_at) where state = 'APPROVED';

create function money.reversal_fits() returns trigger language plpgsql as $$
declare
    original money.operation;
begin
    select * into original from money.operation where op_id = new.reverses for update;
    if original.state <> 'POSTED' or original.reverses is not null or original.action <> 'transfers.execute'
       or new.amount_minor > original.amount_minor
       or (new.currency, new.core, new.customer_id)
          is distinct from (original.currency, original.core, original.customer_id) then
        raise exception 'operation % cannot be taken back like this', new.reverses using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger reversal_fits before insert on money.operation
    for each row when (new.reverses is not null) execute function money.reversal_fits();

create function money.posted_moves() returns trigger language plpgsql as $$
declare
    living text := (select state from money.operation
                    where reverses = old.op_id and state not in ('REJECTED','VOID'));
begin
    if (old.state = 'POSTED' and new.state = 'REVERSING' and living <> 'POSTED')
       or (old.state = 'REVERSING' and new.state = 'REVERSED' and living = 'POSTED')
       or (old.state = 'REVERSING' and new.state = 'POSTED' and living is null) then
        if (to_jsonb(new) - '{state,version,updated_at}'::text[])
           = (to_jsonb(old) - '{state,version,updated_at}'::text[]) then
            return new;
        end if;
    end if;
    raise exception 'operation % is % and final', old.op_id, old.state using errcode = 'check_violation';
end $$;
drop trigger operation_moves on money.operation;
create trigger operation_moves before update on money.operation
    for each row when (old.state not in ('POSTED', 'REVERSING', 'REVERSED')) execute function money.operation_moves();
create trigger posted_moves before update on money.operation
    for each row when (old.state in ('POSTED', 'REVERSING', 'REVERSED')) execute function money.posted_moves();
"""

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
       <> (new.amount_minor + case when new.reverses is null then coalesce(new.fee_minor, 0) else 0 end) then
        raise exception 'operation % is posted and not booked', new.op_id using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger posted_is_booked after insert or update on money.operation
    deferrable initially deferred for each row
    when (new.state = 'POSTED' and (new.action = 'transfers.execute' or new.reverses is not null))
    execute function money.posted_is_booked();
"""

RESOLUTION = """
create table money.resolution (
    id uuid primary key,
    op_id uuid not null references money.operation (op_id),
    version bigint not null,
    outcome text not null check (outcome in ('posted', 'rejected')),
    note text not null,
    status text not null default 'proposed' check (status in ('proposed', 'confirmed', 'declined')),
    proposed_by text not null check (proposed_by <> ''),
    proposed_at timestamptz not null,
    decided_by text,
    decided_at timestamptz,
    constraint two_persons check (lower(decided_by) <> lower(proposed_by)),
    constraint decided_by_somebody check ((status = 'proposed') = (decided_by is null)
        and (decided_by is null) = (decided_at is null))
);
create unique index resolution_one_open on money.resolution (op_id) where status = 'proposed';

create function money.resolution_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.status = 'proposed'
       and (new.id, new.op_id, new.version, new.outcome, new.note, new.proposed_by, new.proposed_at)
           = (old.id, old.op_id, old.version, old.outcome, old.note, old.proposed_by, old.proposed_at) then
        return new;
    end if;
    raise exception 'what was proposed and decided stays' using errcode = 'check_violation';
end $$;
create trigger resolution_stays before update or delete on money.resolution
    for each row execute function money.resolution_stays();

create function money.hold_needs_two() returns trigger language plpgsql as $$
begin
    if not exists (select from money.resolution where op_id = old.op_id and version = old.version
                   and status = 'confirmed' and upper(outcome) = new.state) then
        raise exception 'operation % is on hold until two persons have decided', old.op_id
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger hold_needs_two before update on money.operation
    for each row when (old.state = 'HOLD' and new.state <> 'HOLD') execute function money.hold_needs_two();
"""

RECON = """
create table money.recon (
    day date not null,
    core text not null,
    reference text not null,
    verdict text not null check (verdict in ('match', 'ours-only', 'theirs-only', 'differ')),
    ours jsonb,
    theirs jsonb,
    at timestamptz not null,
    primary key (day, core, reference),
    constraint verdict_says_who check ((ours is not null) = (verdict <> 'theirs-only')
        and (theirs is not null) = (verdict <> 'ours-only'))
);
create index recon_not_matched on money.recon (day) where verdict <> 'match';
create index ledger_entry_of_day on money.ledger_entry (at);
"""

FUNCTIONS = (
    "ledger_adds_up", "ledger_only_grows", "posted_is_booked", "resolution_stays", "hold_needs_two", "reversal_fits",
    "posted_moves",
)  # fmt: skip


def upgrade() -> None:
    for part in (REVERSAL, LEDGER, BROUGHT_FORWARD, LEDGER_LAWS, RESOLUTION, RECON):
        for statement in re.split(r";\n\s*(?=create |drop )", part.strip()):  # the driver takes one at a time
            op.execute(statement)


def downgrade() -> None:
    for trigger in ("posted_is_booked", "hold_needs_two", "reversal_fits", "posted_moves", "operation_moves"):
        op.execute(f"drop trigger {trigger} on money.operation")
    op.execute(
        "create trigger operation_moves before update on money.operation"
        " for each row execute function money.operation_moves()"
    )
    for table in ("recon", "ledger_entry", "resolution"):
        op.execute(f"drop table money.{table}")
    op.execute(
        "alter table money.operation drop column reverses cascade, drop column expires_at,"
        " drop constraint operation_state_check,"
        " add constraint operation_state_check check (state in"
        " ('APPROVED','SENDING','POSTED','REJECTED','UNKNOWN','HOLD','VOID'))"
    )
    for function in FUNCTIONS:
        op.execute(f"drop function money.{function}()")
