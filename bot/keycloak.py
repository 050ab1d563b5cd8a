"""Tokens of the bank's Keycloak, for staff who sign in there.

`refresh()` fetches the realm's certificates, at the start and then every CERTIFICATES_S; `verify()` is local and
never waits for Keycloak. A token must be signed by one of them, come from this realm, and be meant for us (`aud`).
"""

from collections.abc import Sequence

import jwt
from keycloak import KeycloakOpenID

from bot.tokens import LEEWAY_S, REQUIRED, ROLES
from flows.ports import Principal, TokenVerifier, Unauthorized

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never a symmetric one: the keys are public
CERTIFICATES_S = 300
TIMEOUT_S = 5


class KeycloakTokens:
    """Reads tokens of one realm. Satisfies `flows.ports.TokenVerifier`."""

    def __init__(self, url: str, realm: str, client_id: str, client_secret: str = "") -> None:
        self._issuer = f"{url.rstrip('/')}/realms/{realm}"
        self._audience = client_id
        self._keys: dict[str, jwt.PyJWK] = {}
        self._keycloak = KeycloakOpenID(
            url, realm, client_id, client_secret_key=client_secret or None, timeout=TIMEOUT_S
        )

    async def refresh(self) -> None:
        """Fetch the certificates. Raises keycloak.KeycloakError when it is down; the ones we have stay good."""
        answer = await self._keycloak.a_certs()
        signing = [jwk for jwk in answer["keys"] if jwk.get("use") == "sig" and jwk.get("alg") in ALGORITHMS]
        self._keys = {str(jwk["kid"]): jwt.PyJWK(jwk) for jwk in signing}

    def verify(self, token: str) -> Principal:
        """Who calls. Raises Unauthorized, whose text the caller may read."""
        try:
            key = self._keys[str(jwt.get_unverified_header(token).get("kid"))]
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthorized("The token has expired. Sign in again.") from None
        except (jwt.PyJWTError, KeyError, ValueError):
            raise Unauthorized("The token is not one of ours, or was changed.") from None
        return Principal(subject=str(claims["sub"]), roles=_roles(claims, self._audience))


class AnyOf:
    """Accepts what one of several verifiers accepts: our own tokens and Keycloak's."""

    def __init__(self, verifiers: Sequence[TokenVerifier]) -> None:
        self._verifiers = verifiers

    def verify(self, token: str) -> Principal:
        """Raises the refusal that says most: that a token has expired rather than that it is unknown."""
        refusals: list[Unauthorized] = []
        for verifier in self._verifiers:
            try:
                return verifier.verify(token)
            except Unauthorized as refusal:
                refusals.append(refusal)
        raise next((r for r in refusals if "expired" in str(r)), refusals[0])


def _roles(claims: dict[str, object], client: str) -> frozenset[str]:
    """Our roles among those of the realm and of our client there."""
    access = claims.get("resource_access")
    of_client = access.get(client) if isinstance(access, dict) else None
    named: set[str] = set()
    for holder in (claims.get("realm_access"), of_client):
        roles = holder.get("roles") if isinstance(holder, dict) else None
        named |= {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
    return frozenset(named & set(ROLES))
