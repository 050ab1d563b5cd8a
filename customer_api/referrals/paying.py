"""Rewards on their way: handed to whoever moves money, again and again until what became of each is told.

The payment's own id is made from the reward's, so that handing it out twice is one payment.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.referrals.bodies import Due, Outcome
from customer_api.referrals.tables import Reward
from flows.money import Money

AT_ONCE = 50
LEASE = timedelta(seconds=5)


async def take(session: AsyncSession, now: datetime) -> Sequence[Due]:
    """The rewards that are due; nobody else is given them for a few seconds."""
    rows = await session.scalars(
        select(Reward)
        .where(Reward.state == "due", Reward.due_at <= now)
        .order_by(Reward.due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    taken = rows.all()
    for row in taken:
        row.due_at = now + LEASE
    return [_due(row) for row in taken]


async def settle(session: AsyncSession, reward_id: UUID, outcome: Outcome, now: datetime) -> Reward | None:
    """Keep what became of a reward; the first outcome stays. None when there is no such reward."""
    row = await session.scalar(select(Reward).where(Reward.id == reward_id).with_for_update())
    if row is not None and row.state == "due":
        row.state, row.due_at, row.settled_at = outcome.state, None, now
        row.reason = outcome.reason if outcome.state == "refused" else None
    return row


def _due(row: Reward) -> Due:
    return Due(
        reward_id=row.id,
        referral_id=row.referral_id,
        customer_id=row.customer_id,
        role="newcomer" if row.role == "newcomer" else "recommender",
        amount=str(Money(row.amount_minor, row.currency)),
    )
