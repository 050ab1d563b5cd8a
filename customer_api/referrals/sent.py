"""Whom partners have sent: a link carried a code of the partner's, and its `referral.sent` names it, in either order.

The first partner to name a code has it for thirty days, a friend's code is no partner's, and a chat that has come by
something else before stays that one's.
"""

import re
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings
from customer_api.partners.tables import PartnerEvent
from customer_api.referrals import links
from customer_api.referrals.tables import Journey

SENT = "referral.sent"
CODE = re.compile(r"ref_[A-Za-z0-9_-]{1,60}", re.ASCII)
WITHIN = timedelta(days=30)  # between the link that was followed and the partner's word, either way


async def named(session: AsyncSession, partner: str, code: str, now: datetime) -> bool:
    """A partner says that it has sent somebody with this code; False when the code is not its own."""
    await _lock(session, code)
    if await whose(session, code, now) not in ("", partner) or await _is_a_friends(session, code):
        return False
    await session.execute(
        update(Journey)
        .where(Journey.code == code, Journey.partner == "", Journey.reached_at > now - WITHIN)
        .values(partner=partner)
    )
    return True


async def came(session: AsyncSession, code: str, now: datetime) -> str:
    """Somebody comes by a code: the partner that has sent them, empty while none has said so."""
    await _lock(session, code)
    return await whose(session, code, now)


async def whose(session: AsyncSession, code: str, now: datetime) -> str:
    """The partner that was the first to name a code, empty for none."""
    found = (
        select(PartnerEvent.partner)
        .where(PartnerEvent.type == SENT, PartnerEvent.about == code, PartnerEvent.outcome == "done")
        .where(PartnerEvent.taken_at > now - WITHIN)
    )
    return await session.scalar(found.order_by(PartnerEvent.taken_at, PartnerEvent.partner).limit(1)) or ""


async def has_come(session: AsyncSession, partner: str, code: str) -> bool:
    """Whether somebody has come by a code of this partner's."""
    found = select(Journey.conversation).where(Journey.code == code, Journey.partner == partner)
    return await session.scalar(found.limit(1)) is not None


async def _is_a_friends(session: AsyncSession, code: str) -> bool:
    return await links.find(session, code.removeprefix("ref_")) is not None


async def _lock(session: AsyncSession, code: str) -> None:
    """One at a time, so that of the link and the partner's word the second one sees the first."""
    await bindings.lock(session, f"sent with {code}")
