"""The three schemas, one an owner: the turn, money, customers."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    for owner in ("bot", "money", "customers"):
        op.execute(f"create schema if not exists {owner}")


def downgrade() -> None:
    for owner in ("customers", "money"):  # bot holds the version table and stays
        op.execute(f"drop schema if exists {owner} cascade")
