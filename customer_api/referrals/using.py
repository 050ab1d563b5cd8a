"""The first use of a newcomer's card: both rewards are made then, once, whoever else tells of it at the same time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, people
from customer_api.referrals import arrivals
from customer_api.referrals.bodies import CardUse
from customer_api.referrals.rules import Rules
from customer_api.referrals.tables import Referral, Reward
from customer_api.seals import Seals
from flows.money import Money


async def use(session: AsyncSession, seals: Seals, rules: Rules, told: CardUse, now: datetime) -> None:
    """Take the news of a use; of any but the first that counts nothing comes."""
    await arrivals.used(session, told.customer_id, told.at)
    referral = await session.scalar(
        select(Referral).where(Referral.newcomer == told.customer_id, Referral.state == "waiting").with_for_update()
    )
    if referral is None or not rules.counts(told.kind, Money.parse(told.amount)):
        return
    if told.at > referral.joined_at + rules.use_within:
        referral.state = "too_late"
        return
    referral.state, referral.used_at = "used", told.at
    session.add_all(await _rewards(session, seals, rules, referral, now))


async def _rewards(
    session: AsyncSession, seals: Seals, rules: Rules, referral: Referral, now: datetime
) -> Sequence[Reward]:
    """Both. The recommender's may be over a limit, and whoever is no customer any more gets none."""
    await bindings.lock(session, f"rewards of {referral.recommender}")
    made = []
    for role, customer_id, minor in (
        ("newcomer", referral.newcomer, referral.newcomer_minor),
        ("recommender", referral.recommender, referral.recommender_minor),
    ):
        state, reason = "due", None
        if not await people.phone_of(session, seals, customer_id):
            state, reason = "refused", "gone"
        elif role == "recommender" and await _has_enough(session, rules, referral, now):
            state = "over_limit"
        is_due = state == "due"
        made.append(
            Reward(
                id=uuid4(), referral_id=referral.id, customer_id=customer_id, role=role, amount_minor=minor,
                currency=referral.currency, state=state, reason=reason, made_at=now, due_at=now if is_due else None,
                settled_at=None if is_due else now,
            )
        )  # fmt: skip
    return made


async def _has_enough(session: AsyncSession, rules: Rules, referral: Referral, now: datetime) -> bool:
    """Whether the recommender has been rewarded for as many friends as one may be, ever or this month."""
    local = now.astimezone(ZoneInfo(rules.zone))
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = await session.execute(
        select(func.count(), func.count().filter(Reward.made_at >= month)).where(
            Reward.customer_id == referral.recommender, Reward.role == "recommender", Reward.state.in_(("due", "paid"))
        )
    )
    ever, this_month = found.one()
    return bool(ever >= rules.friends_per_person or this_month >= rules.friends_per_month)
