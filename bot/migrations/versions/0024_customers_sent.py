"""Whom partners have sent: the code that a link carried, so that the partner's word about it finds who came."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("alter table customers.journey add column code text not null default ''")
    op.execute("create index journey_by_code on customers.journey (code) where code <> ''")
    op.execute("create index sent_with on customers.partner_event (about) where type = 'referral.sent'")


def downgrade() -> None:
    op.execute("drop index customers.sent_with")
    op.execute("alter table customers.journey drop column code")
