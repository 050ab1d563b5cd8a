"""The paths of what a customer is known by, and of what they prefer. What names them is told by its kind only."""

from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import identifiers, notices, people
from customer_api.access import access
from customer_api.bodies import Found, IdentifierShown, NamedBy, Preferences, PreferencesBody
from customer_api.routes import PREFIX, REFUSALS, NotFound, Service, id_of
from customer_api.tables import Customer, Identifier
from flows.ports import TokenVerifier


def router(service: Service, verifier: TokenVerifier) -> APIRouter:
    """All of them."""
    allowed = [Depends(access(verifier))]
    routes = APIRouter(prefix=PREFIX, tags=["customers"], responses=dict(REFUSALS), dependencies=allowed)
    _identifiers(routes, service)
    _preferences(routes, service)
    return routes


def _identifiers(routes: APIRouter, service: Service) -> None:
    @routes.post("/found")
    async def find_by_identifier(named: NamedBy) -> Found:
        """Whom a card's token or a biometric reference names. It comes in a body, so that it stands in no log."""
        async with service.sessions() as session:
            customer_id = await identifiers.whose(session, service.seals, named)
        if customer_id is None:
            raise NotFound
        return Found(customer_id=customer_id)

    @routes.get("/{customer_id}/identifiers")
    async def list_identifiers(customer_id: str) -> list[IdentifierShown]:
        """What a customer is known by, the oldest first."""
        async with service.sessions() as session:
            customer = await _customer(session, customer_id)
            return [_shown(row) for row in await identifiers.all_of(session, customer.id)]

    @routes.post("/{customer_id}/identifiers")
    async def add_identifier(customer_id: str, named: NamedBy) -> IdentifierShown:
        """Let a card's token or a biometric reference name a customer, and no other. Again changes nothing."""
        async with service.sessions.begin() as session:
            customer = await _customer(session, customer_id)
            return _shown(await identifiers.keep(session, service.seals, customer, named, service.clock()))

    @routes.delete("/{customer_id}/identifiers/{identifier_id}", status_code=204)
    async def drop_identifier(customer_id: str, identifier_id: UUID) -> None:
        """Forget a card's token or a biometric reference. A phone and a tax id stay."""
        async with service.sessions.begin() as session:
            if not await identifiers.drop(session, id_of(customer_id), identifier_id):
                raise NotFound


def _preferences(routes: APIRouter, service: Service) -> None:
    @routes.get("/{customer_id}/preferences")
    async def read_preferences(customer_id: str) -> Preferences:
        """The customer's language, and what they hear of unasked."""
        async with service.sessions() as session:
            return await _preferred(session, service, await _customer(session, customer_id))

    @routes.patch("/{customer_id}/preferences")
    async def change_preferences(customer_id: str, body: PreferencesBody) -> Preferences:
        """Change what is named. Nobody says yes for a customer: what needs a consent is only ever turned off here."""
        async with service.sessions.begin() as session:
            customer = await _customer(session, customer_id)
            customer.locale = body.locale or customer.locale
            for kind, state in body.notices.items():
                await notices.turn(session, customer.id, kind, state, service.rules, service.clock())
            return await _preferred(session, service, customer)


async def _preferred(session: AsyncSession, service: Service, customer: Customer) -> Preferences:
    await session.flush()
    kinds = await notices.heard(session, customer.id, service.rules)
    return Preferences(locale=customer.locale, notices=kinds)


async def _customer(session: AsyncSession, customer_id: str) -> Customer:
    customer = await people.one(session, id_of(customer_id))
    if customer is None:
        raise NotFound
    return customer


def _shown(row: Identifier) -> IdentifierShown:
    return IdentifierShown(identifier_id=row.id, kind=row.kind, verified_at=row.verified_at)
