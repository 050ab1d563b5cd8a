"""Sending: what became of a message after it left, when it may go, and channels that are stopped."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
