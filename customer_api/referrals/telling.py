"""The statement of a customer's rewards, for the chat, and what staff see of referrals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.referrals.bodies import Line, Shown
from customer_api.referrals.rules import Rules
from customer_api.referrals.tables import Referral, Reward
from flows.money import Money

PAGE = 100


async def overview(
    session: AsyncSession, rules: Rules, customer_id: UUID, programme: str
) -> Mapping[str, object] | None:
    """What a programme pays, and what it has brought a customer so far; None when it is closed."""
    pays = rules.programmes.get(programme)
    if pays is None:
        return None
    currency = pays.recommender.currency
    of_theirs = (Referral.recommender == customer_id, Referral.programme == programme)
    joined = await session.scalar(select(func.count()).where(*of_theirs, Referral.state != "refused"))
    minor = func.coalesce(func.sum(Reward.amount_minor).filter(Reward.state == "paid"), 0)
    waits = func.coalesce(func.sum(Reward.amount_minor).filter(Reward.state == "due"), 0)
    found = await session.execute(
        select(minor, waits)
        .join(Referral, Referral.id == Reward.referral_id)
        .where(*of_theirs, Reward.role == "recommender", Reward.currency == currency)
    )
    earned, waiting = found.one()
    return {
        "my_reward": str(pays.recommender),
        "friend_reward": str(pays.newcomer),
        "joined": joined or 0,
        "earned": str(Money(int(earned), currency)),
        "waiting": str(Money(int(waiting), currency)),
    }


async def listed(session: AsyncSession, *, customer_id: UUID | None, state: str | None) -> Sequence[Shown]:
    """The newest referrals, of one customer on either side and in one state where asked for."""
    query = select(Referral).order_by(Referral.joined_at.desc(), Referral.id).limit(PAGE)
    if customer_id is not None:
        query = query.where((Referral.recommender == customer_id) | (Referral.newcomer == customer_id))
    if state is not None:
        query = query.where(Referral.state == state)
    return await _shown(session, (await session.scalars(query)).all())


async def one(session: AsyncSession, referral_id: UUID) -> Shown | None:
    """A referral."""
    found = await session.get(Referral, referral_id)
    return (await _shown(session, [found]))[0] if found is not None else None


async def _shown(session: AsyncSession, rows: Sequence[Referral]) -> Sequence[Shown]:
    lines: dict[UUID, list[Line]] = defaultdict(list)
    found = await session.scalars(
        select(Reward).where(Reward.referral_id.in_([row.id for row in rows])).order_by(Reward.role)
    )
    for reward in found:
        lines[reward.referral_id].append(line(reward))
    return [
        Shown.model_validate(
            {
                "referral_id": row.id, "code": row.code, "programme": row.programme, "channel": row.channel,
                "recommender": row.recommender, "newcomer": row.newcomer, "joined_at": row.joined_at,
                "state": row.state, "refusal": row.refusal, "used_at": row.used_at, "rewards": lines[row.id],
            }
        )
        for row in rows
    ]  # fmt: skip


def line(reward: Reward) -> Line:
    """A reward as staff see it."""
    return Line.model_validate(
        {
            "reward_id": reward.id, "customer_id": reward.customer_id, "role": reward.role,
            "amount": str(Money(reward.amount_minor, reward.currency)), "state": reward.state,
            "reason": reward.reason, "settled_at": reward.settled_at,
        }
    )  # fmt: skip
