"""The login at a core that knows our key: each request carries a JWT that we sign, good for seconds and used once."""

import time
from collections.abc import Callable, Generator
from typing import Literal
from uuid import uuid4

import httpx
import jwt

LIFE_S = 60
Algorithm = Literal["HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA"]
ALGORITHMS = frozenset({"HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "EdDSA"})


class KeyUnusable(ValueError):
    """The key is too short, or not one for this algorithm. The text never holds the key."""


class OwnJwt(httpx.Auth):
    """Signs with one algorithm, agreed with the core. ``clock`` gives seconds since 1970, ``ids`` a new `jti`.

    Raises:
        KeyUnusable: at once, and not at the first payment.
    """

    def __init__(
        self,
        key: str,
        algorithm: Algorithm,
        issuer: str,
        subject: str,
        audience: str,
        key_id: str | None = None,
        clock: Callable[[], float] = time.time,
        ids: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        if algorithm not in ALGORITHMS:
            raise KeyUnusable(f"'{algorithm}' is no algorithm to sign with; there are {', '.join(sorted(ALGORITHMS))}")
        self._key = key
        self._algorithm = algorithm
        self._who = {"iss": issuer, "sub": subject, "aud": audience}
        self._headers = {"kid": key_id} if key_id else None
        self._clock = clock
        self._ids = ids
        self._jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})
        self._try_the_key()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._signed()}"
        yield request

    def _signed(self) -> str:
        now = int(self._clock())
        claims = self._who | {"iat": now, "nbf": now, "exp": now + LIFE_S, "jti": self._ids()}
        return self._jwt.encode(claims, self._key, algorithm=self._algorithm, headers=self._headers)

    def _try_the_key(self) -> None:
        try:
            self._signed()
            return
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            kind = type(error).__name__
        raise KeyUnusable(f"The key cannot sign {self._algorithm}: it is too short or of another kind ({kind}).")

    def __repr__(self) -> str:
        return "OwnJwt(…)"
