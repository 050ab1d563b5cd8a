"""Whose tokens open the APIs: our own always, the bank's Keycloak's where one is set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from bot.settings import Settings
from bot.tokens import Tokens
from flows.ports import TokenVerifier

if TYPE_CHECKING:
    from bot.keycloak import KeycloakTokens

AGAIN_S = 5.0
log = structlog.get_logger("bot.gate")


@asynccontextmanager
async def gate(settings: Settings, tokens: Tokens) -> AsyncIterator[TokenVerifier]:
    """The verifier of this process. Keycloak being down keeps nobody out whose certificate is known already."""
    if not settings.keycloak.url:
        yield tokens
        return
    from bot.keycloak import AnyOf, KeycloakTokens  # its client is heavy, and most installations have no Keycloak

    own = settings.keycloak
    keycloak = KeycloakTokens(own.url, own.realm, own.client_id, own.client_secret.get_secret_value())
    refreshing = asyncio.create_task(_refresh(keycloak))
    try:
        yield AnyOf([tokens, keycloak])
    finally:
        refreshing.cancel()


async def _refresh(keycloak: "KeycloakTokens") -> None:
    """Fetch the certificates now and then every few minutes, until cancelled."""
    from keycloak import KeycloakError

    from bot.keycloak import CERTIFICATES_S

    while True:
        try:
            await keycloak.refresh()
            await asyncio.sleep(CERTIFICATES_S)
        except (KeycloakError, KeyError, OSError) as error:
            log.warning("keycloak_unreachable", error=type(error).__name__)
            await asyncio.sleep(AGAIN_S)
