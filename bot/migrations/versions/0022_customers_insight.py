"""What staff and analysts may read: counts of newcomers and referrals by channel, partner and day, and nobody in them.

The views stand in a schema of their own. `teller_insight` is a role for reading them and nothing else: a login for an
analyst is given it. Where the migration may not make roles, an administrator makes it and grants the same.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

# A row a chat of somebody new: when it reached each stage. Nothing in it leads to a person. Those who were customers
# before are not counted, and a newcomer counts once, in the chat that made them a customer.
JOURNEY = """
create view insight.journey as
select
    (j.reached_at at time zone 'UTC')::date as day,
    j.channel,
    j.partner,
    case when j.partner <> '' then 'partner' when j.came_by <> '' then 'friend' else 'direct' end as came_by,
    j.reached_at,
    j.started_at,
    j.bound_at as verified_at,
    c.identified_at,
    issued.at as card_issued_at,
    least(j.used_at, paid.at) as first_payment_at
from customers.journey j
left join customers.customer c on c.id = j.customer_id
left join lateral (
    select min(a.done_at) as at from money.operation o join money.awaited a on a.op_id = o.op_id
    where o.customer_id = j.customer_id::text and a.event = 'cards.issued' and a.outcome = 'ok'
) issued on true
left join lateral (
    select min(o.settled_at) as at from money.operation o
    where o.customer_id = j.customer_id::text and o.state = 'POSTED' and o.reverses is null
    and o.action in ('transfers.execute', 'transfers.by_phone', 'mobile.pay', 'bills.pay')
) paid on true
where j.is_newcomer is not false"""

FUNNEL = """
create view insight.onboarding_funnel as
select
    day, channel, partner, came_by,
    count(*) as reached,
    count(started_at) as started,
    count(verified_at) as verified,
    count(identified_at) as identified,
    count(card_issued_at) as card_issued,
    count(first_payment_at) as first_payment
from insight.journey group by day, channel, partner, came_by"""

# By the day of joining. What was paid and what is owed is of both, the recommender and the newcomer.
REFERRALS = """
create view insight.referral_funnel as
select
    (r.joined_at at time zone 'UTC')::date as day,
    r.channel,
    r.programme,
    count(*) as joined,
    count(*) filter (where r.state = 'waiting') as waiting,
    count(*) filter (where r.state = 'used') as used,
    count(*) filter (where r.state = 'too_late') as too_late,
    count(*) filter (where r.state = 'refused') as refused,
    coalesce(sum(w.paid), 0)::bigint as rewards_paid,
    coalesce(sum(w.due), 0)::bigint as rewards_due,
    coalesce(sum(w.over_limit), 0)::bigint as rewards_over_limit,
    coalesce(sum(w.refused), 0)::bigint as rewards_refused,
    coalesce(sum(w.paid_minor), 0)::bigint as paid_minor,
    coalesce(sum(w.due_minor), 0)::bigint as due_minor,
    r.currency
from customers.referral r
left join lateral (
    select
        count(*) filter (where state = 'paid') as paid,
        count(*) filter (where state = 'due') as due,
        count(*) filter (where state = 'over_limit') as over_limit,
        count(*) filter (where state = 'refused') as refused,
        sum(amount_minor) filter (where state = 'paid') as paid_minor,
        sum(amount_minor) filter (where state = 'due') as due_minor
    from customers.reward where referral_id = r.id
) w on true
group by 1, 2, 3, r.currency"""

ROLE = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'teller_insight') then
        create role teller_insight nologin;
    end if;
exception
    when insufficient_privilege then raise notice 'teller_insight is for an administrator to make';
    when duplicate_object or unique_violation then null;
end $$"""
GRANT = """
do $$ begin
    if exists (select from pg_roles where rolname = 'teller_insight') then
        grant usage on schema insight to teller_insight;
        grant select on all tables in schema insight to teller_insight;
    end if;
end $$"""


def upgrade() -> None:
    for statement in ("create schema insight", JOURNEY, FUNNEL, REFERRALS, ROLE, GRANT):
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop schema insight cascade")
