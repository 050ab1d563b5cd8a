"""The paths of `/api/v1/partners`: staff keep the registry, a partner sees its own. Another's looks like absence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api.access import access
from customer_api.bodies import Problem
from customer_api.partners import bodies, outbox, registry, shelf
from customer_api.partners.access import Caller, caller
from customer_api.partners.addresses import Addresses
from customer_api.partners.incoming import heard
from customer_api.partners.tables import Partner
from customer_api.routes import REFUSALS, NotFound
from customer_api.seals import Seals
from flows.ports import Principal, TokenVerifier

Limit = Annotated[int, Query(ge=1, le=500)]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the endpoints work with."""

    sessions: async_sessionmaker[AsyncSession]
    seals: Seals
    clock: Callable[[], datetime]
    addresses: Addresses


def router(desk: Desk, verifier: TokenVerifier) -> APIRouter:
    """All paths."""
    refusals: dict[int | str, dict[str, object]] = {**REFUSALS, 400: {"model": Problem}}
    routes = APIRouter(prefix="/api/v1/partners", tags=["partners"], responses=refusals)
    _offers(routes, desk, verifier)  # before the paths with a partner's name in them
    _registry(routes, desk, verifier)
    _keys(routes, desk, verifier)
    _secrets(routes, desk, verifier)
    _webhooks(routes, desk, verifier)
    return routes


def _offers(routes: APIRouter, desk: Desk, verifier: TokenVerifier) -> None:
    @routes.get("/offers", dependencies=[Depends(access(verifier))])
    async def list_offers() -> list[bodies.OfferShown]:
        """All offers of all partners."""
        async with desk.sessions() as session:
            return await shelf.listed(session)

    @routes.put("/offers/{offer}")
    async def put_offer(
        offer: bodies.Slug, body: bodies.OfferBody, who: Annotated[Principal, Depends(access(verifier))]
    ) -> bodies.OfferShown:
        """Make an offer, or make it what is said now; 404 for an unknown partner, 409 for another's offer."""
        async with desk.sessions.begin() as session:
            await _seen(session, body.partner)
            await shelf.put(session, desk.addresses, offer, body, who.subject)
            return next(one for one in await shelf.listed(session, body.partner) if one.offer == offer)


def _registry(routes: APIRouter, desk: Desk, verifier: TokenVerifier) -> None:
    @routes.get("", dependencies=[Depends(access(verifier))])
    async def list_partners() -> list[bodies.PartnerShown]:
        """All partners."""
        async with desk.sessions() as session:
            return [await registry.shown(session, one) for one in await registry.everyone(session)]

    @routes.put("/{partner}")
    async def put_partner(
        partner: bodies.Slug, body: bodies.PartnerBody, who: Annotated[Principal, Depends(access(verifier))]
    ) -> bodies.PartnerShown:
        """Make a partner, or make it what is said now. The same again changes nothing."""
        async with desk.sessions.begin() as session:
            made = await registry.put(session, desk.addresses, partner, body, who.subject, desk.clock())
            return await registry.shown(session, made)

    @routes.get("/{partner}")
    async def read_partner(
        partner: str,
        who: Annotated[Caller, Depends(caller(desk.sessions, desk.seals, verifier))],
    ) -> bodies.PartnerShown:
        """One partner; a partner reads itself."""
        async with desk.sessions() as session:
            return await registry.shown(session, await _seen(session, partner, who))


def _keys(routes: APIRouter, desk: Desk, verifier: TokenVerifier) -> None:
    @routes.post("/{partner}/keys", status_code=201)
    async def issue_key(
        partner: str, body: bodies.KeyBody, who: Annotated[Principal, Depends(access(verifier))]
    ) -> bodies.NewKey:
        """A key for our API, shown once. Two live at once; a third is 409 until one is revoked."""
        async with desk.sessions.begin() as session:
            found = await _seen(session, partner)
            key, text = await registry.issue_key(session, found, body.scopes, who.subject, desk.clock())
            return bodies.NewKey(**registry.key_shown(key).model_dump(), key=text)

    @routes.delete("/{partner}/keys/{key_id}", dependencies=[Depends(access(verifier))])
    async def revoke_key(partner: str, key_id: UUID) -> bodies.PartnerShown:
        """End a key; the next call with it is 401."""
        async with desk.sessions.begin() as session:
            found = await _seen(session, partner)
            if not await registry.revoke_key(session, found, key_id, desk.clock()):
                raise NotFound
            await session.flush()
            return await registry.shown(session, found)


def _secrets(routes: APIRouter, desk: Desk, verifier: TokenVerifier) -> None:
    @routes.post("/{partner}/secrets", status_code=201)
    async def add_secret(
        partner: str, body: bodies.SecretBody, who: Annotated[Principal, Depends(access(verifier))]
    ) -> bodies.NewSecret:
        """A webhook secret beside the living one, shown once. Both are good until one is retired."""
        async with desk.sessions.begin() as session:
            found = await _seen(session, partner)
            row, text = await registry.add_secret(session, desk.seals, found, body, who.subject, desk.clock())
            return bodies.NewSecret(**registry.secret_shown(row).model_dump(), secret=text)

    @routes.delete("/{partner}/secrets/{secret_id}", dependencies=[Depends(access(verifier))])
    async def retire_secret(partner: str, secret_id: UUID) -> bodies.PartnerShown:
        """End a webhook secret, within two seconds everywhere."""
        async with desk.sessions.begin() as session:
            found = await _seen(session, partner)
            if not await registry.retire_secret(session, found, secret_id, desk.clock()):
                raise NotFound
            await session.flush()
            return await registry.shown(session, found)


def _webhooks(routes: APIRouter, desk: Desk, verifier: TokenVerifier) -> None:
    its_own = Depends(caller(desk.sessions, desk.seals, verifier))

    @routes.get("/{partner}/deliveries")
    async def list_deliveries(
        partner: str, who: Annotated[Caller, its_own], state: bodies.DeliveryState | None = None, limit: Limit = 50
    ) -> list[bodies.DeliveryShown]:
        """What was sent to the partner or waits, the newest first."""
        async with desk.sessions() as session:
            return await outbox.listed(session, (await _seen(session, partner, who)).id, state, limit)

    @routes.post("/{partner}/deliveries/{delivery_id}/replay")
    async def replay_delivery(partner: str, delivery_id: UUID, who: Annotated[Caller, its_own]) -> bodies.DeliveryShown:
        """Send it again under its own id. 409 where nothing may be sent."""
        async with desk.sessions.begin() as session:
            found = await outbox.replay(session, await _seen(session, partner, who), delivery_id, desk.clock())
            if found is None:
                raise NotFound
            return found

    @routes.get("/{partner}/events")
    async def list_events(partner: str, who: Annotated[Caller, its_own], limit: Limit = 50) -> list[bodies.EventShown]:
        """What the partner has told us, the newest first."""
        async with desk.sessions() as session:
            return await heard(session, (await _seen(session, partner, who)).id, limit)


async def _seen(session: AsyncSession, partner_id: str, who: Caller | None = None) -> Partner:
    """The partner, if this caller may see it. Raises NotFound."""
    partner = await session.get(Partner, partner_id)
    if partner is None or not (who or Caller(None)).may_see(partner):
        raise NotFound
    return partner
