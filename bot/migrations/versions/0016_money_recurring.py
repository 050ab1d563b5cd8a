"""Schedules of payments and reminders, what is told to customers unasked, and the news of cards to be asked about.

What the money path promises of a recurring payment is held here as well: it is exactly what the customer said yes to,
under a rule that names that yes; a date has at most two payments, the second only after a first that moved nothing; a
schedule that is stopped stays so, and what it is about never changes.
"""

import re

from alembic import op

revision = "0016"
down_revision = "0015"

SCHEDULE = """
create table money.schedule (
    id uuid primary key references money.operation (op_id),
    customer_id text not null,
    conversation uuid not null,
    does text not null check (does in ('pay', 'remind')),
    action text not null,
    every text not null check (every in ('once', 'week', 'month')),
    anchor date not null,
    zone text not null,
    payer_ref text not null default '',
    payee_token text references money.card_number (token),
    amount_minor bigint check (amount_minor > 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    body bytea not null,
    state text not null default 'active' check (state in ('active', 'paused', 'stopped', 'over')),
    stopped_by uuid,
    next_on date not null,
    due_at timestamptz not null,
    remind_at timestamptz,
    retry_of date,
    retry_on date,
    refusals int not null default 0,
    fence bigint not null default 0,
    lease_until timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint an_amount_has_a_currency check ((amount_minor is null) = (currency is null)),
    constraint a_payment_has_an_amount check (does = 'remind' or amount_minor is not null),
    constraint a_retry_has_a_day check ((retry_of is null) = (retry_on is null))
);
create index schedule_due on money.schedule (due_at) where state = 'active';
create index schedule_reminds on money.schedule (remind_at) where state = 'active' and remind_at is not null;
create index schedule_by_customer on money.schedule (customer_id, created_at);

create table money.schedule_date (
    schedule_id uuid not null references money.schedule (id),
    due_on date not null,
    attempt smallint not null check (attempt in (1, 2)),
    op_id uuid not null unique references money.operation (op_id),
    at timestamptz not null,
    primary key (schedule_id, due_on, attempt)
);
alter table money.operation add column mandate uuid references money.schedule (id);
"""

LAWS = """
create function money.mandate_rule(schedule uuid) returns text language sql stable as $$
    select 'mandate ' || op_id || ': ' || coalesce('code ' || sca_id, exemption) from money.operation
    where op_id = schedule
$$;
create function money.mandate_fits() returns trigger language plpgsql as $$
declare
    s money.schedule;
begin
    if tg_op = 'UPDATE' then
        if new.mandate is distinct from old.mandate then
            raise exception 'what operation % is about cannot change', old.op_id using errcode = 'check_violation';
        end if;
        return new;
    end if;
    if new.mandate is null then
        return new;
    end if;
    select * into s from money.schedule where id = new.mandate;
    if s.does <> 'pay' or (new.customer_id, new.action, new.payer_ref, new.payee_token, new.amount_minor, new.currency)
       is distinct from (s.customer_id, s.action, s.payer_ref, s.payee_token, s.amount_minor, s.currency) then
        raise exception 'operation % is not what its mandate says', new.op_id using errcode = 'check_violation';
    end if;
    if new.state <> 'VOID' and (s.state <> 'active' or new.exemption is distinct from money.mandate_rule(s.id)) then
        raise exception 'operation % has no mandate', new.op_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger mandate_fits before insert on money.operation
    for each row when (new.mandate is not null) execute function money.mandate_fits();
create trigger mandate_stays before update of mandate on money.operation
    for each row execute function money.mandate_fits();

create function money.second_attempt_is_safe() returns trigger language plpgsql as $$
begin
    if not exists (select from money.operation where op_id = new.op_id and mandate = new.schedule_id) then
        raise exception 'operation % is not of this schedule', new.op_id using errcode = 'check_violation';
    end if;
    if new.attempt = 2 and not exists (
        select from money.schedule_date d join money.operation o using (op_id)
        where d.schedule_id = new.schedule_id and d.due_on = new.due_on and d.attempt = 1
        and o.state in ('REJECTED', 'VOID')) then
        raise exception 'the first payment of % may have moved money', new.due_on using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger second_attempt_is_safe before insert on money.schedule_date
    for each row execute function money.second_attempt_is_safe();

create function money.schedule_moves() returns trigger language plpgsql as $$
begin
    if (new.id, new.customer_id, new.does, new.action, new.every, new.anchor, new.zone, new.payer_ref, new.payee_token,
        new.amount_minor, new.currency, new.body)
       is distinct from (old.id, old.customer_id, old.does, old.action, old.every, old.anchor, old.zone, old.payer_ref,
        old.payee_token, old.amount_minor, old.currency, old.body) then
        raise exception 'what schedule % is about cannot change', old.id using errcode = 'check_violation';
    end if;
    if old.state in ('stopped', 'over') and new.state <> old.state then
        raise exception 'schedule % is % and stays so', old.id, old.state using errcode = 'check_violation';
    end if;
    if new.next_on < old.next_on then
        raise exception 'schedule % does not go back in time', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger schedule_moves before update on money.schedule
    for each row execute function money.schedule_moves();
create trigger schedule_stays before delete on money.schedule
    for each row execute function money.operation_stays();
create trigger schedule_date_stays before update or delete on money.schedule_date
    for each row execute function money.operation_stays();
"""

NOTICE = """
create table money.notice (
    id uuid primary key,
    customer_id text not null,
    kind text not null check (kind in ('payments', 'regular', 'reminders', 'offers')),
    body bytea not null,
    happened_at timestamptz not null,
    due_at timestamptz not null,
    until timestamptz not null,
    held boolean not null default false,
    tries int not null default 0,
    done_at timestamptz,
    outcome text check (outcome in ('told', 'summed', 'own', 'silenced', 'nobody', 'too late')),
    constraint done_has_an_outcome check ((done_at is null) = (outcome is null))
);
create index notice_due on money.notice (due_at) where done_at is null;
create index notice_of_customer on money.notice (customer_id, done_at);

create table money.card_event (
    core text not null,
    operation text not null,
    heard_at timestamptz not null,
    due_at timestamptz not null,
    asked int not null default 0,
    done_at timestamptz,
    outcome text,
    primary key (core, operation)
);
create index card_event_due on money.card_event (due_at) where done_at is null;
"""

FUNCTIONS = ("mandate_fits()", "mandate_rule(uuid)", "second_attempt_is_safe()", "schedule_moves()")


def upgrade() -> None:
    for part in (SCHEDULE, LAWS, NOTICE):
        for statement in re.split(r";\n\s*(?=create |alter )", part.strip()):  # the driver takes one at a time
            op.execute(statement)


def downgrade() -> None:
    op.execute("drop trigger mandate_fits on money.operation")
    op.execute("drop trigger mandate_stays on money.operation")
    op.execute("alter table money.operation drop column mandate")
    for table in ("schedule_date", "schedule", "notice", "card_event"):
        op.execute(f"drop table money.{table}")
    for function in FUNCTIONS:
        op.execute(f"drop function money.{function}")
