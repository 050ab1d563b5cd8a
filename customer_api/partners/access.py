"""Who may see a partner: staff any, a partner itself by its key or its login. Somebody else's is not there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api.access import Credentials, route_of
from customer_api.partners import registry
from customer_api.partners.tables import Partner
from customer_api.seals import Seals
from flows.ports import TokenVerifier, Unauthorized
from flows.roles import BOTH, NOBODY, ROUTES, Forbidden, Scope, let_in


@dataclass(frozen=True, slots=True)
class Caller:
    """`partner` is None for staff, who may see all."""

    partner: str | None

    def may_see(self, partner: Partner | None) -> bool:
        return partner is not None and self.partner in (None, partner.id)


def caller(
    sessions: async_sessionmaker[AsyncSession], seals: Seals, verifier: TokenVerifier
) -> Callable[..., Awaitable[Caller]]:
    """A dependency: staff, or a partner with the scope that the table of roles names. A partner's login has all."""

    async def who(request: Request, credentials: Credentials) -> Caller:
        token, route = credentials.credentials if credentials is not None else None, route_of(request)
        if token is not None and token.startswith(registry.KEY_PREFIX):
            return await _by_key(sessions, seals, token, ROUTES.get(route, NOBODY).scope)
        principal = let_in(verifier, token, route)
        if principal.roles & BOTH.roles:
            return Caller(None)
        async with sessions() as session:
            partner = await registry.of_login(session, principal.subject)
        if partner is None:
            raise Forbidden("No partner has this login.")
        return Caller(partner.id)

    return who


async def _by_key(sessions: async_sessionmaker[AsyncSession], seals: Seals, text: str, scope: Scope | None) -> Caller:
    async with sessions.begin() as session:
        key = await registry.of_key(session, seals, text)
    if key is None:
        raise Unauthorized("The key is none of ours, or was revoked.")
    if scope not in key.scopes:
        raise Forbidden(f"This key has not the scope {scope}.")
    return Caller(key.partner)
