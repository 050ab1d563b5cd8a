"""A partner that is there from the start, with its secret and its offers: the sandbox's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from customer_api.partners import registry, shelf
from customer_api.partners.addresses import Addresses
from customer_api.partners.bodies import Direction, OfferBody, PartnerBody, SecretBody
from customer_api.seals import Seals

BY = "sandbox"
BOTH_WAYS: tuple[Direction, ...] = ("in", "out")


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who the partner is. ``url`` is its root; the secret is the same both ways and never shows."""

    partner: str
    name: str
    url: str
    secret: str = field(repr=False)
    offers: Mapping[str, OfferBody] = field(default_factory=dict)

    @classmethod
    def of(cls, written: Mapping[str, object], url: str, secret: str) -> "Introduction":
        """From a bank's `offers.yml`. Raises pydantic.ValidationError for an offer that is none."""
        partner, offers = str(written["partner"]), written["offers"]
        assert isinstance(offers, dict)
        read: dict[str, OfferBody] = {}
        for name, offer in offers.items():
            link = offer["link"].replace("{partner}", url)
            read[name] = OfferBody.model_validate({**offer, "partner": partner, "link": link})
        return cls(partner, str(written["name"]), url, secret, read)


async def meet(session: AsyncSession, seals: Seals, addresses: Addresses, who: Introduction, now: datetime) -> None:
    """Make the partner and its offers what they are said to be; again changes nothing."""
    body = PartnerBody(name=who.name, out_url=f"{who.url}/webhooks")
    partner = await registry.put(session, addresses, who.partner, body, BY, now)
    for direction in BOTH_WAYS:
        if who.secret not in await registry.secrets_of(session, seals, who.partner, direction):
            await registry.add_secret(
                session, seals, partner, SecretBody(direction=direction, secret=who.secret), BY, now
            )
    for name, offer in who.offers.items():
        await shelf.put(session, addresses, name, offer, BY)
