"""Sentences that were not understood: sealed, of a day, and of nobody.

The id is random, so that it tells no time; no column leads to a chat or a customer.
"""

from alembic import op

revision = "0028"
down_revision = "0027"

UNHEARD = """
create table bot.unheard (
    id     uuid primary key,
    day    date not null,
    locale text not null,
    sealed bytea not null
)"""


def upgrade() -> None:
    op.execute(UNHEARD)
    op.execute("create index unheard_day on bot.unheard (day)")


def downgrade() -> None:
    op.execute("drop table if exists bot.unheard")
