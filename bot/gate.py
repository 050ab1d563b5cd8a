"""Whose tokens open the APIs: our own always, the bank's Keycloak's where one is set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import certificates
from bot.certificates import Certificates
from bot.keycloak import CERTIFICATES, AnyOf, KeycloakTokens, issuer_of
from bot.settings import Settings
from bot.tokens import Tokens
from flows.ports import TokenVerifier


@asynccontextmanager
async def gate(settings: Settings, tokens: Tokens) -> AsyncIterator[TokenVerifier]:
    """The verifier of this process. Keycloak being down keeps nobody out whose certificate is known already."""
    own = settings.keycloak
    if not own.url:
        yield tokens
        return
    issuer = issuer_of(own.url, own.realm)
    factors = {"acr": frozenset(own.staff_acr), "amr": frozenset(own.staff_amr)}
    async with certificates.client() as http:
        known = Certificates(f"{issuer}{CERTIFICATES}", http)
        working = asyncio.create_task(known.working())
        try:
            yield AnyOf([tokens, KeycloakTokens(issuer, own.client_id, known, factors)])
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
