"""The money schema: operations and their attempts, step-up codes, limits held, the audit and the vault.

The laws of the money path that a database can hold are held here, whatever the code above does: the states and
the moves between them, what is final stays, a core reference is used once, nothing is approved without a code or
a named exemption, the audit only grows.
"""

import re

from alembic import op

revision = "0003"
down_revision = "0002"

VAULT = """
create table money.card_number (
    token text primary key,
    fingerprint text not null unique,
    sealed bytea not null,
    last4 text not null check (last4 ~ '^[0-9]{4}$'),
    scheme text not null,
    luhn_ok boolean not null,
    created_at timestamptz not null default now()
);
"""

SCA = """
create table money.sca (
    id uuid primary key,
    op_id uuid not null,
    customer_id text not null,
    snapshot_hash text not null,
    code_hash text not null,
    factor text not null default 'sms',
    tries int not null default 0 check (tries between 0 and 3),
    expires_at timestamptz not null,
    valid_until timestamptz,
    used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null,
    check (used_at is null or valid_until is not null)
);
create unique index sca_one_live_per_operation on money.sca (op_id) where revoked_at is null;
create index sca_by_customer on money.sca (customer_id, created_at);
"""

OPERATION = """
create table money.operation (
    op_id uuid primary key,
    conversation uuid not null,
    customer_id text not null,
    action text not null,
    core text not null,
    core_ref text not null unique check (core_ref ~ '^[A-Z2-7]{26}$'),
    core_id text,
    state text not null check (state in ('APPROVED','SENDING','POSTED','REJECTED','UNKNOWN','HOLD','VOID')),
    version bigint not null default 1,
    fence bigint not null default 0,
    lease_until timestamptz,
    due_at timestamptz,
    sent_at timestamptz,
    enquiries int not null default 0,
    payer_ref text not null default '',
    payee_token text references money.card_number (token),
    amount_minor bigint check (amount_minor > 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    fee_minor bigint check (fee_minor >= 0),
    request bytea not null,
    request_hash text not null,
    snapshot_hash text,
    sca_id uuid unique references money.sca (id),
    exemption text,
    outputs jsonb not null default '{}',
    details jsonb not null default '{}',
    error text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    settled_at timestamptz,
    constraint approved_by_a_code_or_a_rule check (state = 'VOID' or (sca_id is null) <> (exemption is null)),
    constraint an_amount_has_a_currency check ((amount_minor is null) = (currency is null)),
    constraint sending_has_a_lease check (state <> 'SENDING' or (lease_until is not null and fence > 0)),
    constraint a_no_has_a_reason check (state not in ('REJECTED','VOID') or error is not null)
);
create index operation_due on money.operation (due_at) where state in ('APPROVED','SENDING','UNKNOWN');
create index operation_by_state on money.operation (state, created_at);
create index operation_by_customer on money.operation (customer_id, created_at);

create table money.attempt (
    op_id uuid not null references money.operation (op_id),
    n bigint not null,
    sent_at timestamptz not null,
    ended_at timestamptz,
    outcome text,
    code text,
    primary key (op_id, n)
);

create table money.awaited (
    op_id uuid primary key references money.operation (op_id),
    event text not null,
    due_at timestamptz not null,
    asked int not null default 0,
    until timestamptz not null,
    outcome text,
    done_at timestamptz
);
create index awaited_due on money.awaited (due_at) where done_at is null;

create table money.limit_hold (
    op_id uuid primary key references money.operation (op_id),
    customer_id text not null,
    day date not null,
    kind text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    released_at timestamptz
);
create index limit_hold_of_day on money.limit_hold (customer_id, kind, currency, day) where released_at is null;

create table money.core_event (
    core text not null,
    id text not null,
    received_at timestamptz not null,
    primary key (core, id)
);
"""

MOVES = """
create function money.operation_moves() returns trigger language plpgsql as $$
begin
    if old.state in ('POSTED', 'REJECTED', 'VOID') then
        raise exception 'operation % is % and final', old.op_id, old.state using errcode = 'check_violation';
    end if;
    if new.state <> old.state and (old.state || '>' || new.state) not in (
        'APPROVED>SENDING', 'APPROVED>VOID',
        'SENDING>POSTED', 'SENDING>REJECTED', 'SENDING>UNKNOWN', 'SENDING>VOID',
        'UNKNOWN>SENDING', 'UNKNOWN>POSTED', 'UNKNOWN>REJECTED', 'UNKNOWN>HOLD',
        'HOLD>POSTED', 'HOLD>REJECTED') then
        raise exception 'operation % may not go from % to %', old.op_id, old.state, new.state
            using errcode = 'check_violation';
    end if;
    if new.state = 'VOID' and old.state = 'SENDING' and old.fence > 1 then
        raise exception 'operation % was sent before and cannot be void', old.op_id using errcode = 'check_violation';
    end if;
    if (new.op_id, new.core, new.core_ref, new.payer_ref, new.payee_token, new.amount_minor, new.currency,
        new.request_hash, new.customer_id, new.sca_id, new.exemption)
       is distinct from (old.op_id, old.core, old.core_ref, old.payer_ref, old.payee_token, old.amount_minor,
        old.currency, old.request_hash, old.customer_id, old.sca_id, old.exemption) then
        raise exception 'what operation % is about cannot change', old.op_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger operation_moves before update on money.operation
    for each row execute function money.operation_moves();

create function money.operation_stays() returns trigger language plpgsql as $$
begin
    raise exception '% is never deleted', tg_table_name using errcode = 'check_violation';
end $$;
create trigger operation_stays before delete on money.operation
    for each row execute function money.operation_stays();
"""

AUDIT = """
create table money.audit (
    seq bigint generated always as identity primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    object text not null,
    details text not null default '',
    mac text not null,
    link text
);
create function money.audit_only_grows() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.link is null and new.link is not null
       and (new.seq, new.at, new.actor, new.action, new.object, new.details, new.mac)
           = (old.seq, old.at, old.actor, old.action, old.object, old.details, old.mac) then
        return new;
    end if;
    raise exception 'the audit only grows' using errcode = 'check_violation';
end $$;
create trigger audit_only_grows before update or delete on money.audit
    for each row execute function money.audit_only_grows();
"""


def upgrade() -> None:
    for part in (VAULT, SCA, OPERATION, MOVES, AUDIT):
        for statement in re.split(r";\n\s*(?=create )", part.strip()):  # the driver takes one at a time
            op.execute(statement)


def downgrade() -> None:
    for table in ("audit", "core_event", "limit_hold", "awaited", "attempt", "operation", "sca"):
        op.execute(f"drop table money.{table} cascade")
    op.execute("drop table money.card_number")
    for function in ("operation_moves", "operation_stays", "audit_only_grows"):
        op.execute(f"drop function money.{function}()")
