"""Which days have been compared with a core's books, and which are still to be."""

from alembic import op

revision = "0011"
down_revision = "0010"

RECON_DAY = """
create table money.recon_day (
    core text not null,
    day date not null,
    due_at timestamptz not null,
    tries int not null default 0,
    done_at timestamptz,
    primary key (core, day)
)
"""


def upgrade() -> None:
    op.execute(RECON_DAY)


def downgrade() -> None:
    op.execute("drop table money.recon_day")
