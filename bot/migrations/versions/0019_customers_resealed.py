"""A binding that has ended may be sealed again by another key, and lose its address; what was decided stays."""

from alembic import op

revision = "0019"
down_revision = "0018"

DECIDED = "id, customer_id, channel, account, factor, bound_at, risk_until, revoked_at, revoked_by"


def _row(which: str) -> str:
    return f"({', '.join(f'{which}.{column.strip()}' for column in DECIDED.split(','))})"


def upgrade() -> None:
    op.execute("drop trigger revoked_stays on customers.binding")
    op.execute(
        "create trigger revoked_stays before update on customers.binding for each row"
        f" when (old.revoked_at is not null and {_row('new')} is distinct from {_row('old')})"
        " execute function customers.keep_history()"
    )


def downgrade() -> None:
    op.execute("drop trigger revoked_stays on customers.binding")
    op.execute(
        "create trigger revoked_stays before update on customers.binding for each row"
        " when (old.revoked_at is not null) execute function customers.keep_history()"
    )
