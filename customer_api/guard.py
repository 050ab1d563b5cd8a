"""The one door to whatever needs the customer's own yes: asked at the moment of use, so a withdrawal holds at once.

Nobody keeps the answer. Whoever is about to write unasked, to read for a partner or to draw conclusions from what
somebody does asks here first, and what has no consent is not there.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, consents
from customer_api.bodies import NoticeState, Purpose
from customer_api.seals import Chat, Seals

# Which consent the messages of a kind stand on; the others are part of the service that the customer asked for.
NOTICES: dict[str, Purpose] = {"offers": "marketing"}


async def allows(session: AsyncSession, customer_id: UUID, purpose: Purpose, partner: str = "") -> bool:
    """Whether the customer allows it at this moment."""
    return await consents.holds(session, customer_id, purpose, partner)


async def allows_in(session: AsyncSession, seals: Seals, chat: Chat, purpose: Purpose) -> bool:
    """Whether the one whose chat this is allows it. Nobody's chat allows nothing."""
    binding = await bindings.living(session, seals, chat)
    return binding is not None and await allows(session, binding.customer_id, purpose)


async def notices(session: AsyncSession, customer_id: UUID, wished: dict[str, NoticeState]) -> dict[str, NoticeState]:
    """What a customer hears of unasked: as they wish, and never without the consent that it needs."""
    heard = dict(wished)
    for kind, purpose in NOTICES.items():
        if kind in heard and not await allows(session, customer_id, purpose):
            heard[kind] = "off"
    return heard
