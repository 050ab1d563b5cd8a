"""Tokens of the bank's Keycloak, for staff who sign in there.

`verify()` is local and never waits for Keycloak. A token must be signed by a certificate of the realm, come from this
realm, be meant for us (`aud`) and be an access token. Whoever of the staff comes must have shown a second factor.
"""

from collections.abc import Mapping, Sequence

import jwt

from bot.certificates import Certificates
from bot.tokens import LEEWAY_S, REQUIRED, NotOurs, header_of
from flows.ports import Principal, TokenVerifier, Unauthorized
from flows.roles import ROLES

CERTIFICATES = "/protocol/openid-connect/certs"
ANY = "any"  # as an accepted value: no second factor is asked for
# Headers by which a token names its own key. One of ours has none of them.
OWN_KEYS = frozenset({"jku", "jwk", "x5u", "x5c"})


class KeycloakTokens:
    """Reads tokens of one realm. Satisfies `flows.ports.TokenVerifier`.

    `factors` are the values of the claims `acr` and `amr` that speak of a second factor, by the claim.
    """

    def __init__(
        self, issuer: str, audience: str, certificates: Certificates, factors: Mapping[str, frozenset[str]]
    ) -> None:
        self._issuer, self._audience = issuer, audience
        self._certificates = certificates
        self._factors = factors

    def verify(self, token: str) -> Principal:
        """Who calls. Raises Unauthorized, whose text the caller may read."""
        try:
            claims = self._claims(token)
        except jwt.ExpiredSignatureError:
            raise Unauthorized("The token has expired. Sign in again.") from None
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise NotOurs from None
        roles = _roles(claims, self._audience)
        if "staff" in roles and not self._is_second_factor_shown(claims):
            raise Unauthorized("Staff sign in with a second factor, and this token tells of none. Sign in with it.")
        return Principal(subject=str(claims["sub"]), roles=roles)

    def _claims(self, token: str) -> dict[str, object]:
        header = header_of(token)
        kid = header.get("kid")
        if not isinstance(kid, str) or OWN_KEYS & header.keys():
            raise ValueError("a token that names no key of the realm")
        key = self._certificates.key(kid)
        if key is None:
            raise ValueError("a key that is not known")
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=self._audience,
            issuer=self._issuer,
            leeway=LEEWAY_S,
            options={"require": REQUIRED},
        )
        if claims.get("typ", "Bearer") != "Bearer":
            raise ValueError("not an access token")
        return claims

    def _is_second_factor_shown(self, claims: Mapping[str, object]) -> bool:
        if any(ANY in accepted for accepted in self._factors.values()):
            return True
        return any(accepted & _said(claims.get(claim)) for claim, accepted in self._factors.items())


def issuer_of(url: str, realm: str) -> str:
    """A realm's own address, which goes into its tokens as `iss`."""
    return f"{url.rstrip('/')}/realms/{realm}"


class AnyOf:
    """Accepts what one of several verifiers accepts: our own tokens and Keycloak's."""

    def __init__(self, verifiers: Sequence[TokenVerifier]) -> None:
        self._verifiers = verifiers

    def verify(self, token: str) -> Principal:
        """Raises the refusal of whoever knew the token; that of the first when nobody did."""
        refusals: list[Unauthorized] = []
        for verifier in self._verifiers:
            try:
                return verifier.verify(token)
            except Unauthorized as refusal:
                refusals.append(refusal)
        raise next((one for one in refusals if not isinstance(one, NotOurs)), refusals[0])


def _said(claim: object) -> frozenset[str]:
    """`acr` is one word, `amr` a list of them."""
    words = claim if isinstance(claim, list) else [claim]
    return frozenset(word for word in words if isinstance(word, str))


def _roles(claims: Mapping[str, object], client: str) -> frozenset[str]:
    """Our roles among those of the realm and of our client there."""
    access = claims.get("resource_access")
    of_client = access.get(client) if isinstance(access, dict) else None
    named: set[str] = set()
    for holder in (claims.get("realm_access"), of_client):
        roles = holder.get("roles") if isinstance(holder, dict) else None
        named |= {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
    return frozenset(named & set(ROLES))
