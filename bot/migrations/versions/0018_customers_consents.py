"""The ledger of consent: a row a decision. Rows are only added; the newest about a purpose and a partner holds."""

from alembic import op

revision = "0018"
down_revision = "0017"

CONSENT = """
create table customers.consent (
    id           uuid primary key,
    n            bigint not null generated always as identity,
    customer_id  uuid not null references customers.customer,
    purpose      text not null
                 check (purpose in ('service', 'marketing', 'partner_sharing', 'profiling', 'biometrics')),
    partner      text not null default '',
    partner_name text not null default '',
    scope        text not null default '',
    given        boolean not null,
    text_version text not null check (text_version <> ''),
    language     text not null check (language <> ''),
    op_id        uuid not null,
    channel      text not null check (channel <> ''),
    decided_at   timestamptz not null,
    check ((purpose = 'partner_sharing') = (partner <> '')),
    unique (op_id, purpose, partner)
)"""


def upgrade() -> None:
    op.execute(CONSENT)
    op.execute("create index consent_of on customers.consent (customer_id, purpose, partner, n)")
    op.execute(
        "create trigger consent_stays before update or delete on customers.consent"
        " for each row execute function customers.keep_history()"
    )
    op.execute(
        "create trigger consents_stay before truncate on customers.consent"
        " for each statement execute function customers.keep_history()"
    )


def downgrade() -> None:
    op.execute("drop table customers.consent")
