"""Two more ways to name a customer: a card by its token, and what a biometric service calls them."""

from alembic import op

revision = "0025"
down_revision = "0024"

KINDS = "alter table customers.identifier add constraint identifier_kind_check check (kind in ({}))"


def upgrade() -> None:
    op.execute("alter table customers.identifier drop constraint identifier_kind_check")
    op.execute(KINDS.format("'phone', 'tax_id', 'card', 'biometric'"))


def downgrade() -> None:
    op.execute("delete from customers.identifier where kind in ('card', 'biometric')")
    op.execute("alter table customers.identifier drop constraint identifier_kind_check")
    op.execute(KINDS.format("'phone', 'tax_id'"))
