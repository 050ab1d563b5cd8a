"""The audit is linked in an order of its own.

Numbers are given out when a row is written, and rows are seen when their transactions end, so that a higher number
may be there first. The chain therefore runs in the order in which the sealer found the rows, and keeps that order.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

# Rows that are linked already have been linked in the order of their numbers.
PLACES = """
update money.audit a set place = n.place
from (select seq, row_number() over (order by seq) as place from money.audit where link is not null) n
where a.seq = n.seq
"""


def upgrade() -> None:
    op.execute("alter table money.audit add column place bigint")
    op.execute("alter table money.audit disable trigger audit_only_grows")
    op.execute(PLACES)
    op.execute("alter table money.audit enable trigger audit_only_grows")
    op.execute(
        "alter table money.audit add constraint linked_at_a_place check ((place is null) = (link is null)),"
        " add constraint one_row_a_place unique (place)"
    )
    op.execute("create index audit_not_linked on money.audit (seq) where link is null")


def downgrade() -> None:
    op.execute("drop index money.audit_not_linked")
    op.execute("alter table money.audit drop column place")
