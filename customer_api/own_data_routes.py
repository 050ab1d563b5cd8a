"""The paths for what staff do at a person's wish: a copy of all that is held, and its end after the time of grace."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import own_data
from customer_api.access import access
from customer_api.bodies import ErasureDue
from customer_api.ports import Copies
from customer_api.routes import PREFIX, REFUSALS, NotFound, Service, id_of
from customer_api.tables import Customer
from flows.ports import Principal, TokenVerifier


def router(service: Service, verifier: TokenVerifier, copies: Copies | None) -> APIRouter:
    """All paths about a person's own data."""
    routes = APIRouter(prefix=PREFIX, tags=["own data"], responses=dict(REFUSALS))

    @routes.get("/{customer_id}/copy", dependencies=[Depends(access(verifier))], response_class=Response)
    async def copy_data(customer_id: str) -> Response:
        """All that is held of a customer, by table."""
        async with service.sessions() as session:
            await _there(session, id_of(customer_id))
        if copies is None:
            raise NotFound
        headers = {"cache-control": "no-store"}
        return Response(await copies.of(id_of(customer_id)), media_type="application/json", headers=headers)

    @routes.post("/{customer_id}/erasure")
    async def ask_for_erasure(customer_id: str, caller: Annotated[Principal, Depends(access(verifier))]) -> ErasureDue:
        """End a customer's data after the time of grace. Again it is the day that was said first."""
        async with service.sessions.begin() as session:
            await _there(session, id_of(customer_id))
            due_at = await own_data.ask_for(session, id_of(customer_id), uuid4(), caller.subject, service.clock())
        return ErasureDue(due_at=due_at)

    @routes.delete("/{customer_id}/erasure", status_code=204, dependencies=[Depends(access(verifier))])
    async def take_erasure_back(customer_id: str) -> None:
        """Let the data stay. 404 when nobody has asked for their end, or it has come."""
        async with service.sessions.begin() as session:
            if not await own_data.take_back(session, id_of(customer_id), service.clock()):
                raise NotFound

    return routes


async def _there(session: AsyncSession, customer_id: UUID) -> None:
    if await session.get(Customer, customer_id) is None:
        raise NotFound
