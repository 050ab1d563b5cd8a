"""Tokens as Keycloak makes them, signed and read by hand, so that libraries can check our work and not their own."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.keycloak.keys import ALGORITHM, SigningKey, b64, unb64
from sandbox.keycloak.realms import Party, Session

REFRESH_S = 1800

Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody was let in with: who they are, through which client, and in which session, if they sign in."""

    issuer: str
    client: Party
    subject: Party
    scope: str
    session: Session | None = None

    @property
    def is_person(self) -> bool:
        return self.session is not None

    def access(self, now: int) -> Claims:
        """The claims of an access token."""
        audience = self.client.audience or ("account",)
        claims: dict[str, object] = self._common(now, "Bearer", self.client.life_s) | {
            "aud": audience[0] if len(audience) == 1 else list(audience),
            "acr": "2" if self.subject.otp else "1",
            "amr": ["pwd", "otp"] if self.subject.otp else ["pwd"],
            "realm_access": {"roles": list(self.subject.roles)},
            "scope": self.scope,
            "preferred_username": self.subject.name if self.is_person else f"service-account-{self.client.name}",
        }
        return claims | (self._named() if self.is_person else {"client_id": self.client.name})

    def refresh(self, now: int) -> Claims:
        return self._common(now, "Refresh", REFRESH_S) | {"aud": self.issuer, "scope": self.scope}

    def identity(self, now: int) -> Claims:
        """The claims of an id token, which is for the client alone."""
        claims = self._common(now, "ID", self.client.life_s) | {"aud": self.client.name}
        return claims | self._named() | {"preferred_username": self.subject.name}

    def _common(self, now: int, kind: str, life_s: int) -> dict[str, object]:
        session = {"sid": self.session.sid} if self.session else {}
        return {
            "exp": now + life_s,
            "iat": now,
            "jti": str(uuid.uuid4()),
            "iss": self.issuer,
            "sub": self.subject.id,
            "typ": kind,
            "azp": self.client.name,
        } | session

    def _named(self) -> dict[str, object]:
        return {"name": self.subject.full_name} if self.subject.full_name else {}


def signed(claims: Claims, key: SigningKey) -> str:
    head = {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}
    said = f"{_part(head)}.{_part(claims)}"
    return f"{said}.{b64(key.sign(said.encode()))}"


def read(token: str, keys: Sequence[SigningKey], issuer: str, now: int) -> Claims | None:
    """The claims, when one of the keys has signed them, they are of this realm and not over; else None."""
    try:
        said, signature = token.rsplit(".", 1)
        head, claims = (json.loads(unb64(part)) for part in said.split("."))
        key = next(key for key in keys if key.kid == head["kid"])
        is_good = head["alg"] == ALGORITHM and key.vouches_for(said.encode(), unb64(signature))
        if is_good and claims["iss"] == issuer and claims["exp"] > now and isinstance(claims, dict):
            return claims
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError):
        return None
    return None


def _part(value: Claims) -> str:
    return b64(json.dumps(value, separators=(",", ":")).encode())
