"""The public keys of a realm: fetched over HTTP, kept while Keycloak is away, and asked for again with a rest between.

A token whose `kid` is not known makes the next fetch come sooner, never at once and never more often than every REST_S
seconds, however many such tokens come. Whoever brought one is refused meanwhile: a new key of Keycloak's is known here
REST_S after the last fetch at the latest.
"""

import asyncio
import time
from collections.abc import Callable

import httpx
import jwt
import structlog

ALGORITHMS = frozenset({"RS256", "PS256", "ES256", "EdDSA"})  # never a symmetric one: the keys are public
EVERY_S = 300.0
REST_S = 30.0
FIRST_S = 5.0  # between two tries while there is no key at all and nobody of the realm is let in
TIMEOUT_S = 5.0
BYTES_MAX = 1_000_000
log = structlog.get_logger("bot.certificates")


class Certificates:
    """Keys by the `kid` that the realm itself gives them. ``http`` must follow no redirects."""

    def __init__(self, address: str, http: httpx.AsyncClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._address, self._http, self._clock = address, http, clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._tried_at: float | None = None
        self._is_whole = False
        self._wanted = asyncio.Event()

    def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of this name. None: there is none yet, and it is asked for when the rest is over."""
        found = self._keys.get(kid)
        if found is None:
            self._wanted.set()
        return found

    def due_in_s(self) -> float:
        """How long until the next fetch."""
        if self._tried_at is None:
            return 0.0
        soon = self._wanted.is_set() or not self._is_whole
        pause = (REST_S if soon else EVERY_S) if self._keys else FIRST_S
        return max(0.0, self._tried_at + pause - self._clock())

    async def refresh(self) -> None:
        """Fetch now. What cannot be had or read leaves the keys as they are."""
        self._wanted.clear()
        self._tried_at = self._clock()
        try:
            keys = _read(await self._fetched())
        except (httpx.HTTPError, ValueError) as error:
            self._is_whole = False
            log.warning("keycloak_unreachable", error=type(error).__name__)
            return
        self._keys, self._is_whole = keys, True

    async def working(self) -> None:
        """Fetch whenever it is due, until cancelled."""
        while True:
            due_in_s = self.due_in_s()
            if due_in_s == 0:
                await self.refresh()
            elif self._wanted.is_set():
                await asyncio.sleep(due_in_s)
            else:
                await self._wait(due_in_s)

    async def _wait(self, most_s: float) -> None:
        try:
            async with asyncio.timeout(most_s):
                await self._wanted.wait()
        except TimeoutError:
            return

    async def _fetched(self) -> object:
        """Raises httpx.HTTPError and ValueError."""
        async with self._http.stream("GET", self._address) as answer:
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"status {answer.status_code}")
            body = b""
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > BYTES_MAX:
                    raise ValueError("the certificates are too long")
        return httpx.Response(200, content=body).json()


def client() -> httpx.AsyncClient:
    """A client for Keycloak and nobody else: what it is led to instead is not where the bank's keys are."""
    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)


def _read(body: object) -> dict[str, jwt.PyJWK]:
    """The keys that sign with an algorithm we take. Raises ValueError when there is none."""
    listed = body.get("keys") if isinstance(body, dict) else None
    keys = dict(filter(None, map(_key, listed if isinstance(listed, list) else [])))
    if not keys:
        raise ValueError("no key that signs")
    return keys


def _key(jwk: object) -> tuple[str, jwt.PyJWK] | None:
    """One key with its name; None for one that does not sign, has no name, or cannot be read."""
    if not isinstance(jwk, dict) or jwk.get("use") != "sig" or jwk.get("alg") not in ALGORITHMS:
        return None
    kid = jwk.get("kid")
    try:
        return (kid, jwt.PyJWK(jwk)) if isinstance(kid, str) and kid else None
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
