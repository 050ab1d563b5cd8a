"""Tokens of our own for the APIs: short-lived JWTs, signed with the first of the listed keys, read with any of them.

A key is 32 random bytes in base64 (HS256) or an Ed25519 private key in PEM (EdDSA). Which algorithm a token may
use is decided by the key its `kid` names, never by the token.
"""

import base64
import binascii
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Literal

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from flows.ports import Principal, Unauthorized
from flows.roles import ROLES, Role

ISSUER = "teller"
AUDIENCE = "teller"
LEEWAY_S = 15  # clocks of two machines; RFC 8725 has it small
TTL = timedelta(hours=1)
TTL_MAX = timedelta(days=1)
HS256_KEY_BYTES_MIN = 32
TOKEN_CHARS_MAX = 16_000  # a person with hundreds of roles has a quarter of it
REQUIRED = ["exp", "iat", "aud", "iss", "sub"]


class NotOurs(Unauthorized):
    """Nobody here has signed the token, or it was changed since."""

    def __init__(self) -> None:
        super().__init__("The token is not one of ours, or was changed.")


class TokenKeyUnusable(ValueError):
    """A signing key is neither 32 bytes in base64 nor an Ed25519 key in PEM. The text never holds the key."""


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    algorithm: Literal["HS256", "EdDSA"]
    signs: bytes | Ed25519PrivateKey
    reads: bytes | Ed25519PublicKey


class Tokens:
    """Issues and verifies. Satisfies `flows.ports.TokenVerifier`."""

    def __init__(self, keys: Iterable[str]) -> None:
        """`keys`: current first, then those still (or already) accepted.

        :raises TokenKeyUnusable: if there is none, or one has another form.
        """
        parsed = [_parsed(number, text) for number, text in enumerate(keys, 1)]
        if not parsed:
            raise TokenKeyUnusable("There is no key to sign tokens with. Make one with: openssl rand -base64 32")
        self._keys = dict(parsed)
        self._current = parsed[0][0]
        self._jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})

    def issue(self, role: Role, subject: str, ttl: timedelta = TTL) -> str:
        """A token for one caller in one role, good for `ttl`, a day at most."""
        if ttl > TTL_MAX:
            raise ValueError("A token lives a day at most; ask for a new one instead.")
        key, now = self._keys[self._current], int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + int(ttl.total_seconds()),
            "roles": [role],
        }
        return self._jwt.encode(claims, key.signs, algorithm=key.algorithm, headers={"kid": self._current})

    def verify(self, token: str) -> Principal:
        """Who calls. Raises Unauthorized, whose text the caller may read."""
        try:
            key = self._keys[str(header_of(token).get("kid"))]
            claims = self._jwt.decode(
                token,
                key.reads,
                algorithms=[key.algorithm],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=LEEWAY_S,
                options={"require": REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthorized("The token has expired. Ask for a new one.") from None
        except (jwt.PyJWTError, KeyError, ValueError, RecursionError):
            raise NotOurs from None
        return Principal(subject=str(claims["sub"]), roles=_roles(claims.get("roles")))


def header_of(token: str) -> dict[str, object]:
    """What a token says of itself; nothing of it is proved. Raises jwt.PyJWTError, ValueError, RecursionError."""
    if len(token) > TOKEN_CHARS_MAX:
        raise ValueError("a token that long is none")
    return dict(jwt.get_unverified_header(token))


def _roles(claim: object) -> frozenset[str]:
    return frozenset(str(role) for role in claim) & set(ROLES) if isinstance(claim, list) else frozenset()


def _parsed(number: int, text: str) -> tuple[str, _Key]:
    key = _ed25519(text) if "-----BEGIN" in text else _hs256(text)
    if key is None:
        raise TokenKeyUnusable(
            f"Key {number} of TELLER_JWT__KEYS is neither 32 bytes in base64 (openssl rand -base64 32) nor "
            "an Ed25519 private key in PEM (openssl genpkey -algorithm ed25519)."
        )
    return sha256(b"teller:kid:" + text.strip().encode()).hexdigest()[:12], key


def _hs256(text: str) -> _Key | None:
    try:
        secret = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return _Key("HS256", secret, secret) if len(secret) >= HS256_KEY_BYTES_MIN else None


def _ed25519(text: str) -> _Key | None:
    try:
        key = load_pem_private_key(text.strip().encode(), None)
    except (ValueError, TypeError):
        return None
    return _Key("EdDSA", key, key.public_key()) if isinstance(key, Ed25519PrivateKey) else None
