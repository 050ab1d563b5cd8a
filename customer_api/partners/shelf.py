"""The offers as staff keep them: put, listed, and how they go."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.partners.addresses import Addresses
from customer_api.partners.bodies import OfferBody, OfferShown
from customer_api.partners.tables import Offer, OfferClaim


class OfOther(Exception):
    """The offer is another partner's; it stays theirs, for what was agreed to names them."""


async def put(session: AsyncSession, addresses: Addresses, offer_id: str, body: OfferBody, by: str) -> Offer:
    """Make an offer, or make it what is said now. Raises AddressRefused, OfOther."""
    addresses.checked(body.link.replace("{code}", "CODE"))
    offer = await session.get(Offer, offer_id, with_for_update=True)
    if offer is None:
        offer = Offer(id=offer_id, partner=body.partner)
        session.add(offer)
    if offer.partner != body.partner:
        raise OfOther
    offer.segment, offer.link, offer.is_on, offer.changed_by = body.segment, body.link, body.is_on, by
    offer.texts = {language: texts.model_dump() for language, texts in body.texts.items()}
    offer.shares = [*body.shares]
    offer.starts_on, offer.ends_on = body.starts_on, body.ends_on
    await session.flush()
    return offer


async def listed(session: AsyncSession, partner: str | None = None) -> list[OfferShown]:
    """All offers, or a partner's, with how many said yes and how many codes were used."""
    used = func.count(OfferClaim.used_at)
    found = select(Offer, func.count(OfferClaim.id), used).outerjoin(OfferClaim, OfferClaim.offer == Offer.id)
    if partner is not None:
        found = found.where(Offer.partner == partner)
    rows = (await session.execute(found.group_by(Offer.id).order_by(Offer.id))).all()
    return [_shown(offer, accepted, codes) for offer, accepted, codes in rows]


def _shown(offer: Offer, accepted: int, used: int) -> OfferShown:
    names = ("partner", "segment", "texts", "shares", "link", "starts_on", "ends_on", "is_on")
    values = {name: getattr(offer, name) for name in names}
    return OfferShown.model_validate(values | {"offer": offer.id, "accepted": accepted, "used": used})
