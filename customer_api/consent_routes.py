"""The paths of consent: what a customer has decided, and the guard's question, asked by customer or by chat."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from customer_api import consents, guard, people
from customer_api.access import access
from customer_api.bodies import Allowed, Decision, Partner, Purpose, Word
from customer_api.routes import PREFIX, REFUSALS, NotFound, Service, id_of
from customer_api.seals import Chat
from flows.ports import TokenVerifier


def router(service: Service, verifier: TokenVerifier) -> APIRouter:
    """All paths about consent. They stand before `/{customer_id}`."""
    allowed = [Depends(access(verifier))]
    routes = APIRouter(prefix=PREFIX, tags=["consents"], responses=dict(REFUSALS), dependencies=allowed)

    @routes.get("/consents/{purpose}")
    async def allowed_in_chat(
        purpose: Purpose, channel: Word, address: Annotated[str, Query(max_length=200)], account: Word = ""
    ) -> Allowed:
        """Whether the one whose chat this is allows it at this moment. Nobody's chat allows nothing."""
        async with service.sessions() as session:
            chat = Chat(channel, account, address)
            return Allowed(allowed=await guard.allows_in(session, service.seals, chat, purpose))

    @routes.get("/{customer_id}/consents")
    async def list_decisions(customer_id: str) -> list[Decision]:
        """Everything that a customer has allowed and taken back, the oldest first."""
        async with service.sessions() as session:
            if await people.read(session, service.seals, id_of(customer_id), service.clock()) is None:
                raise NotFound
            rows = await consents.all_of(session, id_of(customer_id))
        return [Decision.model_validate(row, from_attributes=True) for row in rows]

    @routes.get("/{customer_id}/consents/{purpose}")
    async def allowed_by_customer(customer_id: str, purpose: Purpose, partner: Partner = "") -> Allowed:
        """Whether a customer allows it at this moment, for a partner where it is about one."""
        async with service.sessions() as session:
            return Allowed(allowed=await guard.allows(session, id_of(customer_id), purpose, partner))

    return routes
