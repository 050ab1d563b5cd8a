"""Referrals: the codes of customers, who came by which, whose friend a newcomer is, and what both get for it.

The database itself keeps a person a newcomer once, a referral's two rewards single, and what is decided as it was.
"""

from alembic import op

revision = "0021"
down_revision = "0020"

INVITATION = """
create table customers.invitation (
    code        text primary key check (code ~ '^[2-9A-HJKMNP-Z]{8}$'),
    customer_id uuid not null references customers.customer,
    programme   text not null check (programme in ('welcome', 'recommend')),
    made_at     timestamptz not null,
    unique (customer_id, programme)
)"""

TOUCH = """
create table customers.touch (
    op_id uuid primary key,
    n     bigint not null generated always as identity,
    chat  text not null,
    code  text not null,
    at    timestamptz not null
)"""

JOURNEY = """
create table customers.journey (
    conversation uuid primary key,
    channel      text not null,
    came_by      text not null default '',
    partner      text not null default '',
    reached_at   timestamptz not null,
    started_at   timestamptz,
    bound_at     timestamptz,
    is_newcomer  boolean,
    customer_id  uuid references customers.customer,
    used_at      timestamptz,
    check ((bound_at is null) = (customer_id is null) and (bound_at is null) = (is_newcomer is null))
)"""

REFERRAL = """
create table customers.referral (
    id                uuid primary key,
    code              text not null references customers.invitation,
    programme         text not null,
    channel           text not null,
    recommender       uuid not null references customers.customer,
    newcomer          uuid not null references customers.customer,
    recommender_mark  text not null,
    newcomer_mark     text not null,
    recommender_minor bigint not null check (recommender_minor > 0),
    newcomer_minor    bigint not null check (newcomer_minor > 0),
    currency          text not null check (currency ~ '^[A-Z]{3}$'),
    joined_at         timestamptz not null,
    state             text not null check (state in ('waiting', 'used', 'too_late', 'refused')),
    refusal           text check ((refusal is not null) = (state = 'refused')),
    used_at           timestamptz,
    unique (newcomer),
    check (recommender <> newcomer or state = 'refused'),
    check ((used_at is not null) = (state = 'used'))
)"""

REWARD = """
create table customers.reward (
    id           uuid primary key,
    referral_id  uuid not null references customers.referral,
    customer_id  uuid not null references customers.customer,
    role         text not null check (role in ('recommender', 'newcomer')),
    amount_minor bigint not null check (amount_minor > 0),
    currency     text not null check (currency ~ '^[A-Z]{3}$'),
    state        text not null check (state in ('due', 'paid', 'refused', 'over_limit')),
    reason       text check (reason is null or state = 'refused'),
    made_at      timestamptz not null,
    due_at       timestamptz,
    settled_at   timestamptz,
    unique (referral_id, role),
    check ((state = 'due') = (due_at is not null) and (state = 'due') = (settled_at is null))
)"""

INDEXES = (
    "create index touch_of_chat on customers.touch (chat, n)",
    "create index journey_by_day on customers.journey (reached_at)",
    "create index journey_of_customer on customers.journey (customer_id) where customer_id is not null",
    # A person is welcomed once, whatever has become of the customer since.
    "create unique index welcomed_once on customers.referral (newcomer_mark) where state <> 'refused'",
    "create index referral_of_recommender on customers.referral (recommender, joined_at)",
    "create index reward_due on customers.reward (due_at) where state = 'due'",
    "create index reward_of_customer on customers.reward (customer_id, made_at)",
)

LAWS = (
    """
create trigger referral_stays before update on customers.referral for each row
when (old.state <> 'waiting') execute function customers.keep_history()""",
    """
create trigger reward_stays before update on customers.reward for each row
when (old.state <> 'due') execute function customers.keep_history()""",
    """
create trigger invitation_stays before update on customers.invitation for each row
execute function customers.keep_history()""",
)


def upgrade() -> None:
    for statement in (INVITATION, TOUCH, JOURNEY, REFERRAL, REWARD, *INDEXES, *LAWS):
        op.execute(statement)


def downgrade() -> None:
    for table in ("reward", "referral", "journey", "touch", "invitation"):
        op.execute(f"drop table customers.{table}")
