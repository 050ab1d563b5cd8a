"""What partners have told us, as staff and the partner itself read it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.partners.bodies import EventShown
from customer_api.partners.tables import PartnerEvent


async def heard(session: AsyncSession, partner_id: str, limit: int) -> list[EventShown]:
    """The newest events of a partner."""
    found = select(PartnerEvent).where(PartnerEvent.partner == partner_id)
    newest = found.order_by(PartnerEvent.taken_at.desc(), PartnerEvent.id).limit(limit)
    return [
        EventShown(webhook_id=row.id, type=row.type, about=row.about, outcome=row.outcome, taken_at=row.taken_at)
        for row in await session.scalars(newest)
    ]
