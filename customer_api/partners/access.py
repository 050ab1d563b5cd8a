"""Who may see a partner: staff any, a partner itself by its key or its login. Somebody else's is not there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from customer_api.access import STAFF, Credentials, Forbidden
from customer_api.partners import registry
from customer_api.partners.bodies import Scope
from customer_api.partners.tables import Partner
from customer_api.seals import Seals
from flows.ports import TokenVerifier, Unauthorized


@dataclass(frozen=True, slots=True)
class Caller:
    """`partner` is None for staff, who may see all."""

    partner: str | None

    def may_see(self, partner: Partner | None) -> bool:
        return partner is not None and self.partner in (None, partner.id)


def caller(
    sessions: async_sessionmaker[AsyncSession], seals: Seals, verifier: TokenVerifier, scope: Scope
) -> Callable[..., Awaitable[Caller]]:
    """A dependency: staff, or a partner with this scope. A partner's login has all scopes."""

    async def who(credentials: Credentials) -> Caller:
        if credentials is None:
            raise Unauthorized("Send the header 'Authorization: Bearer <token>'.")
        if credentials.credentials.startswith(registry.KEY_PREFIX):
            return await _by_key(sessions, seals, credentials.credentials, scope)
        principal = verifier.verify(credentials.credentials)
        if principal.roles & STAFF:
            return Caller(None)
        if "partner" not in principal.roles:
            raise Forbidden("This needs one of the roles partner, service, staff.")
        async with sessions() as session:
            partner = await registry.of_login(session, principal.subject)
        if partner is None:
            raise Forbidden("No partner has this login.")
        return Caller(partner.id)

    return who


async def _by_key(sessions: async_sessionmaker[AsyncSession], seals: Seals, text: str, scope: Scope) -> Caller:
    async with sessions() as session:
        key = await registry.of_key(session, seals, text)
    if key is None:
        raise Unauthorized("The key is none of ours, or was revoked.")
    if scope not in key.scopes:
        raise Forbidden(f"This key has not the scope {scope}.")
    return Caller(key.partner)
