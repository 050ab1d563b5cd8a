"""Partners: the registry, their keys and secrets, what they told us, what we tell them, and their offers.

A webhook that was taken stays taken: its row is never changed or removed, so no replay of any age is taken again.
"""

from alembic import op

revision = "0020"
down_revision = "0019"

PARTNER = """
create table customers.partner (
    id          text primary key check (id ~ '^[a-z][a-z0-9-]{1,39}$'),
    name        text not null check (name <> ''),
    state       text not null check (state in ('active', 'paused')),
    login       text unique,
    out_url     text,
    out_stopped text,
    created_at  timestamptz not null,
    changed_by  text not null
)"""

KEY = """
create table customers.partner_key (
    id          uuid primary key,
    partner     text not null references customers.partner,
    fingerprint text not null unique,
    scopes      text[] not null,
    issued_at   timestamptz not null,
    issued_by   text not null,
    revoked_at  timestamptz
)"""

HAND = """
create table customers.partner_secret (
    id         uuid primary key,
    partner    text not null references customers.partner,
    direction  text not null check (direction in ('in', 'out')),
    sealed     bytea not null,
    added_at   timestamptz not null,
    added_by   text not null,
    retired_at timestamptz
)"""

EVENT = """
create table customers.partner_event (
    partner  text not null references customers.partner,
    id       text not null,
    type     text not null,
    about    text,
    outcome  text not null check (outcome in ('done', 'unmatched', 'noted')),
    body     text not null,
    taken_at timestamptz not null,
    primary key (partner, id)
)"""

DELIVERY = """
create table customers.partner_delivery (
    id          uuid primary key,
    partner     text not null references customers.partner,
    customer_id uuid references customers.customer,
    type        text not null,
    sealed      bytea not null,
    state       text not null check (state in ('waiting', 'delivered', 'given_up', 'stopped', 'withdrawn')),
    tries       integer not null default 0,
    since       timestamptz not null,
    next_at     timestamptz,
    told        text,
    created_at  timestamptz not null,
    ended_at    timestamptz,
    check ((state = 'waiting') = (next_at is not null))
)"""

OFFER = """
create table customers.offer (
    id         text primary key check (id ~ '^[a-z][a-z0-9-]{1,39}$'),
    partner    text not null references customers.partner,
    segment    text not null check (segment in ('everyone', 'newcomers', 'identified')),
    texts      jsonb not null,
    shares     text[] not null,
    link       text not null,
    starts_on  date not null,
    ends_on    date not null,
    is_on      boolean not null,
    changed_by text not null,
    check (starts_on <= ends_on)
)"""

CLAIM = """
create table customers.offer_claim (
    id          uuid primary key,
    offer       text not null references customers.offer,
    partner     text not null references customers.partner,
    customer_id uuid not null references customers.customer,
    code        text not null unique,
    accepted_at timestamptz not null,
    redeemed_at timestamptz,
    used_at     timestamptz,
    unique (offer, customer_id)
)"""

INDEXES = (
    "create index partner_key_of on customers.partner_key (partner)",
    "create index partner_secret_of on customers.partner_secret (partner, direction)",
    "create index partner_event_about on customers.partner_event (partner, about)",
    "create index partner_delivery_due on customers.partner_delivery (next_at) where next_at is not null",
    "create index partner_delivery_of on customers.partner_delivery (partner, created_at)",
    "create index partner_delivery_about on customers.partner_delivery (customer_id)",
    "create index offer_of on customers.offer (partner)",
    "create index offer_claim_of on customers.offer_claim (customer_id)",
)

HISTORY = (
    """
create trigger taken_stays before update or delete on customers.partner_event
for each row execute function customers.keep_history()""",
    """
create trigger revoked_key_stays before update on customers.partner_key for each row
when (old.revoked_at is not null) execute function customers.keep_history()""",
    """
create trigger retired_stays before update on customers.partner_secret for each row
when (old.retired_at is not null and new.retired_at is distinct from old.retired_at)
execute function customers.keep_history()""",
)


def upgrade() -> None:
    for statement in (PARTNER, KEY, HAND, EVENT, DELIVERY, OFFER, CLAIM, *INDEXES, *HISTORY):
        op.execute(statement)


def downgrade() -> None:
    for table in ("offer_claim", "offer", "partner_delivery", "partner_event", "partner_secret", "partner_key"):
        op.execute(f"drop table customers.{table}")
    op.execute("drop table customers.partner")
