"""The login at cores behind Keycloak: OAuth 2 client credentials, one token a realm and client."""

import time
from collections.abc import Callable, MutableMapping

from keycloak import KeycloakOpenID

from core_adapters.logins.fresh import Fresh, Token
from core_adapters.logins.renewed import RenewedLogin, endpoint_client

TIMEOUT_S = 3
Cache = MutableMapping[tuple[str, str, str, str], Fresh]


class ClientCredentials(RenewedLogin):
    """Tokens of one client of one realm.

    Logins that are given the same ``cache`` share the token of the same server, realm, client and scope.
    """

    def __init__(
        self,
        url: str,
        realm: str,
        client_id: str,
        client_secret: str,
        scope: str = "openid",
        clock: Callable[[], float] = time.monotonic,
        cache: Cache | None = None,
    ) -> None:
        # The library joins paths as addresses are joined: without the stroke at the end the last part would be lost.
        root = url.rstrip("/") + "/"
        self._keycloak = KeycloakOpenID(root, realm, client_id, client_secret_key=client_secret, timeout=TIMEOUT_S)
        self._keycloak.connection.async_s = endpoint_client()
        self._scope = scope
        fresh = Fresh(self._ask, clock)
        super().__init__(fresh if cache is None else cache.setdefault((root, realm, client_id, scope), fresh))

    async def _ask(self) -> Token:
        answer = await self._keycloak.a_token(grant_type="client_credentials", scope=self._scope)
        return Token.read(answer["access_token"], answer["expires_in"])
